// Run as a process of its own: the Peak API with its two warehouses, and what can go wrong with them.
import { randomBytes } from "node:crypto";
import {
  startPeakApi,
  startRedshift,
  startSnowflake,
  type PeakFault,
  type SnowflakeFault,
} from "peak-warehouse/testing";
import { redshiftCredentials, snowflakeOAuthCredentials } from "../integration/credentials.ts";
import { choosePostgres } from "../integration/postgres.ts";
import { serve } from "./child.ts";
import { counterRows, featureRows, featureText, type Kind } from "./tables.ts";

/** Shorter than a run, so that most logins are refused for a token that has expired, and repeated with a new one. */
const tokenLifetimeMs = 5_000;
/** How long the server keeps a session whose tokens have all expired; Snowflake takes hours. */
const reapMs = 500;

const started: { close(): Promise<void> }[] = [];
/** The last started closes first: Redshift leaves PostgreSQL before that goes. */
async function close(): Promise<void> {
  for (const server of started.splice(0).reverse()) await server.close();
}
function keep<T extends { close(): Promise<void> }>(server: T): T {
  started.push(server);
  return server;
}
// Whoever started it has gone, in whatever way.
process.once("disconnect", () => void close().finally(() => process.exit()));

const postgres = keep(await choosePostgres());
const redshift = keep(await startRedshift({ postgres }));
// Small parts, so that a result of some thousand rows comes in many; and impatient, so that slow statements are polled for.
const snowflake = keep(await startSnowflake({ inlineBytes: 2_048, chunkBytes: 16_384, longRunningMs: 100 }));
const api = keep(await startPeakApi());
api.addTenant({
  key: "redshift-key",
  warehouses: [{ name: "redshift", credentials: () => redshiftCredentials(redshift) }],
});
api.addTenant({
  key: "snowflake-key",
  warehouses: [
    {
      name: "snowflake",
      credentials: () => snowflakeOAuthCredentials(snowflake, snowflake.issueToken(undefined, tokenLifetimeMs)),
    },
  ],
});

const features = Array.from({ length: featureRows }, (_, n) => `(${n}, '${featureText(n)}')`).join(", ");
const counters = Array.from({ length: counterRows }, (_, row) => `(${row}, 0)`).join(", ");
// Redshift's transactions are serializable: two that change one row conflict. Deadlocks are found soon, for a short run.
await redshift.query(`
  do $$ declare own name := (select datname from pg_stat_activity where pid = pg_backend_pid()); begin
    execute format('alter database %I set default_transaction_isolation = ''repeatable read''', own);
    execute format('alter database %I set deadlock_timeout = ''100ms''', own);
  end $$;
  create schema publish;
  create table publish.ledger (id bigint, note varchar(100));
  create table publish.counters (id integer, n integer);
  create table publish.features (n integer, t varchar(100));
  insert into publish.counters values ${counters};
  insert into publish.features values ${features};`);
await snowflake.query(`
  create table ledger (id integer, note varchar(100));
  create table counters (id integer, n integer);
  create table features (n integer, t varchar(100));
  insert into counters values ${counters};
  insert into features values ${features};`);

/** Faults that end by themselves, and what ends them. */
const endings = new Map<() => void, NodeJS.Timeout>();

function lasting(forMs: number, undo: () => void): void {
  const timer = setTimeout(() => {
    endings.delete(undo);
    undo();
  }, forMs);
  endings.set(undo, timer);
}

/** Picks one by a number from 0 to 1. */
const at = <T>(items: readonly T[], draw: number): T | undefined => items[Math.floor(draw * items.length)];

async function reap(ids: readonly string[]): Promise<void> {
  for (const id of ids) await snowflake.killSession(id);
}

const servers = { redshift, snowflake };
const pairs = (rows: readonly Record<string, unknown>[]): [number, number][] =>
  rows.map((row) => {
    const [first, second] = Object.values(row);
    return [Number(first), Number(second)];
  });

const verbs = {
  address: () => api.url,
  rotatePassword() {
    redshift.setPassword(redshift.user, randomBytes(9).toString("base64url"));
  },
  /** Ends the connections of all sessions, or of the one that `draw` picks. */
  dropRedshift(how: "silent" | "reset" | "fin" | "admin-shutdown", draw?: number) {
    if (draw === undefined) redshift.drop(how);
    else redshift.drop(how, at(redshift.sessions(), draw)?.pid ?? -1);
  },
  refuseRedshift(forMs: number) {
    lasting(
      forMs,
      redshift.inject({
        operation: "login",
        kind: "error",
        times: Infinity,
        message: 'connection limit "500" exceeded for non-bootstrap users',
      }),
    );
  },
  failApi(fault: PeakFault, forMs: number) {
    lasting(forMs, api.inject(fault));
  },
  failSnowflake(fault: SnowflakeFault, forMs: number) {
    lasting(forMs, snowflake.inject(fault));
  },
  expireSessionTokens: () => snowflake.expireSessionTokens(),
  /** Has the renewal of a session fail. The SDK gives such a session up and cannot end it; the server does, some time later. */
  failRenewal() {
    const ids = snowflake.sessions().map(({ id }) => id);
    const undo = snowflake.inject({ operation: "renewal", kind: "error", status: 503 });
    snowflake.expireSessionTokens();
    lasting(reapMs, () => {
      undo();
      void reap(ids);
    });
  },
  /** Makes all tokens expire: nobody can use or end the sessions then, and the server ends them some time later. */
  expireMasterTokens() {
    const ids = snowflake.sessions().map(({ id }) => id);
    snowflake.expireMasterTokens();
    snowflake.expireSessionTokens();
    lasting(reapMs, () => void reap(ids));
  },
  async killSession(draw: number) {
    const session = at(snowflake.sessions(), draw);
    if (session !== undefined) await snowflake.killSession(session.id);
  },
  /** Ends every fault that still lasts. */
  calm() {
    for (const [undo, timer] of endings) {
      clearTimeout(timer);
      undo();
    }
    endings.clear();
  },
  /** Tells how many sessions a server has, and what it runs. */
  load: (kind: Kind) => ({
    sessions: servers[kind].sessions().length,
    running: servers[kind].running().map(({ sql }) => sql),
  }),
  /** Reads past the wire how often each write is there, and the counters. */
  async contents(kind: Kind) {
    const schema = kind === "redshift" ? "publish." : "";
    const server = servers[kind];
    return {
      writes: pairs(await server.query(`select id, count(*) as n from ${schema}ledger group by id`)),
      counters: pairs(await server.query(`select id, n from ${schema}counters`)),
    };
  },
  close,
};

/** What the platform can be asked to do. */
export type Platform = typeof verbs;

serve(verbs);
