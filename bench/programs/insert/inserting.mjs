import { generated } from "./rows.mjs";
import { openSink } from "./sink.mjs";

const objects = (count) => [...generated(count)];

/**
 * Makes a variant of what opens a client and gives `{ insert(table, source), close() }`.
 *
 * @param sourceOf - makes what so many rows are handed over in, before anything is measured: by default an array of objects.
 */
export function inserting(open, sourceOf = objects) {
  return async (server, settings = {}) => {
    const sink = await openSink(server);
    const client = await open(server, settings);
    let source;
    let made = 0;
    return {
      async prepare({ table, rows }) {
        await sink.empty(table);
        if (made === rows) return;
        source = await sourceOf(rows, { table, client, sink });
        made = rows;
      },
      run: ({ table }) => client.insert(table, source),
      prove: ({ table }) => sink.proof(table),
      async close() {
        await client.close();
        await sink.close();
      },
    };
  };
}
