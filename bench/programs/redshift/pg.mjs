import { once } from "node:events";
import pg from "pg";
import QueryStream from "pg-query-stream";
import { proof } from "../proof.mjs";

function reading(read) {
  return async (server, settings) => {
    const client = new pg.Client(server);
    await client.connect();
    return {
      run: async ({ sql, key }) => (await read(client, sql, key, settings)).result(),
      close: () => client.end(),
    };
  };
}

export const variants = {
  query: reading(async (client, sql, key) => proof(key).rows((await client.query(sql)).rows)),

  array: reading(async (client, sql) => proof(0).rows((await client.query({ text: sql, rowMode: "array" })).rows)),

  /** The fastest that pg has: nothing is kept, and nothing can make the server wait. */
  rowEvents: reading(async (client, sql, key) => {
    const proved = proof(key);
    const query = new pg.Query(sql);
    query.on("row", (row) => proved.row(row));
    client.query(query);
    await once(query, "end");
    return proved;
  }),

  queryStream: reading(async (client, sql, key, { highWaterMark }) => {
    const proved = proof(key);
    const stream = client.query(new QueryStream(sql, [], { highWaterMark, batchSize: highWaterMark }));
    for await (const row of stream) proved.row(row);
    return proved;
  }),
};
