import { inspect } from "node:util";
import { asking, type BulkParts } from "./bulk-session.ts";
import { grantedBy } from "./bulk/access.ts";
import { callOptions, longestTimerMs, statementOptions, type CallOptions, type StatementOptions } from "./call.ts";
import { checkTarget, completeConnectionString, type ConnectionStringTarget } from "./credentials/connection-string.ts";
import { invalidArgument } from "./errors.ts";
import { checkOptions } from "./options.ts";
import { onOwnSession, onPooledSession } from "./leases.ts";
import { checkWork, workOn, type WarehouseSession } from "./lent-session.ts";
import { RunningCalls } from "./running-calls.ts";
import { checkedTransaction, retryConflicts, transact, type TransactionOptions } from "./transaction.ts";
import { told } from "./telemetry/channels.ts";
import { verbs } from "./verbs.ts";
import type { Call } from "./call.ts";
import type { Queryable } from "./queryable.ts";
import type { Scope } from "./scope.ts";
import type { Sessions } from "./sessions.ts";
import type { CredentialSource, Stamped } from "./credentials/freshness.ts";
import type { OptionalOverrides } from "./credentials/optional-values.ts";
import type { Driver, Reading, TlsDetails } from "./driver.ts";
import type { ObservedServer, PoolStatistics } from "./telemetry/events.ts";

/**
 * An open data warehouse: what `connectWarehouse()` gives. It keeps a pool of sessions, opens them when they are wanted, with credentials that are fresh
 * then, and never keeps the process alive. One is enough for a process, or for each tenant of it.
 */
export interface Warehouse extends Queryable, AsyncDisposable {
  /** Which warehouse the tenant has. */
  readonly type: "redshift" | "snowflake";
  /** What the pool of sessions holds at the moment that this is read. */
  readonly pool: PoolStatistics;
  /**
   * Lends one session for the length of `work`: temporary tables, SET and USE live that long. Statements on it run one after the
   * other. Afterwards the session is closed if one of them changed it, else used again; what `work` did not wait for is stopped.
   *
   * @returns what `work` returns.
   * @throws what `work` throws; `INVALID_ARGUMENT`, effect `"rolled back"`, where it left a transaction open that it had begun by hand;
   *   `signal.reason`; or as `query`.
   * @example
   * ```ts
   * const busiest = await db.session(async (session) => {
   *   await session.query("create temporary table per_day as select day, count(*) as n from events group by day");
   *   const { rows } = await session.query("select day, n from per_day order by n desc");
   *   return rows[0];
   * });
   * ```
   */
  session<T>(work: (session: WarehouseSession) => Promise<T>, options?: StatementOptions): Promise<T>;
  /**
   * Runs `work` inside a transaction: commits when it returns, rolls back when it throws, and settles only when that has ended. `tx` has
   * the verbs of the warehouse. There are no nested transactions and no savepoints on either warehouse. TRUNCATE commits on Redshift, DDL on
   * Snowflake.
   *
   * @returns what `work` returns.
   * @throws what `work` throws; `QUERY` with effect `"rolled back"` where a failed statement was passed over; after COMMIT was
   *   sent, an error with effect `"unknown"` where nobody knows how it ended; or as `query`.
   * @example
   * ```ts
   * await db.transaction(async (tx) => {
   *   await tx.query("delete from scores where day = ?", ["2024-02-29"]);
   *   await tx.insert("scores", [{ day: "2024-02-29", score: "12.50" }]);
   * });
   * ```
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Asks the server for a sign of life over a session of the pool, without a statement: on Redshift Serverless and Snowflake a statement costs money.
   *
   * @throws as `query`.
   */
  ping(options?: CallOptions): Promise<void>;
  /**
   * Gives the tenant's connection string for another tool, complete: with schema, role, virtual warehouse and application, and
   * credentials that are fresh now, as {@link completeConnectionString} writes it. It is a secret.
   *
   * @throws `UNSUPPORTED` for `"libpq"` on Snowflake; `CREDENTIALS`, `TIMEOUT`, `CLOSED`, `INVALID_ARGUMENT`; or `signal.reason`.
   * @example
   * ```ts
   * const url = await db.connectionString({ for: "sqlalchemy" });
   * ```
   */
  connectionString(options: ConnectionStringOptions): Promise<string>;
  /**
   * Closes every session. Calls that run may end within `timeoutMs`; after that they are cancelled on the server and reject with `CLOSED`,
   * with effect `"unknown"` where a statement was under way. New calls get `CLOSED` at once. Idempotent; never rejects, whatever it is given.
   */
  close(options?: {
    /** How long calls that run may take, in milliseconds; `Infinity` waits for them. Default 30 000. */
    readonly timeoutMs?: number | undefined;
  }): Promise<void>;
}

/** What `connectionString()` is told. */
export interface ConnectionStringOptions extends CallOptions {
  /** Who is to read the connection string. */
  readonly for: ConnectionStringTarget;
}

