import pg from "pg";
import { execute } from "../snowflake/lean.mjs";
import { mixedRow } from "./rows.mjs";

/**
 * Opens the table that is inserted into, beside the client that is measured: empties it, and tells of what it holds how many rows there are and
 * the sum of their keys.
 */
export async function openSink(server) {
  return server.url === undefined ? postgresSink(server) : snowflakeSink(server);
}

/** Has the database write moments as the rows have them. */
const stored = (table) => `
  select id, big::float8 as big, score, amount::text as amount, code, active, day::text as day,
    to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS') as at, seen, note
  from ${table} order by id`;

async function postgresSink(server) {
  const client = new pg.Client(server);
  await client.connect();
  return {
    empty: (table) => client.query(`truncate ${table}`),
    /** Of the keys only those are summed whose rows are as they were made. */
    async proof(table) {
      const { rows } = await client.query(stored(table));
      const whole = rows.filter((row) => JSON.stringify(row) === JSON.stringify(mixedRow(row.id)));
      return { count: rows.length, checksum: whole.reduce((sum, { id }) => sum + id, 0) };
    },
    close: () => client.end(),
  };
}

/** The lean server counts what it is sent, and keeps nothing. */
async function snowflakeSink({ url }) {
  return {
    empty: (table) => execute(url, `truncate table ${table}`),
    async proof(table) {
      const [[count, checksum]] = (await execute(url, `select count, checksum from ${table}`)).rowset;
      return { count: Number(count), checksum: Number(checksum) };
    },
    close: () => undefined,
  };
}
