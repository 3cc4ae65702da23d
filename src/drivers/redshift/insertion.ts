import { redshift as dialect } from "./dialect.ts";
import type { Insertion } from "../../bulk-engine.ts";
import type { Bind } from "../../values/parameters.ts";
import type { Column } from "../../values/types.ts";

/** How Redshift inserts rows: many in one INSERT, whose values the server reads as the types of their columns. */
export const insertion: Insertion = {
  rowsPerStatement: (columns) => Math.floor(dialect.maxBinds / columns.length),
  statement(table, columns, rows) {
    const binds = rows.flatMap((row) => row.map((cell, place) => bindOf(cell, columns[place])));
    const names = columns.map(({ nativeName }) => dialect.exactIdentifier(nativeName)).join(", ");
    let index = 0;
    const values = rows.map(
      (row) => `(${row.map(() => dialect.placeholder(++index, binds[index - 1] ?? nothing)).join(", ")})`,
    );
    return { text: `INSERT INTO ${table} (${names}) VALUES ${values.join(", ")}`, binds };
  },
};

const nothing: Bind = { kind: "null" };

function bindOf(cell: string | null, column: Column | undefined): Bind {
  if (cell === null) return nothing;
  if (column?.type === "json") return { kind: "json", value: cell };
  if (column?.type === "binary") return { kind: "binary", value: Buffer.from(cell, "hex") };
  return { kind: "text", value: cell };
}
