import { constants } from "node:os";

/** Why a run ends before its work is done, and with what code. Its message is empty where nobody has to be told. */
export class Ended extends Error {
  override readonly name = "Ended";
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The end by a signal: as shells have it, 128 and the signal's number. */
export function endedBySignal(signal: NodeJS.Signals): Ended {
  return new Ended(
    signal === "SIGINT" ? "Stopped by Ctrl-C." : `Stopped by ${signal}.`,
    128 + constants.signals[signal],
  );
}

/** The end by `--timeout`: as `timeout(1)` has it. */
export function endedByTimeout(given: string): Ended {
  return new Ended(`The command did not end within its --timeout of ${given}.`, 124);
}

/** The end because standard output takes no more. Where its reader has gone, as behind `| head`, whoever has read enough has got what was wanted. */
export function endedByOutput(error: Error): Ended {
  // A socket, as Node gives its children, is reset where it holds what nobody has read.
  const isGone = "code" in error && (error.code === "EPIPE" || error.code === "ECONNRESET");
  return isGone ? new Ended("", 0) : new Ended(`Standard output cannot be written: ${error.message}.`, 1);
}
