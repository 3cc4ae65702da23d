#!/usr/bin/env node
import { Ended, endedByReader, endedBySignal } from "./ended.ts";
import { groundOf, type Ground } from "./ground.ts";
import { run } from "./run.ts";

void main();

async function main(): Promise<void> {
  // What a dependency ought to do otherwise is nothing for who runs a command.
  process.noDeprecation = true;
  const ground = groundOf(process, endedBySignal);
  endWithReader(ground);
  const code = await run(process.argv.slice(2), ground);
  await written(process.stdout);
  // A driver's timers would keep the process for seconds.
  process.exit(code);
}

/** Ends the run when the reader of its output has gone, as behind `| head`. */
function endWithReader({ stdout, stderr, end }: Ground): void {
  stdout.on("error", (error: Error) => {
    // A socket, as Node gives its children, is reset where it holds what nobody has read.
    const isGone = "code" in error && (error.code === "EPIPE" || error.code === "ECONNRESET");
    end(isGone ? endedByReader() : new Ended(`Standard output cannot be written: ${error.message}.`, 1));
  });
  // There is nobody to be told.
  stderr.on("error", () => undefined);
}

async function written(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write("", () => resolve()));
}
