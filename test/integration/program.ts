import { fork, type ChildProcess, type ForkOptions } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A program in TypeScript that runs as a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** Gives the next thing that it says. Rejects with what it has printed, where that is kept, if it ends before. */
  readonly said: () => Promise<unknown>;
  /** Everything that it has printed, if it was started `silent`. */
  readonly printed: () => string;
  /** Kills it, also where it is stopped; settles when it has ended. */
  close(): Promise<void>;
}

const tsx = import.meta.resolve("tsx");
const tsconfig = fileURLToPath(new URL("../../tsconfig.json", import.meta.url));

/** Starts the program of a file, such as `new URL("programs/server.ts", import.meta.url)`. Its environment is this one's, and `env`. */
export function startProgram(
  file: URL,
  args: readonly string[] = [],
  { env, execArgv = [], ...options }: Pick<ForkOptions, "env" | "execArgv" | "cwd" | "silent"> = {},
): Program {
  const child = fork(fileURLToPath(file), args, {
    ...options,
    env: { ...process.env, ...env, TSX_TSCONFIG_PATH: tsconfig },
    execArgv: [...execArgv, "--import", tsx],
  });
  let printed = "";
  for (const pipe of [child.stdout, child.stderr]) pipe?.on("data", (text) => (printed += String(text)));
  let ended: string | undefined;
  const waiting = new AbortController();
  // Not `exit`, which may come before the last thing that it has said.
  child.once("close", (code, signal) => {
    ended = signal === null ? `code ${String(code)}` : `signal ${signal}`;
    waiting.abort();
  });
  return {
    child,
    async said() {
      try {
        const [message] = (await once(child, "message", { signal: waiting.signal })) as unknown[];
        return message;
      } catch (error) {
        if (ended === undefined) throw error;
        throw new Error(`${file.pathname} ended with ${ended} before it said anything:\n${printed}`, { cause: error });
      }
    },
    printed: () => printed,
    async close() {
      if (ended !== undefined) return;
      const close = once(child, "close");
      child.kill("SIGKILL");
      await close;
    },
  };
}
