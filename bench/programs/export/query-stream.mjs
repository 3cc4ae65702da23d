import pg from "pg";
import QueryStream from "pg-query-stream";
import { exporting } from "./exporting.mjs";

/** The size at which pg-query-stream is fastest. */
const rowsAtOnce = 1_000;

/** Gives cells as the server writes them: `pg` then makes no numbers and no Dates, and no digit is lost. */
export const texts = { getTypeParser: () => (text) => text };

/** Makes `pg`'s own types with some others, by the server's number of a type. */
export const parsing = (parsers) => ({
  getTypeParser: (oid, format) => parsers[oid] ?? pg.types.getTypeParser(oid, format),
});

/**
 * Makes a variant that streams rows with pg-query-stream.
 *
 * @param write - writes a stream of objects to a path.
 * @param types - what makes values of texts: by default `pg`'s own, whose Dates have milliseconds only.
 */
export function streaming(format, write, types = pg.types) {
  return exporting(format, async (server) => {
    const client = new pg.Client(server);
    await client.connect();
    const sizes = { highWaterMark: rowsAtOnce, batchSize: rowsAtOnce };
    return {
      write: (sql, path) => write(client.query(new QueryStream(sql, [], { ...sizes, types })), path),
      close: () => client.end(),
    };
  });
}
