import type { Row } from "./cases.ts";

/** Writes the matrix as a table in Markdown: what came of each fault on each warehouse, a dash where it makes no sense. */
export function table(
  rows: readonly Row[],
  outcome: (row: Row, warehouse: "redshift" | "snowflake") => string,
): string {
  const cells = rows.map((row) => [
    row.phase,
    row.fault,
    ...(["redshift", "snowflake"] as const).map((warehouse) => (row[warehouse] ? outcome(row, warehouse) : "–")),
  ]);
  const lines = [["phase", "fault", "Redshift", "Snowflake"], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const padded = (line: readonly string[]) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [header = [], ...body] = lines;
  return [padded(header), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(padded)].join(
    "\n",
  );
}
