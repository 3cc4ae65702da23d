import { randomUUID } from "node:crypto";
import type { Bind } from "../binder/bound.ts";
import { execute } from "../engine/execute.ts";
import { table } from "../engine/answers.ts";
import type { Answer, Run } from "../engine/run.ts";
import { parameterOf } from "../engine/session.ts";
import type { Account } from "../engine/storage.ts";
import type { Waiting } from "../engine/warehouse.ts";
import { cancelled, SnowflakeError, statementTimeout } from "../errors.ts";
import type { SqlFaults } from "./faults.ts";
import { statements as parse } from "../sql/statements.ts";
import type { Parsed } from "../sql/statements.ts";
import { text } from "../types/types.ts";
import type { ClientSession } from "./clients.ts";
import { cellsOf, cut } from "./results.ts";
import type { Result } from "./results.ts";

/** One statement that a client sent, running or done. */
export interface Statement {
  readonly id: string;
  readonly session: ClientSession;
  readonly requestId: string;
  readonly sql: string;
  readonly startedAt: number;
  endedAt: number | undefined;
  state: "running" | "done" | "failed";
  /** What a running one waits for. */
  waiting: Waiting | undefined;
  result: Result | undefined;
  error: unknown;
  /** The statements of a text that holds several. */
  readonly children: Statement[];
  /** Settles when the statement has ended; never rejects. */
  ended: Promise<void>;
  readonly stop: AbortController;
}

/** What comes with a statement. */
export interface Submission {
  readonly sql: string;
  readonly requestId: string;
  readonly binds: readonly Bind[];
  readonly parameters: ReadonlyMap<string, string>;
  readonly describeOnly: boolean;
}

/** A submission, with what holds it in the queue. */
type Submitted = Submission & { readonly held?: Promise<void> };

/** The statements of an account by their id. */
export interface Registry {
  submit(session: ClientSession, submission: Submission): Statement;
  find(id: string): Statement | undefined;
  running(): Statement[];
  /** Stops statements and waits until they have ended. */
  stop(which: (statement: Statement) => boolean): Promise<void>;
}

const parsed = new Map<string, readonly Parsed[]>();

/** Parses a text, or remembers how it was parsed. */
function parseOnce(sql: string): readonly Parsed[] {
  const known = parsed.get(sql);
  if (known !== undefined) return known;
  const fresh = parse(sql);
  if (sql.length < 20_000) parsed.set(sql, fresh);
  for (const oldest of parsed.keys()) {
    if (parsed.size <= 500) break;
    parsed.delete(oldest);
  }
  return fresh;
}

const keptStatements = 2000;
const keptResultBytes = 512 * 1024 * 1024;
const sizeOf = ({ inline, chunks }: Result): number =>
  chunks.reduce((sum, { body }) => sum + body.length, inline.length);

