import { checkNamesAreUnique } from "./columns/rows.ts";
import { invalidArgument, reworded, traced, WarehouseError } from "./errors.ts";
import { checkOptions } from "./options.ts";
import { openKnex } from "./knex/index.ts";
import { isFragment, renderFragment, type Fragment } from "./sql/fragment.ts";
import { rowStream, type RowStream, type Streaming } from "./stream.ts";
import { bindParameters } from "./sql/placeholders.ts";
import { holdsSeveralStatements, needsSession, splitStatements } from "./sql/statements.ts";
import { valuePolicy } from "./values/decode.ts";
import type { Knex } from "knex";
import type { Call, CallOptions } from "./call.ts";
import type { Execution, Session, Statement } from "./driver.ts";
import type { BoundText } from "./sql/bound-text.ts";
import type { Dialect } from "./sql/dialect.ts";
import type { Parameters } from "./sql/parameter-source.ts";
import type { Column, RowMode, ValueOptions, ValuePolicy } from "./values/types.ts";

/** What a query may be told. */
export interface QueryOptions extends CallOptions, ValueOptions {
  /** `"object"`, the default: one plain object a row. `"array"`: one array a row, in the order of the columns. */
  readonly rowMode?: RowMode | undefined;
}

/** What a query gives, the same on both warehouses. */
export interface QueryResult<Row = Record<string, unknown>> {
  /** The rows; none for statements that change data or objects. */
  readonly rows: Row[];
  /** The result's columns in their order; none for statements that change data or objects. */
  readonly columns: readonly Column[];
  /** Rows received by a query, rows affected by INSERT, UPDATE, DELETE and MERGE, 0 for anything else. */
  readonly rowCount: number;
  /** The id under which the server knows the statement: always there on Snowflake, never on Redshift. */
  readonly queryId: string | undefined;
}

