import { errorJson, errorText, isSilent } from "./error-text.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { paintFor } from "./paint.ts";
import { programOn } from "./program.ts";
import type { Ground } from "./ground.ts";

/** Runs one command line, and tells what goes wrong. Never rejects. @returns the exit code. */
export async function run(args: readonly string[], ground: Ground): Promise<number> {
  try {
    await programOn(ground).parseAsync(args.map(asArgument), { from: "user" });
    return ground.exitCode;
  } catch (error) {
    // Whatever fails once the run is to end fails for that.
    return failed(ground.signal.aborted ? ground.signal.reason : error, args, ground);
  }
}

/** SQL may begin with a comment, which is no flag. */
function asArgument(given: string): string {
  return /^--\s/.test(given) ? ` ${given}` : given;
}

function failed(error: unknown, args: readonly string[], { stderr, env }: Ground): number {
  if (!isSilent(error)) {
    stderr.write(args.includes("--json-errors") ? errorJson(error) : errorText(error, paintFor(stderr, env)));
  }
  return exitCodeOf(error);
}
