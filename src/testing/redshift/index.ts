import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import type { PostgresAddress } from "../postgres.ts";
import { openStorage, type S3Endpoint } from "../s3/storage.ts";
import { authenticate, type Account } from "./authentication.ts";
import { createBulk } from "./bulk/run.ts";
import type { RedshiftRoles } from "./bulk/roles.ts";
import { createConflicts, type RedshiftConflict } from "./conflicts.ts";
import { createDatabase, type Database } from "./database.ts";
import { errorFrame, fatal, Refused } from "./errors.ts";
import { int32 } from "./frames.ts";
import { greeting } from "./greeting.ts";
import { createHistory } from "./history.ts";
import { createHolds } from "./holds.ts";
import { createJournal, type RedshiftStatement } from "./journal.ts";
import { join, type SocketDrop, type Traffic } from "./session.ts";
import { open, startupSettings, type TlsIdentity } from "./startup.ts";
import { logIn } from "./upstream.ts";

export type { Account, AuthenticationMethod } from "./authentication.ts";
export type { BoundValue } from "./bind.ts";
export type { RedshiftRole, RedshiftRoles } from "./bulk/roles.ts";
export type { RedshiftConflict } from "./conflicts.ts";
export type { RedshiftStatement } from "./journal.ts";
export type { TlsIdentity } from "./startup.ts";

/** Tunes {@link startRedshift}. */
export interface RedshiftOptions {
  /** A PostgreSQL server and a superuser of it. The stand-in makes itself a database there, and drops it in the end. */
  readonly postgres: PostgresAddress;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default a free one. */
  readonly port?: number;
  /** Default `peak` with the password `peak-password` and md5. Each becomes a role of PostgreSQL. */
  readonly users?: Readonly<Record<string, Account>>;
  /** What clients must call the database; default `peak`. */
  readonly database?: string;
  /** With it, clients that ask for TLS get it. */
  readonly tls?: TlsIdentity;
  /** Refuses sessions without TLS; a CancelRequest is taken without it all the same, as Amazon's drivers send it. */
  readonly requireTls?: boolean;
  /**
   * The `show_discovery` that is reported; default 0, which tells clients not to use SHOW TABLES and its kin: the
   * stand-in does not know them.
   */
  readonly showDiscovery?: number;
  /** The S3 that UNLOAD writes and COPY reads; without it both are refused. */
  readonly s3?: S3Endpoint;
  /** The IAM roles that `IAM_ROLE` may name, by their ARN; default none. */
  readonly roles?: RedshiftRoles;
}

/** Says how a login went. */
export interface Login {
  readonly user: string;
  /** `ok`, or the words of the refusal. */
  readonly outcome: string;
}

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

/** Is a running stand-in of an Amazon Redshift cluster. */
export interface RedshiftStandIn extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The first user, and the password that it has now. */
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `postgresql://user:password@host:port/database` of the first user. */
  readonly url: string;
  sessions(): readonly RedshiftSession[];
  /** What is being run now, also for clients that left without cancelling it. */
  running(): readonly { readonly pid: number; readonly sql: string }[];
  /** What was run, in order of arrival; the last 10,000, or 32 MB of text. */
  statements(): readonly RedshiftStatement[];
  logins(): readonly Login[];
  /** How many CancelRequests came. */
  cancels(): number;
  /** Changes the password for the logins to come; throws when there is no such user. */
  setPassword(user: string, password: string): void;
  /** Lets a statement, or a COMMIT, lose against another transaction, which is then rolled back. Returns what undoes it. */
  conflict(conflict: RedshiftConflict): () => void;
  /**
   * Refuses new sessions: with a FATAL of these words (SQLSTATE 53300, for example
   * `connection limit "500" exceeded for non-bootstrap users`), or without words by closing the port. Returns what
   * undoes it.
   */
  refuse(reason?: string): () => void;
  /**
   * Keeps the statements to come whose text contains this, or matches, in the queue of the workload management: `queued` in
   * `sys_query_history`, and cancellable. Returns what lets go of them.
   */
  hold(pattern: RegExp | string): () => void;
  /**
   * Ends open connections, or the one of `pid`; a statement that runs goes on, as on a cluster. `silent` as a router that forgets the flow, `reset` with a TCP RST,
   * `fin` with an orderly end, `admin-shutdown` with FATAL 57P01 and an orderly end.
   */
  drop(how: SocketDrop | "admin-shutdown", pid?: number): void;
  /** Runs SQL of PostgreSQL straight in the database behind, for seeding. */
  query(sql: string, params?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends every connection and drops the database. */
  close(): Promise<void>;
}

interface OpenSession extends Omit<RedshiftSession, "state" | "bytesWritten"> {
  readonly key: Buffer;
  readonly traffic: Traffic;
}

const defaultUsers: Readonly<Record<string, Account>> = { peak: { password: "peak-password", auth: "md5" } };

/**
 * Starts a wire proxy before PostgreSQL that unmodified clients take for Amazon Redshift: its logins, types, tags,
 * errors and SQL. What differs from a cluster beyond that is PostgreSQL's.
 */
