import { lanes } from "./lanes.mjs";
import { open, query } from "../redshift/slonik.mjs";

export const variants = {
  pool: async (server, { connections }) => {
    const pool = await open(server, connections);
    return {
      run: (task) => lanes(task, async () => (await pool.any(query("select 1 as one")))[0].one),
      close: () => pool.end(),
    };
  },
};
