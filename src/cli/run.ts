import { CommanderError, type Command } from "commander";
import { Ended, endedByOutput } from "./ended.ts";
import { errorJson, errorText, isSilent } from "./error-text.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { paintFor } from "./paint.ts";
import { programOn } from "./program.ts";
import type { Ground } from "./ground.ts";

/** What has been written is left so long to a reader, once the run is to end. */
const graceMs = 500;

/** Runs one command line, and tells what goes wrong. Never rejects. @returns the exit code, when everything is written. */
export async function run(args: readonly string[], ground: Ground): Promise<number> {
  const { stdout, signal } = ground;
  const isJson = args.includes("--json-errors");
  try {
    // What commander writes by itself is no line of JSON.
    const program = programOn(ground, (text) => isJson || ground.stderr.write(text));
    await program.parseAsync(asArguments(args, program), { from: "user" }).catch(unlessHelp);
    await written(stdout, signal);
    return ground.exitCode;
  } catch (error) {
    // Whatever fails once the run is to end fails for that, unless it says itself how it ends.
    const code = failed(signal.aborted && !(error instanceof Ended) ? signal.reason : error, isJson, ground);
    await written(stdout, signal.aborted ? AbortSignal.timeout(graceMs) : signal).catch(() => undefined);
    return code;
  }
}

/** Commander throws, too, where it was asked for help or the version. */
function unlessHelp(error: unknown): void {
  if (!(error instanceof CommanderError && error.exitCode === 0)) throw error;
}

/** SQL may begin with a comment, which is no flag; the value of a flag may look like one, too. */
function asArguments(args: readonly string[], program: Command): string[] {
  const options = [program, ...program.commands].flatMap((command) => command.options);
  const takesValue = (flag = "") =>
    options.some(({ short, long, required }) => required && [short, long].includes(flag));
  return args.map((given, index) => (/^--[^=\s]*\s/.test(given) && !takesValue(args[index - 1]) ? ` ${given}` : given));
}

/** Waits until everything has been taken. @throws an `Ended` where it cannot be written; the signal's reason. */
async function written(stdout: NodeJS.WriteStream, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    stdout.write("", (error) => {
      if (error) reject(endedByOutput(error));
      else resolve();
    });
  });
}

function failed(error: unknown, isJson: boolean, { stderr, env }: Ground): number {
  if (isJson && exitCodeOf(error) !== 0) stderr.write(errorJson(error));
  else if (!isSilent(error)) stderr.write(errorText(error, paintFor(stderr, env), stderr.columns || undefined));
  return exitCodeOf(error);
}
