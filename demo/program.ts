import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a program went that ended well. */
export interface Outcome {
  readonly output: string;
  /** From its start to its end by itself: Node, credentials, login, statements, logout. */
  readonly durationMs: number;
}

/**
 * Runs one of the demo's programs as a process of its own, with no other environment than ours and what is given, and waits until it
 * has ended by itself.
 *
 * Rejects where it fails, with what it said, or with the signal's reason.
 */
export async function runProgram(
  name: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Outcome> {
  signal.throwIfAborted();
  const started = performance.now();
  const program = spawn(process.execPath, ["--import", "tsx", `demo/${name}`], {
    // tsx finds the paths of tsconfig.json from here: "peak-warehouse" is then this source.
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    // Its own group: Ctrl-C at the terminal comes to us, and we end it.
    detached: true,
  });
  const kill = () => void program.kill("SIGKILL");
  signal.addEventListener("abort", kill);
  try {
    const output = collect(program.stdout);
    const complaint = collect(program.stderr);
    const code = await new Promise<number | null>((resolve, reject) => {
      program.once("error", reject).once("close", resolve);
    });
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`demo/${name} failed:\n${complaint().trim()}`);
    return { output: output(), durationMs: performance.now() - started };
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  return () => text;
}
