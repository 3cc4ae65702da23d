import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable, Writable } from "node:stream";
import { WriteStream } from "node:tty";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Ended } from "../../src/cli/ended.ts";
import type { Ground } from "../../src/cli/ground.ts";
import { run } from "../../src/cli/run.ts";

/** Stands for a text that holds these words, or matches, in what is expected of an object. */
export function holding(words: string | RegExp): unknown {
  return typeof words === "string" ? expect.stringContaining(words) : expect.stringMatching(words);
}

/** What a command line has come to. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Standard output as it is. */
  readonly bytes: Buffer;
}

/** Where a command line runs. */
interface Place {
  /** What standard input holds; without it that is a terminal. */
  readonly input?: string;
  /** Standard input itself. */
  readonly stdin?: Readable;
  /** Ends the run. */
  readonly controller?: AbortController;
  /** How wide the terminal is that output and errors go to; without one they go to pipes. */
  readonly columns?: number;
  /** What the command itself sees of the environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a command line in this process, on streams of ours. */
export async function outcome(args: readonly string[], place: Place = {}): Promise<Outcome> {
  const { input, stdin = Readable.from([input ?? ""]), columns, env = {}, controller = new AbortController() } = place;
  const isTyped = input === undefined && place.stdin === undefined;
  const [stdout, stderr] = [collecting(columns), collecting(columns)];
  const ground: Ground = {
    // The command uses what streams and terminals have in common.
    stdin: Object.assign(stdin, { isTTY: isTyped }) as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    env,
    signal: controller.signal,
    end: (reason: Ended) => controller.abort(reason),
    exitCode: 0,
  };
  const code = await run(args, ground);
  return { code, out: stdout.text(), err: stderr.text(), bytes: stdout.bytes() };
}

function collecting(columns: number | undefined) {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  const bytes = () => Buffer.concat(chunks);
  return Object.assign(stream, {
    bytes,
    text: () => bytes().toString(),
    isTTY: columns !== undefined,
    columns,
    // What a terminal itself does with the environment.
    getColorDepth: (env: NodeJS.ProcessEnv) => WriteStream.prototype.getColorDepth.call(stream, env),
  });
}

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Gives the words that run the command as a process of its own. */
export function commandLine(args: readonly string[]): [string, ...string[]] {
  return [process.execPath, "--import", import.meta.resolve("tsx"), main, ...args];
}

/** Starts the command as a process of its own. */
export function started(args: readonly string[], env: NodeJS.ProcessEnv) {
  const [node, ...words] = commandLine(args);
  const child = spawn(node, words, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => (out += String(text)));
  child.stderr.on("data", (text) => (err += String(text)));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, out, err }));
  return {
    child,
    ended,
    /** Waits until it writes, and gives that. Rejects with its errors if it ends before. */
    said: async (): Promise<string> => {
      const early = ended.then(() => Promise.reject(new Error(`The command has ended without a word:\n${err}`)));
      await Promise.race([once(child.stdout, "data"), early]);
      return out;
    },
  };
}