/** The verbs that the warehouse and one of its sessions have in common. */
export interface Queryable {
  /**
   * Runs one statement and gives all its rows.
   *
   * @param text - SQL with placeholders `?`, `$1` or `:name`, one style at a time. Without params it is sent untouched.
   * @param params - an array for `?` and `$1`, a plain object for `:name`.
   * @throws `INVALID_ARGUMENT` before anything is sent; `QUERY`, `CONNECTION`, `TIMEOUT`, `INVALID_VALUE`, `AUTHENTICATION`, `CREDENTIALS`,
   *   `CLOSED`; or `signal.reason`.
   */
  query<Row extends readonly unknown[] = unknown[]>(
    text: string,
    params: Parameters | undefined,
    options: QueryOptions & { readonly rowMode: "array" },
  ): Promise<QueryResult<Row>>;
  query<Row = Record<string, unknown>>(
    text: string,
    params?: Parameters,
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  /** Runs one statement made by `` sql`…` ``. */
  query<Row = Record<string, unknown>>(fragment: Fragment, options?: QueryOptions): Promise<QueryResult<Row>>;
  /**
   * Runs one statement and gives its rows as they come, with memory that stays flat: an async iterable that is read once. Leaving it
   * early (`break`, `throw`, `return()`) stops the statement on the server. `timeoutMs` covers the whole reading.
   *
   * @throws as `query`, from the first `next()` on.
   */
  stream<Row = Record<string, unknown>>(text: string, params?: Parameters, options?: QueryOptions): RowStream<Row>;
  /** Streams the rows of a statement made by `` sql`…` ``. */
  stream<Row = Record<string, unknown>>(fragment: Fragment, options?: QueryOptions): RowStream<Row>;
  /**
   * Runs several statements, separated by semicolons, in order on one session, and stops at the first error; the error's message
   * tells the statement's place, from 1, and its `position` counts within that statement. Takes no parameters.
   */
  script(text: string, options?: QueryOptions): Promise<QueryResult[]>;
  /** A knex instance for building queries, which run here: on our sessions, with our values and errors. Loaded at first touch. */
  readonly knex: Knex;
}

/** What is done with a session: one statement, one whose rows are read at the caller's pace, several in a row, or several that leave it changed. */
type WorkKind = "statement" | "stream" | "script" | "changing script";

/** Lends a session to a piece of work for the length of a call. */
type WithSession = <T>(
  options: CallOptions,
  kind: WorkKind,
  work: (session: Session, call: Call) => Promise<T>,
) => Promise<T>;

/** What the verbs run on. */
export interface Ground {
  readonly dialect: Dialect;
  readonly values: ValuePolicy;
  readonly withSession: WithSession;
  /** Told of a statement that leaves its session changed, before it is sent, and of who asks for it; may refuse it. */
  readonly changesSession: (keyword: string, verb: "query" | "script") => void;
}

const knownOptions: Readonly<Record<keyof QueryOptions, true>> = {
  signal: true,
  timeoutMs: true,
  integers: true,
  decimals: true,
  timestamps: true,
  rowMode: true,
};

/** Makes the verbs. */
export function verbs(ground: Ground): Queryable {
  const { dialect, withSession } = ground;

  const statementOf = (bound: BoundText, options: QueryOptions): Statement => ({
    ...bound,
    values: valuePolicy(options, ground.values),
    rowMode: rowModeOf(options.rowMode),
  });

  /** Reads the arguments of `query` and `stream`, and refuses what may not be sent. */
  const prepare = (source: unknown, second: unknown, third: QueryOptions | undefined) => {
    const { bound, options } = readArguments(source, second, third, dialect);
    checkSingle(bound.text, dialect);
    const keyword = needsSession(bound.text, dialect);
    if (keyword !== undefined) ground.changesSession(keyword, "query");
    return { statement: statementOf(bound, options), options };
  };

  /** Runs a statement and holds its session until the stream lets go. */
  const startStream = (statement: Statement, options: QueryOptions): Streaming => {
    const released = deferred<undefined>();
    const execution = deferred<Execution>();
    let running: Call | undefined;
    let stopped = false;
    const work = withSession(options, "stream", async (session, call) => {
      running = call;
      if (stopped) throw streamLeft();
      execution.resolve(await execute(session, statement, call));
      // The deadline and close() take the session from a consumer who has stopped reading.
      await call.race(released.promise);
    });
    // Its failure is the execution's.
    const settled = work.catch(execution.reject);
    execution.promise.catch(() => undefined);
    return {
      execution: execution.promise,
      async end() {
        released.resolve(undefined);
        await settled;
      },
      async stop() {
        stopped = true;
        released.resolve(undefined);
        running?.abort(streamLeft());
        // Whoever still waits for a session finds out when one comes.
        if (running !== undefined) await settled;
      },
    };
  };

  let knex: Knex | undefined;
  const queryable: Queryable = {
    get knex() {
      knex ??= openKnex({ dialect, query: (text, params, options) => queryable.query(text, params, options) });
      return knex;
    },

    async query<Row>(source: string | Fragment, second?: unknown, third?: QueryOptions): Promise<QueryResult<Row>> {
      const { statement, options } = prepare(source, second, third);
      try {
        const result = await withSession(options, "statement", (session, call) => run(session, statement, call));
        // The caller says what a row is; what was received is shaped by rowMode.
        return result as QueryResult<Row>;
      } catch (error) {
        throw traced(error);
      }
    },

    stream<Row>(source: string | Fragment, second?: unknown, third?: QueryOptions): RowStream<Row> {
      return rowStream<Row>(() => {
        const { statement, options } = prepare(source, second, third);
        return startStream(statement, options);
      });
    },

    async script(text, given) {
      if (typeof text !== "string") throw invalidArgument("A script must be a string.");
      const options = checkedOptions(given);
      const statements = splitStatements(text, dialect);
      const keywords = statements.flatMap((single) => needsSession(single.text, dialect) ?? []);
      for (const keyword of keywords) ground.changesSession(keyword, "script");
      return withSession(options, keywords.length === 0 ? "script" : "changing script", async (session, call) => {
        const results: QueryResult[] = [];
        for (const [index, { text: single }] of statements.entries()) {
          try {
            results.push(await run(session, statementOf({ text: single, binds: [] }, options), call));
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

async function execute(session: Session, statement: Statement, call: Call): Promise<Execution> {
  call.phase = "execute";
  const execution = await session.execute(statement, call);
  call.phase = "fetch";
  if (statement.rowMode === "object") await refuseDuplicates(execution);
  return execution;
}

async function run(session: Session, statement: Statement, call: Call): Promise<QueryResult> {
  const execution = await execute(session, statement, call);
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

async function refuseDuplicates(execution: Execution): Promise<void> {
  try {
    checkNamesAreUnique(execution.columns);
  } catch (error) {
    await execution.cancel();
    throw error;
  }
}

function checkedOptions(options: QueryOptions | undefined): QueryOptions {
  return checkOptions(options, knownOptions, "A query");
}

function readArguments(source: unknown, second: unknown, third: QueryOptions | undefined, dialect: Dialect) {
  if (isFragment(source)) {
    if (third !== undefined || Array.isArray(second)) {
      throw invalidArgument("A statement made by sql`…` carries its values: pass the options as the second argument.");
    }
    // With a fragment the second argument is the options.
    const options = checkedOptions(second as QueryOptions | undefined);
    return { bound: readingValues(() => renderFragment(source, dialect)), options };
  }
  if (typeof source !== "string") {
    throw invalidArgument("The statement must be a string, or made by sql`…`.");
  }
  const options = checkedOptions(third);
  return { bound: readingValues(() => bindParameters(source, second as Parameters | undefined, dialect)), options };
}

/** A getter, a proxy or a `toJSON` of the caller's may throw anything while its value is read. */
function readingValues(read: () => BoundText): BoundText {
  try {
    return read();
  } catch (error) {
    if (WarehouseError.is(error)) throw error;
    throw invalidArgument("The parameters cannot be read: one of them throws an error, which is the cause.", error);
  }
}

function rowModeOf(rowMode: RowMode = "object"): RowMode {
  // Plain JavaScript may pass any word.
  if (["object", "array"].includes(rowMode)) return rowMode;
  throw invalidArgument('rowMode must be "object" or "array".');
}

function checkSingle(text: string, dialect: Dialect): void {
  if (holdsSeveralStatements(text, dialect)) {
    throw invalidArgument("query() runs one statement, and the text holds several; run them with script().");
  }
}

function atStatement(error: unknown, place: number, of: number): unknown {
  if (!WarehouseError.is(error)) return error;
  // What ran before this statement has happened: the script as a whole must not be run again.
  const ran = place === 1 ? {} : { retryable: false, ...(error.effect === "none" && { effect: "unknown" as const }) };
  return reworded(error, `Statement ${place} of ${of}: ${error.message}`, ran);
}
