import { checkedScriptOptions, checkSingle, readArguments, statementOf } from "./arguments.ts";
import { catalogVerbs } from "./catalog/verbs.ts";
import { checkNamesAreUnique } from "./columns/rows.ts";
import { invalidArgument, reworded, traced, WarehouseError } from "./errors.ts";
import { openKnex } from "./knex/index.ts";
import { parsed } from "./typed-rows.ts";
import { limited } from "./limits.ts";
import { rowStream, type RowStream, type Streaming } from "./stream.ts";
import { renderFragment } from "./sql/fragment.ts";
import { explainForgotten } from "./sql/placeholder-style.ts";
import { entersNewSchema, needsSession, splitStatements } from "./sql/statements.ts";
import { standardPolicy } from "./values/decode.ts";
import type { Knex } from "knex";
import type { Call, CallOptions } from "./call.ts";
import type { Execution, Reading, Session, Statement } from "./driver.ts";
import type { Queryable, QueryOptions, QueryResult } from "./queryable.ts";
import type { Dialect } from "./sql/dialect.ts";
import type { Fragment } from "./sql/fragment.ts";
import type { Column } from "./values/types.ts";

/** What is done with a session: one statement, one whose rows are read at the caller's pace, several in a row, or several that leave it changed. */
type WorkKind = "statement" | "stream" | "script" | "changing";

/** Lends a session to a piece of work for the length of a call, and tells of the call as soon as it is there. */
type WithSession = <T>(
  options: CallOptions,
  kind: WorkKind,
  work: (session: Session, call: Call) => Promise<T>,
  begun?: (call: Call) => void,
) => Promise<T>;

/** What the verbs run on. */
export interface Ground {
  readonly dialect: Dialect;
  readonly reading: Reading;
  readonly withSession: WithSession;
  /** Told of a statement that leaves its session changed, before it is sent, and of who asks for it; may refuse it. */
  readonly changesSession: (keyword: string, verb: "query" | "script") => void;
}

/** Makes the verbs. */
export function verbs(ground: Ground): Queryable {
  const { dialect, reading, withSession } = ground;

  /** Reads the arguments of `query` and `stream`, and refuses what may not be sent. */
  const prepare = (source: unknown, second: unknown, third: QueryOptions | undefined) => {
    const { bound, options } = readArguments(source, second, third, dialect);
    checkSingle(bound.text, dialect);
    const keyword = needsSession(bound.text, dialect);
    if (keyword !== undefined) ground.changesSession(keyword, "query");
    return { statement: statementOf(bound, options, reading), options };
  };

  /** Runs a statement and holds its session until the stream lets go. */
  const startStream = (statement: Statement, options: QueryOptions): Streaming => {
    const released = deferred<undefined>();
    const execution = deferred<Execution>();
    let running: Call | undefined;
    const work = withSession(
      options,
      "stream",
      async (session, call) => {
        execution.resolve(await execute(session, statement, options, call));
        // The deadline and close() take the session from a consumer who has stopped reading.
        await call.race(released.promise);
      },
      (call) => (running = call),
    );
    // Its failure is the execution's.
    const settled = work.catch((error: unknown) => execution.reject(explained(error, statement)));
    execution.promise.catch(() => undefined);
    return {
      execution: execution.promise,
      get call() {
        return running;
      },
      async end() {
        released.resolve(undefined);
        await settled;
      },
      async stop() {
        released.resolve(undefined);
        running?.abort(streamLeft());
        await settled;
      },
    };
  };

  const explained = (error: unknown, { text, binds }: Statement) =>
    WarehouseError.is(error) && binds.length === 0 ? explainForgotten(error, text, dialect) : error;

  let knex: Knex | undefined;
  const queryable: Queryable = {
    get knex() {
      knex ??= openKnex({ dialect, queryable });
      return knex;
    },

    async query<Row>(source: string | Fragment, second?: unknown, third?: QueryOptions): Promise<QueryResult<Row>> {
      const { statement, options } = prepare(source, second, third);
      try {
        const kind = entersNewSchema(statement.text, dialect) ? "changing" : "statement";
        const result = await withSession(options, kind, (session, call) => run(session, statement, options, call));
        // The caller says what a row is; what was received is shaped by rowMode.
        return result as QueryResult<Row>;
      } catch (error) {
        throw traced(explained(error, statement));
      }
    },

    stream<Row>(source: string | Fragment, second?: unknown, third?: QueryOptions): RowStream<Row> {
      return rowStream<Row>(() => {
        const { statement, options } = prepare(source, second, third);
        return startStream(statement, options);
      });
    },

    async describe(source: string | Fragment, second?: unknown, third?: QueryOptions) {
      const { bound, options } = readArguments(source, second, third, dialect);
      checkSingle(bound.text, dialect);
      const statement = { ...statementOf(bound, options, reading), describeOnly: true };
      try {
        return await withSession(options, "statement", (session, call) => describe(session, statement, call));
      } catch (error) {
        throw traced(harmless(explained(error, statement)));
      }
    },

    ...catalogVerbs(dialect, async (options, work) => {
      const answering = (session: Session, call: Call) => async (fragment: Fragment) => {
        const statement = statementOf(renderFragment(fragment, dialect), {}, { ...reading, values: standardPolicy });
        return (await run(session, statement, {}, call)).rows;
      };
      try {
        return await withSession(options, "statement", (session, call) => work(answering(session, call)));
      } catch (error) {
        throw traced(harmless(error));
      }
    }),

    async script(text, given) {
      if (typeof text !== "string") throw invalidArgument("A script must be a string.");
      const options = checkedScriptOptions(given);
      const statements = splitStatements(text, dialect);
      const keywords = statements.flatMap((single) => needsSession(single.text, dialect) ?? []);
      for (const keyword of keywords) ground.changesSession(keyword, "script");
      const changing = keywords.length > 0 || statements.some((single) => entersNewSchema(single.text, dialect));
      return withSession(options, changing ? "changing" : "script", async (session, call) => {
        const results: QueryResult[] = [];
        for (const [index, { text: single }] of statements.entries()) {
          try {
            const statement = statementOf({ text: single, binds: [] }, options, reading);
            results.push(await run(session, statement, options, call));
          } catch (error) {
            throw atStatement(error, index + 1, statements.length);
          }
        }
        return results;
      });
    },
  };
  return queryable;
}

