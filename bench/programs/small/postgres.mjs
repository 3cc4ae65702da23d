import postgres from "postgres";
import { lanes } from "./lanes.mjs";

export const variants = {
  pool: async (server, { connections }) => {
    const sql = postgres({ ...server, max: connections });
    return {
      run: (task) => lanes(task, async () => (await sql`select 1 as one`)[0].one),
      close: () => sql.end(),
    };
  },
};
