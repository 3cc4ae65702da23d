import knex from "knex";
import { proof } from "../proof.mjs";

function reading(read) {
  return async (server) => {
    const db = knex({ client: "pg", connection: server, pool: { min: 0, max: 1 } });
    return {
      run: async ({ sql, key }) => {
        const proved = proof(key);
        await read(db.raw(sql), proved);
        return proved.result();
      },
      close: () => db.destroy(),
    };
  };
}

export const variants = {
  raw: reading(async (query, proved) => {
    proved.rows((await query).rows);
  }),
  stream: reading(async (query, proved) => {
    for await (const row of query.stream()) proved.row(row);
  }),
};
