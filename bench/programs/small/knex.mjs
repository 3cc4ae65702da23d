import knex from "knex";
import { lanes } from "./lanes.mjs";

export const variants = {
  pool: async (server, { connections }) => {
    const db = knex({ client: "pg", connection: server, pool: { min: 0, max: connections } });
    return {
      run: (task) => lanes(task, async () => (await db.raw("select 1 as one")).rows[0].one),
      close: () => db.destroy(),
    };
  },
};
