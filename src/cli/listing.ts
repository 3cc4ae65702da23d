import { Option, type Command } from "commander";
import { finish, standardOutput, textOutput, write } from "./output.ts";
import { shownValue } from "./cell-text.ts";
import { screenOf } from "./result.ts";
import { tableLayout } from "./table.ts";
import type { Ground } from "./ground.ts";

/** How a list is written. */
type ListFormat = "table" | "json" | "ndjson";

/** The flag of commands that list. */
export interface ListFlags {
  readonly format?: ListFormat;
}

/** Gives a command the flag. */
export function addListFlag(command: Command): Command {
  const formats: readonly ListFormat[] = ["table", "json", "ndjson"];
  return command.addOption(
    new Option("--format <format>", "default: table on a terminal, else ndjson").choices(formats),
  );
}

/** Writes a list of records: with some of their fields as a table, with all of them as JSON. */
export async function writeList<T extends object>(
  ground: Ground,
  { format = ground.stdout.isTTY ? "table" : "ndjson" }: ListFlags,
  records: readonly T[],
  fields: readonly (keyof T & string)[],
): Promise<void> {
  const stream = format === "table" ? standardOutput(ground) : textOutput(ground);
  if (format === "json") await write(stream, `${JSON.stringify(records, undefined, 2)}\n`);
  else if (format === "ndjson") await write(stream, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  else await write(stream, tableOf(ground, records, fields));
  await finish(stream);
}

function tableOf<T extends object>(
  ground: Ground,
  records: readonly T[],
  fields: readonly (keyof T & string)[],
): string {
  // A column that nobody fills, as on the other warehouse, is left out.
  const filled = fields.filter(
    (field) => records.length === 0 || records.some((record) => record[field] !== undefined),
  );
  const rows = records.map((record) => filled.map((field) => shownValue(record[field]) ?? ""));
  const columns = filled.map((field) => ({
    title: field,
    isNumber: records.some((record) => typeof record[field] === "number"),
  }));
  const layout = tableLayout(columns, rows, screenOf(ground, undefined));
  return layout.head + rows.map((row) => layout.row(row)).join("");
}