/** Makes the registry of an account. */
export function createRegistry(
  account: Account,
  sizes: { readonly inlineBytes: number; readonly chunkBytes: number },
  faults: SqlFaults,
): Registry {
  const known = new Map<string, Statement>();
  let keptBytes = 0;

  // The oldest results go first when there are too many, or too large ones.
  const forget = (): void => {
    for (const [id, { state, result, requestId, session }] of known) {
      if (known.size <= keptStatements && keptBytes <= keptResultBytes) return;
      if (state === "running") continue;
      known.delete(id);
      session.requests.delete(requestId);
      keptBytes -= result === undefined ? 0 : sizeOf(result);
    }
  };

  const open = (session: ClientSession, requestId: string, sql: string): Statement => {
    const statement: Statement = {
      id: randomUUID(),
      session,
      requestId,
      sql,
      startedAt: account.now(),
      endedAt: undefined,
      state: "running",
      waiting: undefined,
      result: undefined,
      error: undefined,
      children: [],
      ended: Promise.resolve(),
      stop: new AbortController(),
    };
    known.set(statement.id, statement);
    forget();
    return statement;
  };

  const runOf = (statement: Statement, { binds, parameters, describeOnly, held }: Submitted, sql: string): Run => ({
    account,
    ...(held && { held }),
    session: statement.session.sql,
    queryId: statement.id,
    text: sql,
    binds,
    parameters,
    signal: statement.stop.signal,
    describeOnly,
    waits: (waiting) => (statement.waiting = waiting),
    client: statement.session.client,
    result: (id) => {
      const result = known.get(id.toLowerCase())?.result;
      return result && { columns: result.columns, cells: cellsOf(result) };
    },
  });

  const perform = async (statement: Statement, parts: readonly Parsed[], submission: Submitted): Promise<Answer> => {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined)
      return execute(only.statement, runOf(statement, submission, submission.sql));
    for (const part of parts) {
      const child = open(statement.session, "", part.text);
      statement.children.push(child);
      const forward = (): void => child.stop.abort(statement.stop.signal.reason);
      if (statement.stop.signal.aborted) forward();
      statement.stop.signal.addEventListener("abort", forward, { once: true });
      await follow(child, submission, execute(part.statement, runOf(child, submission, submission.sql)));
      statement.stop.signal.removeEventListener("abort", forward);
      if (child.state === "failed") throw child.error;
    }
    return table(0xa000, [["multiple statement execution", text()]], [["Multiple statements executed successfully."]]);
  };

  const follow = async (statement: Statement, { parameters }: Submission, work: Promise<Answer>): Promise<void> => {
    const { sql } = statement.session;
    const read = (name: string): number => Number(parameters.get(name) ?? parameterOf(sql, name));
    const seconds = read("STATEMENT_TIMEOUT_IN_SECONDS");
    const timer =
      seconds > 0
        ? setTimeout(() => statement.stop.abort(statementTimeout(seconds)), Math.min(seconds * 1000, 2_147_483_647))
        : undefined;
    timer?.unref();
    try {
      const chunkBytes = Math.min(sizes.chunkBytes, read("CLIENT_RESULT_CHUNK_SIZE") * 1024 * 1024);
      statement.result = await cut(await work, { inlineBytes: sizes.inlineBytes, chunkBytes });
      statement.state = "done";
      keptBytes += sizeOf(statement.result);
    } catch (error) {
      statement.error = error;
      statement.state = "failed";
    } finally {
      clearTimeout(timer);
      statement.endedAt = account.now();
      sql.lastQueryId = statement.id;
    }
  };

  return {
    submit: (session, submission) => {
      const statement = open(session, submission.requestId, submission.sql);
      session.requests.set(submission.requestId, statement);
      if (session.abortedRequests.has(submission.requestId)) statement.stop.abort(cancelled());
      const work = async (): Promise<Answer> => {
        if (statement.stop.signal.aborted) throw cancelled();
        const parts = parseOnce(submission.sql);
        checkCount(parts.length, submission, session);
        // What is only described is not run.
        const met = submission.describeOnly ? undefined : faults.next(submission.sql);
        if (met?.fault.kind === "error") {
          const { code = "000603", sqlState = "XX000", message = "Failure asked for by the test" } = met.fault;
          throw new SnowflakeError(code, sqlState, message);
        }
        return perform(statement, parts, met ? { ...submission, held: met.undone } : submission);
      };
      statement.ended = follow(statement, submission, work());
      return statement;
    },
    find: (id) => known.get(id.toLowerCase()),
    running: () => [...known.values()].filter(({ state }) => state === "running"),
    stop: async (which) => {
      const found = [...known.values()].filter((statement) => statement.state === "running" && which(statement));
      for (const statement of found) statement.stop.abort(cancelled());
      await Promise.all(found.map(({ ended }) => ended));
    },
  };
}

// MULTI_STATEMENT_COUNT says how many statements a text may hold; 0 allows any number.
function checkCount(actual: number, { parameters }: Submission, session: ClientSession): void {
  const wanted = Number(parameters.get("MULTI_STATEMENT_COUNT") ?? parameterOf(session.sql, "MULTI_STATEMENT_COUNT"));
  if (wanted !== 0 && actual !== wanted)
    throw new SnowflakeError(
      "000008",
      "0A000",
      `Actual statement count ${actual} did not match the desired statement count ${wanted}.`,
    );
}
