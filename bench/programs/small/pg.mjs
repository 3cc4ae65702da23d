import pg from "pg";
import { lanes } from "./lanes.mjs";

export const variants = {
  pool: async (server, { connections }) => {
    const pool = new pg.Pool({ ...server, max: connections });
    return {
      run: (task) => lanes(task, async () => (await pool.query("select 1 as one")).rows[0].one),
      close: () => pool.end(),
    };
  },
};
