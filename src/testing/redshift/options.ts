import type { Clock } from "../clock.ts";
import type { PostgresAddress } from "../postgres.ts";
import type { S3Endpoint } from "../s3/storage.ts";
import type { RedshiftAccount } from "./authentication.ts";
import type { RedshiftRoles } from "./bulk/roles.ts";
import type { TlsIdentity } from "./startup.ts";

/** Tunes {@link startRedshift}. */
export interface RedshiftOptions {
  /** A PostgreSQL server and a superuser of it. The stand-in makes itself a database there, and drops it in the end. */
  readonly postgres: PostgresAddress;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default a free one. */
  readonly port?: number;
  /** Default `peak` with the password `peak-password` and md5. Each becomes a role of PostgreSQL. */
  readonly users?: Readonly<Record<string, RedshiftAccount>>;
  /** What clients must call the database; default `peak`. */
  readonly database?: string;
  /** The schema that is there from the start and that seeds go to; default `public`. */
  readonly schema?: string;
  /** With it, clients that ask for TLS get it; default none. */
  readonly tls?: TlsIdentity;
  /** Refuses sessions without TLS; a CancelRequest is taken without it all the same, as Amazon's drivers send it. Default false. */
  readonly requireTls?: boolean;
  /**
   * The `show_discovery` that is reported; default 0, which tells clients not to use SHOW TABLES and its kin: the
   * stand-in does not know them.
   */
  readonly showDiscovery?: number;
  /** The S3 that UNLOAD writes and COPY reads; default none, and both are refused. */
  readonly s3?: S3Endpoint;
  /** The IAM roles that `IAM_ROLE` may name, by their ARN; default none. */
  readonly roles?: RedshiftRoles;
  /**
   * By which GETDATE(), SYSDATE, CURRENT_DATE and their kin go, and the times of the system views; default the machine's. A statement sees the
   * time at which it began, also inside a transaction.
   */
  readonly clock?: Clock;
}
