import { lanes } from "./lanes.mjs";
import { open } from "../redshift/cube.mjs";

export const variants = {
  pool: async (server, { connections }) => {
    const driver = open(server, connections);
    return {
      run: (task) => lanes(task, async () => (await driver.query("select 1 as one", []))[0].one),
      close: () => driver.release(),
    };
  },
};
