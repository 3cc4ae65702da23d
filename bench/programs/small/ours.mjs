import { entry } from "../package.mjs";
import { lanes } from "./lanes.mjs";

const { connectWarehouse } = await import(entry);

export const variants = {
  query: async ({ credentials }, { connections }) => {
    const db = await connectWarehouse({ credentials, tls: false, pool: { max: connections } });
    return {
      run: (task) => lanes(task, async () => (await db.query("select 1 as one")).rows[0].one),
      close: () => db.close(),
    };
  },
};
