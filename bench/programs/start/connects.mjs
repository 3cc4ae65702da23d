import { entry } from "../package.mjs";

/**
 * Connects, asks for one value, and disconnects. Everything is imported on the way: the first run of a process is a cold start, and the ones
 * after it are warm.
 */
const connecting = (connect) => async (server) => ({
  run: async () => {
    const { one, close } = await connect(server);
    await close();
    return { count: 1, checksum: one };
  },
  close: () => undefined,
});

export const variants = {
  ours: connecting(async ({ credentials }) => {
    const { connectWarehouse } = await import(entry);
    const db = await connectWarehouse({ credentials, tls: false });
    const { rows } = await db.query("select 1 as one");
    return { one: rows[0].one, close: () => db.close() };
  }),
  pg: connecting(async (server) => {
    const { default: pg } = await import("pg");
    const client = new pg.Client(server);
    await client.connect();
    const { rows } = await client.query("select 1 as one");
    return { one: rows[0].one, close: () => client.end() };
  }),
  postgres: connecting(async (server) => {
    const { default: postgres } = await import("postgres");
    const sql = postgres({ ...server, max: 1 });
    const [{ one }] = await sql`select 1 as one`;
    return { one, close: () => sql.end() };
  }),
  "snowflake-sdk": connecting(async (server) => {
    const { open } = await import("../snowflake/sdk.mjs");
    const { execute, close } = await open(server);
    const { rows } = await execute("select 1 as one", false);
    return { one: rows[0].ONE, close };
  }),
};
