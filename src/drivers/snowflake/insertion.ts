import { exactIdentifier } from "./names.ts";
import type { Insertion } from "../../bulk-engine.ts";

/** How Snowflake inserts rows: as bulk binds, texts that the server reads as the types of their columns. */
export const insertion: Insertion = {
  // Below the threshold from which the SDK would put them into a stage (CLIENT_STAGE_ARRAY_BINDING_THRESHOLD, 65,280 cells).
  rowsPerStatement: (columns) => Math.floor(65_000 / columns.length),
  statement(table, columns, rows) {
    const names = columns.map(({ nativeName }) => exactIdentifier(nativeName)).join(", ");
    return { text: `INSERT INTO ${table} (${names}) VALUES (${columns.map(() => "?").join(", ")})`, bindRows: rows };
  },
};