function streamLeft(): WarehouseError {
  return new WarehouseError("CLOSED", "The stream was left.", { phase: "fetch" });
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let settle: Pick<Deferred<T>, "resolve" | "reject"> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) };
}

async function execute(session: Session, statement: Statement, options: QueryOptions, call: Call): Promise<Execution> {
  call.phase = "execute";
  const execution = await session.execute(statement, call);
  call.phase = "fetch";
  if (statement.rowMode === "object") await refuseDuplicates(execution);
  return parsed(limited(execution, options), options.schema);
}

async function run(session: Session, statement: Statement, options: QueryOptions, call: Call): Promise<QueryResult> {
  const execution = await execute(session, statement, options, call);
  const rows: unknown[] = [];
  for (let batch = await execution.next(); batch !== undefined; batch = await execution.next()) {
    for (const row of batch.rows) rows.push(row);
  }
  const { columns, queryId, summary } = execution;
  return {
    rows: rows as Record<string, unknown>[],
    columns,
    rowCount: columns.length > 0 ? rows.length : (summary?.rowsAffected ?? 0),
    queryId,
  };
}

/** Asks for a statement's columns; there are no rows, and at their end the session is free again. */
async function describe(session: Session, statement: Statement, call: Call): Promise<readonly Column[]> {
  call.phase = "execute";
  const execution = await session.execute(statement, call);
  await execution.next();
  return execution.columns;
}

/** What only asks has done nothing to the data, however it ended. */
function harmless(error: unknown): unknown {
  return WarehouseError.is(error) ? reworded(error, error.message, { effect: "none" }) : error;
}

async function refuseDuplicates(execution: Execution): Promise<void> {
  try {
    checkNamesAreUnique(execution.columns);
  } catch (error) {
    await execution.cancel();
    throw error;
  }
}

function atStatement(error: unknown, place: number, of: number): unknown {
  if (!WarehouseError.is(error)) return error;
  // What ran before this statement has happened: the script as a whole must not be run again.
  const ran = place === 1 ? {} : { retryable: false, ...(error.effect === "none" && { effect: "unknown" as const }) };
  return reworded(error, `Statement ${place} of ${of}: ${error.message}`, ran);
}
