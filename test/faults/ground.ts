import { connectWarehouse, type ConnectOptions, type Warehouse } from "peak-warehouse";
import {
  startPeakApi,
  startRedshift,
  startSnowflake,
  type PeakApi,
  type PostgresAddress,
  type RedshiftStandIn,
  type SnowflakeStandIn,
} from "peak-warehouse/testing";
import { redshiftCredentials, snowflakeCredentials, snowflakeOAuthCredentials } from "../integration/credentials.ts";

/** Where a server listens. */
interface Address {
  readonly host: string;
  readonly port: number;
}

/** One warehouse as the cells see it: a stand-in that they share, and what its SQL calls things. */
export interface Side {
  readonly address: Address;
  /** The tenant's key at the Peak API. */
  readonly apiKey: string;
  /** A statement that gives {@link largeRows} rows, the numbers from 0 on as `n`, in more than one part. */
  readonly large: string;
  /** Whether a session of the server's ends with its connection. */
  readonly sessionsAreConnections: boolean;
  /** A statement that runs for a minute. */
  readonly slow: string;
  /** Connects past the Peak API to an address that leads to the stand-in. */
  connect(address: Address, options?: ConnectOptions): Promise<Warehouse>;
  /** Runs SQL past everything of ours. */
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
  /** How many sessions an application has on the server. */
  sessions(application: string): number;
  /** What an application's sessions are running there. */
  running(application: string): number;
  /** Ends an application's sessions there, as an administrator does. */
  endSessions(application: string): Promise<void>;
}

/** What the cells share. */
export interface Ground extends AsyncDisposable {
  readonly api: PeakApi;
  readonly redshift: Side;
  readonly snowflake: Side;
}

export const largeRows = 20_000;

/** Starts the stand-ins. */
export async function startGround(postgres: PostgresAddress): Promise<Ground> {
  const api = await startPeakApi();
  const redshift = await startRedshift({ postgres });
  await redshift.query("create schema publish");
  // Small parts, so that a result of a few hundred KB has many.
  const snowflake = await startSnowflake({ inlineBytes: 8 * 1_024, chunkBytes: 64 * 1_024 });
  api.addTenant({
    key: "redshift-key",
    warehouses: [{ name: "redshift", credentials: redshiftCredentials(redshift) }],
  });
  api.addTenant({
    key: "snowflake-key",
    warehouses: [
      { name: "snowflake", credentials: () => snowflakeOAuthCredentials(snowflake, snowflake.issueToken()) },
    ],
  });
  // Loading the drivers takes seconds on a busy machine, and is no cell's affair.
  for (const apiKey of ["redshift-key", "snowflake-key"]) {
    await (await connectWarehouse({ apiKey, baseUrl: api.url })).close();
  }
  return {
    api,
    redshift: redshiftSide(redshift),
    snowflake: snowflakeSide(snowflake),
    async [Symbol.asyncDispose]() {
      await Promise.all([api.close(), redshift.close(), snowflake.close()]);
    },
  };
}

function redshiftSide(server: RedshiftStandIn): Side {
  const pids = (application: string) =>
    server.sessions().flatMap((session) => (session.application === application ? [session.pid] : []));
  return {
    address: server,
    apiKey: "redshift-key",
    large: `select n, 'a row among many' as padding from generate_series(0, ${largeRows - 1}) as n`,
    sessionsAreConnections: true,
    slow: "select pg_sleep(60)",
    connect: async (address, options) =>
      connectWarehouse({ credentials: at(address, redshiftCredentials(server)), tls: false, ...options }),
    query: async (sql) => server.query(sql),
    sessions: (application) => pids(application).length,
    running: (application) => {
      const own = new Set(pids(application));
      return server.running().filter(({ pid }) => own.has(pid)).length;
    },
    endSessions: async (application) => {
      for (const pid of pids(application)) server.drop("admin-shutdown", pid);
      return Promise.resolve();
    },
  };
}

function snowflakeSide(server: SnowflakeStandIn): Side {
  const ids = (application: string) =>
    server.sessions().flatMap((session) => (session.application === application ? [session.id] : []));
  return {
    address: server,
    apiKey: "snowflake-key",
    large: `select seq4() as n, 'a row among many' as padding from table(generator(rowcount => ${largeRows}))`,
    sessionsAreConnections: false,
    slow: "select system$wait(60)",
    connect: async (address, options) =>
      connectWarehouse({ credentials: at(address, snowflakeCredentials(server)), tls: false, ...options }),
    query: async (sql) => server.query(sql),
    sessions: (application) => ids(application).length,
    running: (application) => {
      const own = new Set(ids(application));
      return server.running().filter(({ sessionId }) => own.has(sessionId)).length;
    },
    endSessions: async (application) => {
      for (const id of ids(application)) await server.killSession(id);
    },
  };
}

function at<C extends object>({ host, port }: Address, credentials: C) {
  return { ...credentials, host, port };
}
