import type { Bind, Context, Source } from "../binder/bound.ts";
import { loadErrors } from "../bulk/validate.ts";
import { compilationError } from "../errors.ts";
import type { Name } from "../sql/ast.ts";
import { placeOf } from "../sql/lexer.ts";
import type { SqlType } from "../types/types.ts";
import { keyOf } from "./catalog.ts";
import type { FullName } from "./catalog.ts";
import { informationSchema } from "./information-schema.ts";
import { parameterOf } from "./session.ts";
import type { SqlSession } from "./session.ts";
import { readSql } from "./storage.ts";
import type { Account } from "./storage.ts";
import type { Waiting } from "./warehouse.ts";

/** One statement on its way: whose it is, what came with it, and what can stop it. */
export interface Run {
  readonly account: Account;
  readonly session: SqlSession;
  readonly queryId: string;
  /** The whole text that was sent; the statement's tree points into it. */
  readonly text: string;
  readonly binds: readonly Bind[];
  /** Parameters that count for this statement alone. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  readonly describeOnly: boolean;
  /** Is told what the statement waits for before it runs. */
  readonly waits: (waiting: Waiting | undefined) => void;
  /** What keeps it in the queue. */
  readonly held?: Promise<void>;
  readonly client: string;
  /** Finds the result of an earlier statement. */
  readonly result: Context["result"];
}

/** A column of an answer. */
export interface AnswerColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly origin?: readonly [string, string, string];
}

/** Some rows of an answer: for each column its cells as the wire carries them. */
export interface Batch {
  readonly columns: readonly (readonly (string | null)[])[];
  readonly rowCount: number;
}

/** What a statement answers: columns, and rows in batches that can be read once. */
export interface Answer {
  readonly statementTypeId: number;
  readonly columns: readonly AnswerColumn[];
  readonly batches: AsyncIterable<Batch> | Iterable<Batch>;
}

/** Completes a name by the session's database and schema. Throws 090105 where the session has none. */
export function fullName(path: readonly Name[], session: SqlSession): FullName {
  const [name = "", schema = session.schema, database = session.database] = [...path].reverse();
  if (database === null || schema === null)
    throw compilationError("090105", "22000", `Cannot perform the operation. This session does not have a current ${database === null ? "database" : "schema"}. Call 'USE ${database === null ? "DATABASE" : "SCHEMA"}', or use a qualified name.`); // prettier-ignore
  return [database, schema, name];
}

/** Finds what a name means to a session; undefined when nothing. */
export function sourceOf(
  path: readonly Name[],
  { account, session }: Pick<Run, "account" | "session">,
): Source | undefined {
  if (path.at(-2) === "INFORMATION_SCHEMA")
    return informationSchema(path.at(-1) ?? "", path.at(-3) ?? session.database, account.catalog, session);
  const name = fullName(path, session);
  const found = account.catalog.find(name, session.temporary);
  if (found?.t === "table") {
    const columns = found.columns.map(({ physical, ...column }) => ({
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      sql: physical,
    }));
    return { t: "table", sql: readSql(found, session.transaction), columns, path: name };
  }
  if (found?.t === "view") return { t: "view", query: found.query, text: found.text, names: found.names, path: name };
  return undefined;
}

/** The surroundings of a statement, and how long binding found that it wants to wait. */
interface Surroundings {
  readonly context: Context;
  readonly waitMs: () => number;
}

/** Makes the surroundings in which a statement's names are resolved. */
export function contextOf(run: Run): Surroundings {
  const { account, session, text } = run;
  let aliases = 0;
  let waitMs = 0;
  const nowMs = account.now();
  const parameter = (name: string): string => run.parameters.get(name) ?? parameterOf(session, name);
  const context: Context = {
    text,
    place: (offset) => placeOf(text, offset),
    binds: run.binds,
    parameter,
    variable: (name) => session.variables.get(name),
    fact: (name) => fact(name, run),
    now: BigInt(Math.floor(nowMs)) * 1_000_000n,
    source: (path) => sourceOf(path, run),
    nextval: (path) => {
      const found = account.catalog.find(fullName(path, session), session.temporary);
      return found?.t === "sequence" ? `CAST(nextval('${found.physical}') AS DECIMAL(38,0))` : undefined;
    },
    ctes: new Map(),
    result: run.result,
    loadErrors: (path, id) => loadErrors(path, id, run),
    describing: run.describeOnly,
    alias: () => `r${(aliases += 1)}`,
    wait: (ms) => (waitMs += ms),
  };
  return { context, waitMs: () => waitMs };
}

function fact(name: string, { session, account, client, text, queryId }: Run): string | null {
  switch (name) {
    case "CURRENT_USER":
      return session.user;
    case "CURRENT_ROLE":
      return session.role;
    case "CURRENT_WAREHOUSE":
      return session.warehouse;
    case "CURRENT_DATABASE":
      return session.database;
    case "CURRENT_SCHEMA":
      return session.schema;
    case "CURRENT_SESSION":
      return session.id;
    case "CURRENT_VERSION":
      return "9.40.0";
    case "CURRENT_ACCOUNT":
    case "CURRENT_ACCOUNT_NAME":
      return account.name.toUpperCase();
    case "CURRENT_ORGANIZATION_NAME":
      return "STANDIN";
    case "CURRENT_REGION":
      return "STAND_IN";
    case "CURRENT_CLIENT":
      return client;
    case "CURRENT_STATEMENT":
      return text;
    case "CURRENT_TRANSACTION":
      return session.transaction?.id ?? null;
    case "CURRENT_IP_ADDRESS":
      return "127.0.0.1";
    case "CURRENT_SECONDARY_ROLES":
      return JSON.stringify({ roles: "", value: "" });
    case "CURRENT_AVAILABLE_ROLES":
      return JSON.stringify([session.role]);
    case "CURRENT_SCHEMAS":
      return keyOf(session.schema === null ? [] : [`${session.database ?? ""}.${session.schema}`]);
    case "LAST_QUERY_ID":
      return session.lastQueryId ?? null;
    default:
      return queryId;
  }
}
