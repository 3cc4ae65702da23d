import type { Command } from "commander";
import { linesText } from "./cell-text.ts";
import { finish, textOutput, write } from "./output.ts";
import type { GlobalFlags } from "./connect-options.ts";
import type { Ground } from "./ground.ts";

/** The flag of commands whose outcome is one thing. */
export interface SummaryFlags {
  readonly json?: boolean;
}

/** Gives a command the flag. */
export function addSummaryFlag(command: Command): Command {
  return command.option("--json", "what was done as JSON on standard output");
}

/** Tells what was done: a sentence for a person, the whole result as JSON for a program. */
export async function writeSummary(
  ground: Ground,
  { json, quiet }: SummaryFlags & Pick<GlobalFlags, "quiet">,
  result: object,
  sentence: string,
): Promise<void> {
  if (json === true) await writeJson(ground, result);
  else if (quiet !== true) await writeText(ground, `${linesText(sentence)}\n`);
}

/** Writes one value as JSON, for people and programs alike. */
export async function writeJson(ground: Ground, value: unknown): Promise<void> {
  await writeText(ground, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Writes a text to standard output, and waits until it is there. */
export async function writeText(ground: Ground, text: string): Promise<void> {
  const stream = textOutput(ground);
  await write(stream, text);
  await finish(stream);
}
