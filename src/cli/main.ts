#!/usr/bin/env node
import { endedByOutput, endedBySignal } from "./ended.ts";
import { groundOf, type Ground } from "./ground.ts";
import { run } from "./run.ts";

void main();

async function main(): Promise<void> {
  // What a dependency ought to do otherwise is nothing for who runs a command: whatever has such a warning printed is one of these.
  process.removeAllListeners("warning");
  const ground = groundOf(process, endedBySignal);
  endWithOutput(ground);
  const code = await run(process.argv.slice(2), ground);
  // A driver's timers would keep the process for seconds.
  process.exit(code);
}

/** Ends the run when its output cannot be written any more. */
function endWithOutput({ stdout, stderr, end }: Ground): void {
  stdout.on("error", (error: Error) => {
    end(endedByOutput(error));
  });
  // There is nobody to be told.
  stderr.on("error", () => undefined);
}
