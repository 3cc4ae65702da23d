import { createFaults, means, type FaultCount, type Faults } from "../../faults.ts";
import { routes } from "./routes.ts";
import type { StatementFault } from "../../stand-in.ts";

/** The kinds of requests that a client makes. */
export type SnowflakeOperation =
  "login" | "renewal" | "heartbeat" | "session" | "telemetry" | "query" | "result" | "abort" | "monitoring" | "chunk";

/** Says which requests go wrong, and how. */
export type SnowflakeRequestFault = FaultCount & {
  /** Default all. */
  readonly operation?: SnowflakeOperation;
  readonly statement?: never;
  /** Whether the server does its work before the fault, as when an answer is lost on its way; default false. */
  readonly late?: boolean;
} & SnowflakeEffect;

/** Says how a request goes wrong. */
export type SnowflakeEffect =
  /** It is answered with this HTTP status: as JSON where the body begins with `{`, else as HTML. */
  | { readonly kind: "error"; readonly status: number; readonly body?: string }
  /** The connection is reset instead of an answer. */
  | { readonly kind: "reset" }
  /** It is never answered. */
  | { readonly kind: "hang" }
  /** The connection ends half-way through the body of the answer, whose length was announced in full. */
  | { readonly kind: "cut" }
  /** The body of the answer cannot be read. */
  | { readonly kind: "corrupt" }
  /** It waits until the fault is undone. */
  | { readonly kind: "hold" };

/** Says how a statement goes wrong; `code` are Snowflake's six digits, default 000603. */
export type SnowflakeStatementFault = StatementFault & { readonly code?: string };

/** Says how requests, or statements, go wrong. */
export type SnowflakeFault = SnowflakeRequestFault | SnowflakeStatementFault;

/** Is the faults that a server's requests may meet. */
export type RequestFaults = Faults<SnowflakeRequestFault, SnowflakeOperation>;
/** Is the faults that statements may meet. */
export type SqlFaults = Faults<SnowflakeStatementFault, string>;

/** Makes the faults of requests, none at first. */
export const createRequestFaults = (): RequestFaults =>
  createFaults(
    {
      kinds: { error: ["status"], reset: [], hang: [], cut: [], corrupt: [], hold: [] },
      operations: routes.map(({ operation }) => operation),
    },
    ({ operation }, asked) => operation === undefined || operation === asked,
  );

/** Makes the faults of statements, none at first. */
export const createSqlFaults = (): SqlFaults =>
  createFaults({ kinds: { error: ["statement"], hold: ["statement"] } }, ({ statement }, sql) => means(statement, sql));
