import { createBulk } from "./bulk/state.ts";
import { createCatalog } from "./engine/catalog.ts";
import { openDuckDB } from "./engine/duckdb.ts";
import { discard } from "./engine/define.ts";
import { createLocks } from "./engine/locks.ts";
import { createWarehouse } from "./engine/warehouse.ts";
import { endTransaction } from "./engine/storage.ts";
import type { Account } from "./engine/storage.ts";
import { createChunkStore } from "./http/chunks.ts";
import { infoOf } from "./http/clients.ts";
import type { ClientSession, SnowflakeSession } from "./http/clients.ts";
import { createRequestFaults, createSqlFaults } from "./http/faults.ts";
import type { SnowflakeFault } from "./http/faults.ts";
import { createDoor } from "./http/login.ts";
import type { SnowflakeLogin } from "./http/login.ts";
import { createJournal } from "../journal.ts";
import { inTurn } from "../seed.ts";
import type { WarehouseStandIn } from "../stand-in.ts";
import { emptyAccount, seedTable } from "./contents.ts";
import { listen } from "./http/server.ts";
import { createRegistry } from "./http/statements.ts";
import { createTokens } from "./http/tokens.ts";
import { settingsOf } from "./options.ts";
import type { SnowflakeOptions } from "./options.ts";
import { createSeed } from "./seed.ts";

