import type { SqlSession } from "../engine/session.ts";
import type { Statement } from "./statements.ts";

/** A session as the HTTP side knows it. */
export interface ClientSession {
  readonly sql: SqlSession;
  readonly application: string | undefined;
  readonly client: string;
  sessionToken: string;
  masterToken: string;
  closed: boolean;
  /** Statements by the request that brought them, so that a repeated request runs nothing twice. */
  readonly requests: Map<string, Statement>;
  /** Requests that were aborted before they arrived. */
  readonly abortedRequests: Set<string>;
}

/** What `sessions()` tells of a session. */
export interface SnowflakeSession {
  readonly id: string;
  readonly user: string;
  readonly database: string | null;
  readonly schema: string | null;
  readonly warehouse: string | null;
  readonly role: string | null;
  readonly application?: string;
  /** When it logged in, milliseconds since 1970. */
  readonly openedAt: number;
  /** Whether it runs nothing and has no transaction open. */
  readonly idle: boolean;
}

/** Tells what can be told of a session. */
export const infoOf = ({ sql, application, requests }: ClientSession): SnowflakeSession => ({
  id: sql.id,
  user: sql.user,
  database: sql.database,
  schema: sql.schema,
  warehouse: sql.warehouse,
  role: sql.role,
  openedAt: sql.openedAt,
  idle: sql.transaction === undefined && [...requests.values()].every((statement) => statement.state !== "running"),
  ...(application !== undefined && { application }),
});