export async function startRedshift(options: RedshiftOptions): Promise<RedshiftStandIn> {
  const { host = "127.0.0.1", database: name = "peak", tls, requireTls = false, showDiscovery = 0 } = options;
  const users = new Map(Object.entries(options.users ?? defaultUsers));
  const database = await createDatabase(options.postgres, name);

  const sockets = new Set<Socket>();
  const sessions = new Map<number, OpenSession>();
  const journal = createJournal();
  const conflicts = createConflicts();
  const holds = createHolds();
  const history = createHistory(database);
  const storage = options.s3 && openStorage(options.s3);
  const roles = options.roles ?? {};
  const logins: Login[] = [];
  let cancels = 0;
  let refusal: string | undefined;

  async function admit(socket: Socket, raw: Socket, startup: Readonly<Record<string, string>>): Promise<void> {
    const { user = "", database: wanted = user, application_name: application } = startup;
    if (refusal !== undefined) throw fatal("53300", refusal);
    if (requireTls && socket === raw) {
      const who = `host "${raw.remoteAddress ?? ""}", user "${user}", database "${wanted}", SSL off`;
      throw fatal("28000", `no pg_hba.conf entry for ${who}`);
    }
    await authenticate(socket, user, users.get(user));
    const settings = startupSettings(startup);
    if (wanted !== name) throw fatal("3D000", `database "${wanted}" does not exist`);
    const upstream = await logIn(database.address, user, settings);
    if (socket.destroyed) {
      upstream.socket.destroy();
      return;
    }
    const { pid } = upstream;
    socket.write(greeting(upstream.parameters, upstream.key, showDiscovery));
    const stop = (): Promise<void> => passCancel(database, Buffer.concat([int32(cancelCode), upstream.key]));
    const traffic = join(socket, raw, upstream.socket, {
      database,
      begin: (query) => history.begin({ ...query, pid, user }),
      publish: () => history.publish(),
      hold: (sql) => holds.of(sql),
      bulk: storage && createBulk({ storage, roles, history, user, stop }),
      journal: (sql, params) => journal.add({ pid, sql, ...(params && { params }) }),
      conflict: (sql) => conflicts.next(sql),
    });
    sessions.set(pid, {
      pid,
      key: upstream.key,
      user,
      ...(application !== undefined && { application }),
      startup,
      traffic,
    });
    upstream.socket.once("close", () => sessions.delete(pid));
    logins.push({ user, outcome: "ok" });
  }

  async function welcome(raw: Socket): Promise<void> {
    const opening = await open(raw, tls);
    if (opening.purpose === "cancel") {
      cancels++;
      const passed = passCancel(database, opening.request);
      const [session] = chosen(opening.request.readInt32BE(4));
      if (session?.key.equals(opening.request.subarray(4))) session.traffic.cancel(passed);
      await passed;
      raw.end();
      return;
    }
    const { socket, parameters } = opening;
    socket.on("error", () => socket.destroy());
    try {
      await admit(socket, raw, parameters);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      logins.push({ user: parameters.user ?? "", outcome: error.message });
      socket.end(errorFrame(error.error));
    }
  }

  const server = createServer({ noDelay: true }, (raw) => {
    sockets.add(raw);
    raw.on("error", () => raw.destroy()).once("close", () => sockets.delete(raw));
    // A client that leaves during the handshake has nobody to tell.
    welcome(raw).catch(() => raw.destroy());
  });
  const listen = (port: number): void => void server.listen(port, host);
  try {
    for (const user of users.keys()) await database.ensureRole(user);
    listen(options.port ?? 0);
    await once(server, "listening");
  } catch (error) {
    await database.drop();
    throw error;
  }
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  const [user = ""] = users.keys();
  const passwordNow = (): string => users.get(user)?.password ?? "";
  const chosen = (pid?: number): OpenSession[] =>
    [...sessions.values()].filter((session) => pid === undefined || session.pid === pid);
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
      return passwordNow();
    },
    database: name,
    get url() {
      const [who, what] = [user, passwordNow()].map(encodeURIComponent);
      return `postgresql://${who}:${what}@${host}:${port}/${encodeURIComponent(name)}`;
    },
    sessions: () =>
      chosen().map(({ pid, user, application, startup, traffic }) => ({
        pid,
        user,
        ...(application !== undefined && { application }),
        startup,
        state: traffic.state(),
        bytesWritten: traffic.bytesWritten(),
      })),
    running: () =>
      chosen().flatMap(({ pid, traffic }) => {
        const sql = traffic.running();
        return sql === undefined ? [] : [{ pid, sql }];
      }),
    statements: () => journal.entries(),
    logins: () => [...logins],
    cancels: () => cancels,
    setPassword(name, password) {
      if (!users.has(name)) throw new Error(`The stand-in has no user ${name}.`);
      users.set(name, { ...users.get(name), password });
    },
    conflict: (conflict) => conflicts.add(conflict),
    refuse(reason) {
      if (reason === undefined) server.close();
      refusal = reason;
      return () => {
        refusal = undefined;
        if (!server.listening) listen(port);
      };
    },
    hold: (pattern) => holds.add(pattern),
    drop(how, pid) {
      for (const session of chosen(pid)) {
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

const cancelCode = 80_877_102;

/** Repeats a CancelRequest to PostgreSQL, and waits until it has been acted on. */
async function passCancel({ address }: Database, request: Buffer): Promise<void> {
  const socket = createConnection({ host: address.host, port: address.port });
  socket.write(Buffer.concat([int32(request.length + 4), request]));
  await once(socket.resume(), "close");
}
