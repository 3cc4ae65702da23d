import pg from "pg";
import { startPostgres } from "../../src/testing/postgres.ts";
import { startInstalledPostgres } from "./installed-postgres.ts";
import type { Expected } from "../measurement.ts";

/** PostgreSQL with the tables that the suites read: what is on Redshift's wire, without what our stand-in would cost. */
export interface BenchPostgres {
  readonly address: Readonly<Record<string, unknown>>;
  /** What it is, for example `PostgreSQL 15.18 (Debian 15.18-0+deb12u1)`. */
  readonly servedBy: string;
  /** Makes a table of so many rows, if it is not there, and gives its name. */
  table(kind: keyof typeof tables, rows: number): Promise<string>;
  /** Makes an empty table of the columns that `programs/insert/rows.mjs` has, and gives its name. */
  emptyTable(): Promise<string>;
  /** Tells what whoever reads a statement must find, if the column `key` is summed. */
  expected(sql: string, key: string): Promise<Expected>;
  close(): Promise<void>;
}

/** Large enough that no read waits for a disk; scans always begin at the first row; one process a query. */
const settings = {
  shared_buffers: "512MB",
  synchronize_seqscans: "off",
  max_parallel_workers_per_gather: "0",
  jit: "off",
  autovacuum: "off",
};

/** The select lists by which rows are made of `i`, which counts from 1. Random numbers begin from one seed. */
const tables = {
  mixed: `
    i::integer as id,
    (random() * 9007199254740991)::bigint as big,
    random() * 1000 as score,
    case when i % 89 <> 0 then (random() * 1000000)::numeric(12, 2) end as amount,
    (array['alpha','bravo','charlie','delta','echo','foxtrot','golf','hotel'])[1 + (random() * 7)::integer] as code,
    random() < 0.5 as active,
    date '2010-01-01' + (random() * 6000)::integer as day,
    timestamp '2015-01-01' + random() * interval '3000 days' as at,
    timestamptz '2015-01-01+00' + random() * interval '3000 days' as seen,
    case when i % 97 <> 0 then 'note ' || i || ' on ' || md5(i::text) end as note`,
  doubles: Array.from({ length: 20 }, (_, i) => `random() * ${10 ** (i % 5)} as f${i + 1}`).join(", "),
};

/** The table that is inserted into: no index, no log, and so little else than what the rows cost the server to take. */
const sink = {
  name: "sink",
  columns: `id integer, big bigint, score double precision, amount numeric(12, 2), code varchar(20), active boolean, day date,
    at timestamp, seen timestamptz, note varchar(200)`,
};

/** Starts the PostgreSQL of this machine, else the one from npm; it ends with this process. */
export async function startBenchPostgres(): Promise<BenchPostgres> {
  const server = (await startInstalledPostgres(settings)) ?? (await startPostgres({ settings }));
  const { host, port, user, password, database } = server;
  const place = { host, port, user, password, database };
  const client = new pg.Client(place);
  await client.connect();
  const { rows: versions } = await client.query<{ server_version: string }>("show server_version");
  const made = new Set<string>();
  return {
    servedBy: `PostgreSQL ${versions[0]?.server_version ?? ""}`,
    address: { ...place, credentials: { dataWarehouseType: "amazon_redshift", authType: "basic", ...place } },
    async table(kind, rows) {
      const name = `${kind}_${rows}`;
      if (made.has(name)) return name;
      await client.query("select setseed(0.5)");
      await client.query(`create unlogged table ${name} as select ${tables[kind]} from generate_series(1, ${rows}) i`);
      // Else the first reader of each row would write to it.
      await client.query(`vacuum (freeze, analyze) ${name}`);
      made.add(name);
      return name;
    },
    async emptyTable() {
      await client.query(`create unlogged table if not exists ${sink.name} (${sink.columns})`);
      return sink.name;
    },
    async expected(sql, key) {
      const text = `select count(*)::float8 as count, sum(floor(${key}))::float8 as checksum from (${sql}) result`;
      const { rows } = await client.query<Expected>(text);
      if (rows[0] === undefined) throw new Error("The server gave no row for a count.");
      return rows[0];
    },
    async close() {
      await client.end();
      await server.close();
    },
  };
}