/** A statement that a client sent, as `statements()` tells it. */
export interface SnowflakeStatement {
  readonly sessionId: string;
  readonly queryId: string;
  readonly requestId: string;
  readonly sql: string;
  /** The values bound, as texts; one bound as an array stands for many rows. */
  readonly params?: readonly (string | null | readonly (string | null)[])[];
  /** The same with Snowflake's types. */
  readonly binds?: readonly { readonly type: string; readonly value: string | null | readonly (string | null)[] }[];
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A Snowflake account in this process, reached over HTTP. */
export interface SnowflakeStandIn extends WarehouseStandIn {
  /** A name for clients that want one; any other is taken too. */
  readonly account: string;
  /** Issues an OAuth access token for a user (the first of `users` by default) that logs in for `lifetimeMs`, ten minutes by default. */
  issueToken(user?: string, lifetimeMs?: number): string;
  /** Makes an OAuth token unknown: login then answers 390303, while one that ran out answers 390318. */
  revokeToken(token: string): void;
  /** Gives a user another password, for logins from now on. */
  setPassword(user: string, password: string): void;
  /** The sessions that are open. */
  sessions(): readonly SnowflakeSession[];
  /** What is being run now. */
  running(): readonly { readonly queryId: string; readonly sessionId: string; readonly sql: string }[];
  /** The statements received, in order; the last 10,000, or 32 MB of text. A repeated request is not listed again. */
  statements(): readonly SnowflakeStatement[];
  /** The logins that were tried, in order. */
  logins(): readonly SnowflakeLogin[];
  /** Makes every session token expire: the next request of each answers 390112. */
  expireSessionTokens(): void;
  /** Makes every master token expire: the next renewal of each answers 390114. */
  expireMasterTokens(): void;
  /** Makes the URLs of all chunks expire: they answer 403, as S3 does; GET /queries/ID/result gives fresh ones. */
  expireChunkUrls(): void;
  /** Ends a session as an administrator does: its requests answer 390111, its transaction is rolled back. */
  killSession(id: string): Promise<void>;
  /** Suspends the warehouse: statements that need one wait, as RESUMING_WAREHOUSE, until `resumeWarehouse()`. */
  suspendWarehouse(): void;
  /** Resumes the warehouse; what waits for it goes on. */
  resumeWarehouse(): void;
  inject(fault: SnowflakeFault): () => void;
  /** Runs Snowflake SQL past HTTP, for seeding: rows as objects of text cells, NULL as null. */
  query(sql: string): Promise<Record<string, string | null>[]>;
  /**
   * Stops what runs, rolls open transactions back, and forgets faults, what was recorded, every table but the sessions' temporary ones, stages
   * and file formats. Sessions and tokens stay as they are; the warehouse runs, and passwords are what they were at the start.
   */
  reset(): Promise<void>;
}

/**
 * Starts a Snowflake account in this process: an HTTP server that snowflake-sdk and other clients log in to, with DuckDB behind it. What it
 * cannot do answers an error (000002, 0A000) that says so. Throws when `@duckdb/node-api` is not installed.
 */
export async function startSnowflake(options: SnowflakeOptions = {}): Promise<SnowflakeStandIn> {
  const settings = settingsOf(options);
  const account: Account = {
    name: "standin",
    catalog: createCatalog(settings.database, settings.schema),
    locks: createLocks(),
    duckdb: await openDuckDB(),
    bulk: createBulk(options.s3, settings.integrations, settings.now),
    warehouse: createWarehouse(),
    now: settings.now,
  };
  const sessions = new Map<string, ClientSession>();
  const journal = createJournal<SnowflakeStatement>();
  const tokens = createTokens(settings.now);
  const faults = createRequestFaults();
  const sqlFaults = createSqlFaults();
  const registry = createRegistry(account, settings, sqlFaults);
  const chunks = createChunkStore(settings);

  const closeSession = async (session: ClientSession): Promise<void> => {
    session.closed = true;
    sessions.delete(session.sql.id);
    await registry.stop((statement) => statement.session === session);
    await endTransaction(session.sql, account, "rollback");
    await discard([...session.sql.temporary.values()], { account });
    session.sql.temporary.clear();
    account.bulk.forget(session.sql.id);
    session.requests.clear();
  };

  const door = createDoor(settings, account, tokens, (session) => sessions.set(session.sql.id, session));
  const record: Parameters<typeof listen>[0]["record"] = ({ id, session }, { sql, requestId, binds, parameters }) => {
    journal.add({
      sessionId: session.sql.id,
      queryId: id,
      requestId,
      sql,
      ...(binds.length > 0 && { binds, params: binds.map(({ value }) => value) }),
      ...(parameters.size > 0 && { parameters: Object.fromEntries(parameters) }),
    });
  };
  const listener = await listen({ settings, door, tokens, registry, chunks, record, closeSession }, faults).catch(
    (error: unknown) => {
      account.duckdb.close();
      throw error;
    },
  );
  const administration = new AbortController();
  let query = createSeed(account, settings, administration.signal);

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    administration.abort();
    await listener.close();
    await registry.stop(() => true);
    account.duckdb.close();
    await account.bulk.close();
  };
  const reset = async (): Promise<void> => {
    faults.clear();
    sqlFaults.clear();
    account.warehouse.resume();
    await registry.stop(() => true);
    const open = [...sessions.values()].map(({ sql }) => sql);
    await emptyAccount(account, settings, open);
    door.reset();
    query = createSeed(account, settings, administration.signal);
    journal.clear();
  };
  return {
    url: listener.url,
    host: listener.host,
    port: listener.port,
    account: account.name,
    issueToken: (user = Object.keys(settings.users)[0] ?? "PEAK", lifetimeMs = 600_000) =>
      door.issueToken(user, lifetimeMs),
    revokeToken: (token) => door.revokeToken(token),
    setPassword: (user, password) => door.setPassword(user, password),
    sessions: () => [...sessions.values()].map(infoOf),
    running: () => registry.running().map(({ id, session, sql }) => ({ queryId: id, sessionId: session.sql.id, sql })),
    statements: () => journal.entries(),
    logins: () => door.attempts(),
    expireSessionTokens: () => tokens.expire("session"),
    expireMasterTokens: () => tokens.expire("master"),
    expireChunkUrls: () => chunks.expire(),
    killSession: async (id) => {
      const session = sessions.get(id);
      if (session !== undefined) await closeSession(session);
    },
    suspendWarehouse: () => account.warehouse.suspend(),
    resumeWarehouse: () => account.warehouse.resume(),
    inject: (fault) => (fault.statement === undefined ? faults.add(fault) : sqlFaults.add(fault)),
    release: () => {
      faults.release();
      sqlFaults.release();
    },
    query: (sql) => query(sql),
    seed: inTurn((table, rows, columns) => seedTable(query, settings, { table, rows, columns })),
    reset,
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}
