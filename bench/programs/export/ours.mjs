import { open } from "../ours.mjs";
import { exporting } from "./exporting.mjs";

/** The path says which format is meant. */
async function opened(server) {
  const db = await open(server);
  return { write: (sql, path) => db.export(sql, path), close: () => db.close() };
}

export const variants = {
  csv: exporting("csv", opened),
  ndjson: exporting("ndjson", opened),
  parquet: exporting("parquet", opened),
  arrow: exporting("arrows", opened),
};
