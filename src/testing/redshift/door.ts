import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import type { Faults } from "../faults.ts";
import { authenticate, type RedshiftAccount } from "./authentication.ts";
import type { Database } from "./database.ts";
import { errorFrame, fatal, Refused } from "./errors.ts";
import type { RedshiftLoginFault } from "./faults.ts";
import { int32 } from "./frames.ts";
import { greeting } from "./greeting.ts";
import type { RedshiftOptions } from "./options.ts";
import { join, type SessionOutlets, type Traffic } from "./session.ts";
import { open, startupSettings } from "./startup.ts";
import { logIn } from "./upstream.ts";

/** Says how a login went. */
export interface RedshiftLogin {
  readonly user: string;
  /** `ok`, or the words of the refusal. */
  readonly outcome: string;
}

/** Is a session that is open, and what flows in it. */
interface OpenSession {
  readonly pid: number;
  readonly key: Buffer;
  readonly user: string;
  readonly application?: string;
  readonly startup: Readonly<Record<string, string>>;
  readonly traffic: Traffic;
}

/** Is who may come in, who tried, and who is there. */
export interface Door {
  /** Takes a new connection in: as a session, or as the bearer of a CancelRequest. */
  welcome(raw: Socket): Promise<void>;
  /** The sessions that are open, or the one of `pid`. */
  sessions(pid?: number): OpenSession[];
  logins(): readonly RedshiftLogin[];
  /** How many CancelRequests came. */
  cancels(): number;
  /** The password that a user has now. */
  passwordOf(user: string): string;
  /** Throws where there is no such user. */
  setPassword(user: string, password: string): void;
  /** Puts passwords back to what they were, and forgets who tried. */
  reset(): void;
}

/** Is what a door asks of the house behind it. */
export interface DoorParts {
  readonly tls: RedshiftOptions["tls"] | undefined;
  readonly requireTls: boolean | undefined;
  readonly showDiscovery: number | undefined;
  readonly database: Database;
  /** What clients must call the database. */
  readonly name: string;
  readonly users: Readonly<Record<string, RedshiftAccount>>;
  readonly faults: Faults<RedshiftLoginFault, undefined>;
  /** Gives what the traffic of a new session is told to; `stop` cancels what the session runs. */
  readonly outlets: (session: {
    readonly pid: number;
    readonly user: string;
    readonly stop: () => Promise<void>;
  }) => SessionOutlets;
}

/** Makes the door of a stand-in, through which nobody has come yet. */
export function createDoor(parts: DoorParts): Door {
  const { database, name, tls, requireTls = false, showDiscovery = 0, faults } = parts;
  const users = new Map(Object.entries(parts.users));
  const sessions = new Map<number, OpenSession>();
  let logins: RedshiftLogin[] = [];
  let cancels = 0;

  const chosen = (pid?: number): OpenSession[] =>
    [...sessions.values()].filter((session) => pid === undefined || session.pid === pid);

  async function admit(socket: Socket, raw: Socket, startup: Readonly<Record<string, string>>): Promise<void> {
    const { user = "", database: wanted = user, application_name: application } = startup;
    const met = faults.next(undefined);
    if (met) throw fatal(met.fault.sqlState ?? "53300", met.fault.message);
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
    const { pid, key } = upstream;
    socket.write(greeting(upstream.parameters, key, showDiscovery));
    const stop = (): Promise<void> => passCancel(database, Buffer.concat([int32(cancelCode), key]));
    const traffic = join(socket, raw, upstream.socket, parts.outlets({ pid, user, stop }));
    sessions.set(pid, { pid, key, user, ...(application !== undefined && { application }), startup, traffic });
    upstream.socket.once("close", () => sessions.delete(pid));
    logins.push({ user, outcome: "ok" });
  }

  async function cancel(raw: Socket, request: Buffer): Promise<void> {
    cancels++;
    const passed = passCancel(database, request);
    const [session] = chosen(request.readInt32BE(4));
    if (session?.key.equals(request.subarray(4))) session.traffic.cancel(passed);
    await passed;
    raw.end();
  }

  return {
    async welcome(raw) {
      const opening = await open(raw, tls);
      if (opening.purpose === "cancel") return cancel(raw, opening.request);
      const { socket, parameters } = opening;
      socket.on("error", () => socket.destroy());
      try {
        await admit(socket, raw, parameters);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        logins.push({ user: parameters.user ?? "", outcome: error.message });
        socket.end(errorFrame(error.error));
      }
    },
    sessions: chosen,
    logins: () => [...logins],
    cancels: () => cancels,
    passwordOf: (user) => users.get(user)?.password ?? "",
    setPassword(user, password) {
      if (!users.has(user)) throw new Error(`The stand-in has no user ${user}.`);
      users.set(user, { ...users.get(user), password });
    },
    reset() {
      for (const [user, account] of Object.entries(parts.users)) users.set(user, account);
      logins = [];
      cancels = 0;
    },
  };
}

const cancelCode = 80_877_102;

/** Repeats a CancelRequest to PostgreSQL, and waits until it has been acted on. */
async function passCancel({ address }: Database, request: Buffer): Promise<void> {
  const socket = createConnection({ host: address.host, port: address.port });
  socket.write(Buffer.concat([int32(request.length + 4), request]));
  await once(socket.resume(), "close");
}
