import { machineClock, type Clock } from "../clock.ts";
import type { S3Endpoint } from "../s3/storage.ts";
import type { SnowflakeIntegration } from "./bulk/state.ts";

/** How to start a stand-in; every field has a default. */
export interface SnowflakeOptions {
  /** Address to listen on, 127.0.0.1 by default. */
  readonly host?: string;
  /** Port to listen on; 0, the default, takes a free one. */
  readonly port?: number;
  /** Key and certificate in PEM; given, the stand-in speaks https. None by default. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Passwords by login name (case-insensitive); `{ PEAK: "peak-password" }` by default. */
  readonly users?: Readonly<Record<string, string>>;
  /** The database of a session whose login names none, PEAK by default. */
  readonly database?: string;
  /** Its schema, PUBLISH by default. */
  readonly schema?: string;
  /** Its virtual warehouse, COMPUTE_WH by default. */
  readonly warehouse?: string;
  /** Its role, PEAK_ROLE by default. */
  readonly role?: string;
  /** The clock by which tokens expire and CURRENT_TIMESTAMP goes; default the machine's. */
  readonly clock?: Clock;
  /** How many milliseconds a session token lives, 3 600 000 by default. */
  readonly sessionTokenMs?: number;
  /** How many milliseconds a master token lives, 14 400 000 by default. */
  readonly masterTokenMs?: number;
  /** After so many milliseconds a pending statement is answered with a result URL to poll (code 333333), 45 000 by default. */
  readonly longRunningMs?: number;
  /** Rows up to this many bytes of JSON come in the answer itself, 100 KB by default. */
  readonly inlineBytes?: number;
  /** The other rows come in chunks of this many bytes before compression, 16 MB by default; CLIENT_RESULT_CHUNK_SIZE caps it. */
  readonly chunkBytes?: number;
  /** How many requests the URL of a chunk is good for; the next answers 403, as one whose time has passed. Without end by default. */
  readonly chunkUrlRequests?: number;
  /** The S3 that stages and COPY INTO reach; none by default, and they are refused. */
  readonly s3?: S3Endpoint;
  /** Storage integrations by name, which folds as any identifier; none by default. */
  readonly integrations?: Readonly<Record<string, SnowflakeIntegration>>;
}

/** The options with their defaults filled in. */
export type Settings = Required<Omit<SnowflakeOptions, "tls" | "s3" | "clock">> &
  Pick<SnowflakeOptions, "tls" | "s3"> & { readonly now: () => number };

/** Fills in the defaults. */
export const settingsOf = ({ clock = machineClock, ...options }: SnowflakeOptions): Settings => ({
  host: "127.0.0.1",
  port: 0,
  users: { PEAK: "peak-password" },
  database: "PEAK",
  schema: "PUBLISH",
  warehouse: "COMPUTE_WH",
  role: "PEAK_ROLE",
  sessionTokenMs: 3_600_000,
  masterTokenMs: 14_400_000,
  longRunningMs: 45_000,
  inlineBytes: 100 * 1024,
  chunkBytes: 16 * 1024 * 1024,
  chunkUrlRequests: Infinity,
  integrations: {},
  ...options,
  now: () => clock.now(),
});
