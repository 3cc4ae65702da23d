import { randomUUID } from "node:crypto";
import type { LoadJob } from "../bulk/history.ts";
import type { Bound } from "../binder/bound.ts";
import { typedValue, initialValue, parameters } from "./parameters.ts";
import type { Table } from "./catalog.ts";

/** What a transaction has written and not yet committed, by table: rows added, or a whole copy once rows were changed. */
export interface Transaction {
  readonly id: string;
  readonly startedAt: number;
  /** Its COPY INTO statements, which are remembered once it is committed. */
  readonly loads: LoadJob[];
  readonly overlays: Map<number, { readonly t: "added" | "copy"; readonly physical: string; readonly table: Table }>;
}

/** The state of one session that SQL sees. */
export interface SqlSession {
  readonly id: string;
  readonly user: string;
  readonly openedAt: number;
  database: string | null;
  schema: string | null;
  warehouse: string | null;
  role: string | null;
  readonly parameters: Map<string, string>;
  readonly variables: Map<string, Bound>;
  readonly temporary: Map<string, Table>;
  transaction: Transaction | undefined;
  lastQueryId: string | undefined;
  /** The end of the statements that run one after another, as those of a transaction do. */
  turn: Promise<unknown>;
}

/** Where a session starts. */
export interface SessionStart {
  readonly id: string;
  readonly user: string;
  readonly now: number;
  readonly database: string | null;
  readonly schema: string | null;
  readonly warehouse: string | null;
  readonly role: string | null;
}

/** Makes a session that has run nothing. */
export const createSession = ({ now, ...start }: SessionStart): SqlSession => ({
  ...start,
  openedAt: now,
  parameters: new Map(),
  variables: new Map(),
  temporary: new Map(),
  transaction: undefined,
  lastQueryId: undefined,
  turn: Promise.resolve(),
});

/** Tells a parameter's value in a session. */
export const parameterOf = (session: SqlSession, name: string): string =>
  session.parameters.get(name) ?? initialValue(name);

/** Lists the parameters as login and query answers carry them. */
export const parameterList = (session: SqlSession): { name: string; value: string | number | boolean }[] =>
  parameters.map(({ name }) => ({ name, value: typedValue(name, parameterOf(session, name)) }));

/** Starts a transaction; its id is what CURRENT_TRANSACTION() reports. */
export const createTransaction = (now: number): Transaction => ({
  id: `${now}${parseInt(randomUUID().slice(0, 4), 16).toString().padStart(6, "0")}`,
  startedAt: now,
  loads: [],
  overlays: new Map(),
});
