import { Call } from "../call.ts";
import { WarehouseError, withoutSecrets } from "../errors.ts";
import { parseConnectionString } from "./connection-string.ts";
import { credentialsError } from "./failure.ts";
import { told } from "../telemetry/channels.ts";
import { parseCredentials, type Credentials, type CredentialsInput } from "./schema.ts";

/**
 * Gives credentials whenever they are wanted: before a login where those of the last time are too old, or were refused. The signal aborts when
 * nobody waits for them any more. A `WarehouseError` that it throws is what the call rejects with, any other error is the cause of a `CREDENTIALS`.
 */
export type CredentialsFunction = (context: {
  readonly signal: AbortSignal;
}) => CredentialsInput | string | Promise<CredentialsInput | string>;

/** Where credentials may come from instead of the Peak API: an object, a connection string, or a function that gives either. */
export type CredentialsOption = CredentialsInput | string | CredentialsFunction;

/** Credentials and when they came. */
export interface Received {
  readonly credentials: Credentials;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Whether they came from a Peak API over plain http on loopback: a stand-in, whose warehouse may be plain, too. */
  readonly fromPlainLoopback: boolean;
}

/** {@link Received}, numbered: a higher serial was fetched later. */
export interface Stamped extends Received {
  readonly serial: number;
}

/** Where a warehouse gets the credentials for each login. */
export interface CredentialSource {
  /** Gives credentials that are good for a login now, fetched if need be. */
  fresh(call: Call): Promise<Stamped>;
  /**
   * Gives newer credentials than those that a login was refused with. A fetch that is under way, or has ended since, counts.
   * A static object or string cannot be renewed: it comes back as it is, under its old serial.
   */
  refetch(stale: Stamped, call: Call): Promise<Stamped>;
}

/** How long an OAuth token counts as usable after its receipt: it lives ten minutes. */
export const usableMs = 300_000;

/** Settings of a {@link CredentialSource}. */
export interface FreshnessOptions {
  /** How long an OAuth token counts as usable after its receipt, in milliseconds. Default 5 minutes: it lives ten. */
  readonly tokenUsableMs?: number | undefined;
  /** The wall clock, in milliseconds since 1970: the process may have been frozen. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** A fetch that is under way, and how many wait for it. */
interface Flight {
  readonly arrival: Promise<Stamped>;
  readonly call: Call;
  waiters: number;
}

/**
 * Makes the one source of credentials that a warehouse keeps: an object, a function or a connection string of the caller's,
 * else the Peak API.
 *
 * At most one fetch is under way. One caller's abort leaves it to the others; when the last one leaves, it is cancelled. A
 * failure is given to who waits for it and not kept. Basic credentials stay until a refetch, OAuth tokens for
 * `tokenUsableMs`. An object or string with a token counts from when it was given, and cannot be renewed: after that time
 * `fresh` and `refetch` reject.
 *
 * @throws (both verbs) `CREDENTIALS`, `UNSUPPORTED_WAREHOUSE`, or what the call was aborted with.
 */
export function credentialSource(
  option: CredentialsOption | undefined,
  fetchFromApi: (call: Call) => Promise<Received>,
  { tokenUsableMs = usableMs, now = Date.now }: FreshnessOptions = {},
): CredentialSource {
  const given = now();
  const isStatic = option !== undefined && typeof option !== "function";
  let latest: Stamped | undefined;
  let flight: Flight | undefined;

  const isUsable = ({ credentials, receivedAt }: Received) => {
    const ageMs = now() - receivedAt;
    return credentials.authType !== "oauth" || (ageMs >= 0 && ageMs < tokenUsableMs);
  };

  const receive = async (call: Call): Promise<Received> => {
    if (option === undefined) return fetchFromApi(call);
    const value = typeof option === "function" ? await asked(option, call) : option;
    const credentials = await parsed(
      value,
      typeof option === "function" ? "the credentials function" : "the option credentials",
    );
    return { credentials, receivedAt: isStatic ? given : now(), fromPlainLoopback: false };
  };

  const arrive = async (call: Call): Promise<Stamped> => {
    const received = await receive(call);
    // A function that did not heed its signal must not replace what was fetched after it was given up.
    call.throwIfAborted();
    latest = { ...received, serial: (latest?.serial ?? 0) + 1 };
    return latest;
  };

  const depart = (): Flight => {
    const call = new Call();
    call.phase = "credentials";
    const departed: Flight = { arrival: arrive(call), call, waiters: 0 };
    const land = () => {
      if (flight === departed) flight = undefined;
      call.end();
    };
    departed.arrival.then(land, land);
    return departed;
  };

  const board = async (call: Call): Promise<Stamped> => {
    call.throwIfAborted();
    const phase = call.phase;
    call.phase = "credentials";
    const boarded = (flight ??= depart());
    boarded.waiters++;
    try {
      return await call.race(boarded.arrival);
    } finally {
      call.phase = phase;
      if (--boarded.waiters === 0 && flight === boarded) {
        flight = undefined;
        boarded.call.abort(new WarehouseError("CLOSED", "Nobody waits for the credentials.", { phase: "credentials" }));
      }
    }
  };

  const usable = (stamped: Stamped): Stamped => {
    if (isUsable(stamped)) return stamped;
    // What has just been fetched is as fresh as can be; only what the caller gave once can be too old.
    if (!isStatic) return stamped;
    throw credentialsError(
      "The OAuth token in the option credentials was given too long ago to log in with: it lives for ten minutes. Pass an async function that fetches credentials instead, or no credentials at all, so that they come from the Peak API.",
    );
  };

  return {
    fresh: async (call) => {
      if (latest !== undefined && isUsable(latest)) return latest;
      return usable(isStatic && latest !== undefined ? latest : await board(call));
    },
    refetch: async (stale, call) => {
      if (latest !== undefined && (isStatic || (latest.serial > stale.serial && isUsable(latest))))
        return usable(latest);
      return usable(await board(call));
    },
  };
}

/** Tells whether a login with the one would be the same as with the other: a refused one need not be tried again. */
export function sameLogin(one: Credentials, other: Credentials): boolean {
  const login = (credentials: Credentials) =>
    JSON.stringify([
      credentials.dataWarehouseType,
      credentials.host,
      credentials.port,
      credentials.database,
      credentials.authType === "oauth" ? [credentials.accessToken] : [credentials.user, credentials.password],
    ]);
  return login(one) === login(other);
}

async function asked(option: CredentialsFunction, call: Call): Promise<CredentialsInput | string> {
  try {
    return await told(
      "credentials",
      () => ({ source: "function", host: undefined }),
      // A function need not heed its signal, and what is told of it ends with who waits for it.
      async () => call.race((async () => option({ signal: call.signal }))()),
    );
  } catch (error) {
    call.throwIfAborted();
    if (WarehouseError.is(error)) throw error;
    // Errors of HTTP clients carry their request, and with it keys: only their text is kept.
    throw credentialsError("The credentials function failed; its error is the cause.", {
      cause: withoutSecrets(error),
    });
  }
}

function parsed(value: unknown, origin: string): Promise<Credentials> {
  return typeof value === "string" ? parseConnectionString(value, origin) : parseCredentials(value, origin);
}
