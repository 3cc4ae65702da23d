import knex from "knex";
import { inserting } from "./inserting.mjs";

export const variants = {
  /** In a transaction by itself, and by default 1,000 rows a statement. */
  batchInsert: inserting(async (server) => {
    const db = knex({ client: "pg", connection: server, pool: { min: 0, max: 1 } });
    return { insert: (table, rows) => db.batchInsert(table, rows), close: () => db.destroy() };
  }),
};