/** What a warehouse is made of. */
export interface WarehouseParts {
  readonly driver: Driver;
  readonly source: CredentialSource;
  readonly sessions: Sessions;
  readonly reading: Reading;
  readonly overrides: OptionalOverrides;
  readonly tlsFor: (login: Stamped) => TlsDetails | false;
  /** For who observes it. */
  readonly server: ObservedServer;
}

const drainTimeoutMs = 30_000;
/** What is asked beside other work must not hold it up. */
const asideTimeoutMs = 5_000;

/** Builds the verbs over the pool. */
export function openWarehouse(parts: WarehouseParts): Warehouse {
  const { driver, sessions, source, reading } = parts;
  const calls = new RunningCalls();

  const bulk: BulkParts = {
    engine: driver.bulk,
    granted: async (call) => grantedBy((await source.fresh(call)).credentials),
    aside: async (statement) =>
      calls.during({ timeoutMs: asideTimeoutMs }, async (call) =>
        onPooledSession(sessions, call, async (session) =>
          asking({ dialect: driver.dialect, reading, verb: "aside" }, session, call)(statement),
        ),
      ),
  };

  const scoped = async <T>(call: Call, inTransaction: boolean, work: (scope: Scope) => Promise<T>): Promise<T> =>
    onOwnSession(sessions, { dialect: driver.dialect, reading, bulk, outer: call, inTransaction, transact }, work);

  const queryable = verbs({
    dialect: driver.dialect,
    reading,
    bulk,
    inTransaction: false,
    transaction: async (options, work) =>
      calls.during(options, async (call) =>
        scoped(call, true, async (scope) => transact(scope, call, async () => work(scope.withSession))),
      ),
    withSession: (options, kind, work, onCall) =>
      calls.during(
        options,
        (call) =>
          kind === "statement" || kind === "stream"
            ? onPooledSession(sessions, call, (session) => work(session, call))
            : scoped(call, false, async (scope) => {
                if (kind === "changing") scope.discard();
                return scope.run(call, work);
              }),
        onCall,
      ),
    changesSession(keyword, verb) {
      // A script has a session of its own, which is closed after it.
      if (verb === "script") return undefined;
      throw invalidArgument(
        `${keyword} changes the session it runs on, and a pool lends any of several: run it inside db.session() (or onSession, for every session), or use db.transaction() for a transaction.`,
      );
    },
  });

  let closing: Promise<void> | undefined;
  const close: Warehouse["close"] = async (options) => {
    const timeoutMs = patienceMs(options);
    closing ??= told(
      "close",
      () => ({ server: parts.server, calls: calls.count, timeoutMs }),
      async () => {
        await calls.close(timeoutMs);
        await sessions.close();
      },
    );
    await closing;
  };

  const warehouse = Object.assign(queryable, {
    type: driver.dialect.name,
    async session(work, given) {
      const options = checkOptions<StatementOptions>(given, statementOptions, "session()");
      checkWork(work, "session()");
      return calls.during(options, async (call) => scoped(call, false, async (scope) => workOn(scope, call, work)));
    },
    async transaction(work, given) {
      const { retries, options } = checkedTransaction(work, given);
      return calls.during(options, async (call) =>
        retryConflicts(retries, async () => scoped(call, true, async (scope) => transact(scope, call, work))),
      );
    },
    async ping(given) {
      const options = checkOptions<CallOptions>(given, callOptions, "ping()");
      return calls.during(options, async (call) => sessions.ping(call));
    },
    async connectionString(given) {
      const known = { ...callOptions, for: true } as const;
      const { for: target, ...options } = checkOptions<ConnectionStringOptions>(given, known, "connectionString()");
      checkTarget(target);
      return calls.during(options, async (call) => {
        const login = await source.fresh(call);
        const tls = parts.tlsFor(login) !== false;
        return completeConnectionString(login.credentials, { ...parts.overrides, tls }, target);
      });
    },
    close,
    [Symbol.asyncDispose]: close,
    // What console.log() shows; the parts hold functions and secrets' sources, which say nothing to anybody.
    [inspect.custom]: () => `Warehouse(${driver.dialect.name}, ${calls.isClosed ? "closed" : "open"})`,
  } satisfies Omit<Warehouse, keyof Queryable | "pool"> & Record<symbol, unknown>);
  const pool = { get: () => sessions.statistics, enumerable: true };
  // It is on the object now; Object.assign() would have read it once.
  return Object.defineProperty(warehouse, "pool", pool) as typeof warehouse & Pick<Warehouse, "pool">;
}

/** Nonsense is no reason to stay open. */
function patienceMs(options: Parameters<Warehouse["close"]>[0] | null): number {
  const timeoutMs: unknown = options?.timeoutMs;
  return typeof timeoutMs === "number" && timeoutMs >= 0 ? Math.min(timeoutMs, longestTimerMs) : drainTimeoutMs;
}
