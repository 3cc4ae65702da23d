import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { machineClock } from "../clock.ts";
import { openStorage } from "../s3/storage.ts";
import { createJournal } from "../journal.ts";
import { inTurn } from "../seed.ts";
import type { WarehouseStandIn } from "../stand-in.ts";
import type { RedshiftAccount } from "./authentication.ts";
import type { BoundValue } from "./bind.ts";
import { createBulk } from "./bulk/run.ts";
import { emptyDatabase, seedTable } from "./contents.ts";
import { createDatabase } from "./database.ts";
import { createDoor, type DoorParts, type RedshiftLogin } from "./door.ts";
import { createLoginFaults, createSqlFaults, mishapOf, type RedshiftFault } from "./faults.ts";
import { createHistory } from "./history.ts";
import type { RedshiftOptions } from "./options.ts";
import type { SocketDrop } from "./session.ts";
import { createTimekeeper } from "./time.ts";

/** Describes an open session. */
export interface RedshiftSession {
  readonly pid: number;
  readonly user: string;
  readonly application?: string;
  /** The startup packet as it was sent. */
  readonly startup: Readonly<Record<string, string>>;
  readonly state: "idle" | "busy" | "transaction";
  /** How much the client has been sent; it stands still soon after the client has stopped reading. */
  readonly bytesWritten: number;
}

/** Is a statement as the client sent it, with what it bound. */
export interface RedshiftStatement {
  readonly pid: number;
  readonly sql: string;
  readonly params?: readonly BoundValue[];
}

/** Is a running stand-in of an Amazon Redshift cluster. */
export interface RedshiftStandIn extends WarehouseStandIn {
  /** The first user, and the password that it has now. */
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `postgresql://user:password@host:port/database` of the first user. */
  readonly url: string;
  /** The sessions that are open. */
  sessions(): readonly RedshiftSession[];
  /** What is being run now, also for clients that left without cancelling it. */
  running(): readonly { readonly pid: number; readonly sql: string }[];
  /** What was run, in order of arrival; the last 10,000, or 32 MB of text. */
  statements(): readonly RedshiftStatement[];
  /** The logins that were tried, in order. */
  logins(): readonly RedshiftLogin[];
  /** How many CancelRequests came. */
  cancels(): number;
  /** Changes the password for the logins to come; throws when there is no such user. */
  setPassword(user: string, password: string): void;
  inject(fault: RedshiftFault): () => void;
  /**
   * Ends open connections, or the one of `pid`; a statement that runs goes on, as on a cluster. `silent` as a router that forgets the flow, `reset` with a TCP RST,
   * `fin` with an orderly end, `admin-shutdown` with FATAL 57P01 and an orderly end.
   */
  drop(how: SocketDrop | "admin-shutdown", pid?: number): void;
  /** Runs SQL of PostgreSQL straight in the database behind. */
  query(sql: string, params?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /**
   * Ends the sessions that run something or have a transaction open, opens the port, and forgets faults, what was recorded, and every table but
   * the other sessions' temporary ones. Passwords are what they were at the start; the system views keep their history.
   */
  reset(): Promise<void>;
}

const defaultUsers: Readonly<Record<string, RedshiftAccount>> = { peak: { password: "peak-password", auth: "md5" } };

/**
 * Starts a wire proxy before PostgreSQL that unmodified clients take for Amazon Redshift: its logins, types, tags,
 * errors and SQL. What differs from a cluster beyond that is PostgreSQL's.
 */
export async function startRedshift(options: RedshiftOptions): Promise<RedshiftStandIn> {
  const { host = "127.0.0.1", database: name = "peak", schema = "public", clock } = options;
  const { tls, requireTls, showDiscovery, users = defaultUsers } = options;
  const database = await createDatabase(options.postgres, { name, schema, isClocked: clock !== undefined });

  const sockets = new Set<Socket>();
  const journal = createJournal<RedshiftStatement>();
  const sqlFaults = createSqlFaults();
  const loginFaults = createLoginFaults();
  const history = createHistory(database, clock ?? machineClock);
  const time = createTimekeeper(clock, (sql, params) => database.query(sql, params));
  const storage = options.s3 && openStorage(options.s3);
  const roles = options.roles ?? {};
  const outlets: DoorParts["outlets"] = ({ pid, user, stop }) => ({
    database,
    begin: (query) => history.begin({ ...query, pid, user }),
    publish: () => history.publish(),
    time,
    bulk: storage && createBulk({ storage, roles, history, user, stop }),
    journal: (sql, params) => journal.add({ pid, sql, ...(params && { params }) }),
    mishap: (sql) => mishapOf(sqlFaults, sql),
  });
  const door = createDoor({ database, name, users, tls, requireTls, showDiscovery, faults: loginFaults, outlets });

  const server = createServer({ noDelay: true }, (raw) => {
    sockets.add(raw);
    raw.on("error", () => raw.destroy()).once("close", () => sockets.delete(raw));
    // A client that leaves during the handshake has nobody to tell.
    door.welcome(raw).catch(() => raw.destroy());
  });
  const listen = (port: number): void => void server.listen(port, host);
  try {
    for (const user of Object.keys(users)) await database.ensureRole(user);
    await time.tell();
    listen(options.port ?? 0);
    await once(server, "listening");
  } catch (error) {
    await database.drop();
    throw error;
  }
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  const [user = ""] = Object.keys(users);
  const openPort = (): void => {
    if (!server.listening) listen(port);
  };
  const reset = async (): Promise<void> => {
    sqlFaults.clear();
    loginFaults.clear();
    await emptyDatabase(database, schema);
    door.reset();
    journal.clear();
    openPort();
  };
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    if (server.listening) server.close();
    for (const socket of sockets) socket.destroy();
    storage?.close();
    // Where PostgreSQL went first, it took the database along.
    await database.drop().catch(() => undefined);
  };

  return {
    host,
    port,
    user,
    get password() {
      return door.passwordOf(user);
    },
    database: name,
    get url() {
      const [who, what] = [user, door.passwordOf(user)].map(encodeURIComponent);
      return `postgresql://${who}:${what}@${host}:${port}/${encodeURIComponent(name)}`;
    },
    sessions: () =>
      door.sessions().map(({ pid, user, application, startup, traffic }) => ({
        pid,
        user,
        ...(application !== undefined && { application }),
        startup,
        state: traffic.state(),
        bytesWritten: traffic.bytesWritten(),
      })),
    running: () =>
      door.sessions().flatMap(({ pid, traffic }) => {
        const sql = traffic.running();
        return sql === undefined ? [] : [{ pid, sql }];
      }),
    statements: () => journal.entries(),
    logins: () => door.logins(),
    cancels: () => door.cancels(),
    setPassword: (user, password) => door.setPassword(user, password),
    inject(fault) {
      if (!("operation" in fault)) return sqlFaults.add(fault);
      if (fault.kind !== "closed") return loginFaults.add(fault);
      server.close();
      return openPort;
    },
    release: () => sqlFaults.release(),
    reset,
    seed: inTurn((table, rows, columns) => seedTable(database, schema, { table, rows, columns })),
    drop(how, pid) {
      for (const session of door.sessions(pid)) {
        if (how !== "admin-shutdown") session.traffic.drop(how);
        // The server's own way, so that the words come between two messages; a session that just left needs none.
        else database.query("select pg_terminate_backend($1)", [session.pid]).catch(() => undefined);
      }
    },
    query: (sql, params) => database.query(sql, params),
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}
