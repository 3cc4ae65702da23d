import cube from "@cubejs-backend/postgres-driver";
import { proof } from "../proof.mjs";

/** Opens Cube's driver with a pool of so many connections. */
export function open(server, max) {
  return new cube.PostgresDriver({ ...server, max });
}

function reading(read) {
  return async (server) => {
    const driver = open(server, 1);
    return {
      run: async ({ sql, key }) => {
        const proved = proof(key);
        await read(driver, sql, proved);
        return proved.result();
      },
      close: () => driver.release(),
    };
  };
}

export const variants = {
  query: reading(async (driver, sql, proved) => {
    proved.rows(await driver.query(sql, []));
  }),
  /** 8,192 rows at a time, as Cube's own server sets it. */
  stream: reading(async (driver, sql, proved) => {
    const { rowStream, release } = await driver.stream(sql, [], { highWaterMark: 8192 });
    for await (const row of rowStream) proved.row(row);
    await release();
  }),
};
