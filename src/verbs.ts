import {
  boundQuery,
  checkedArrowOptions,
  checkedBatchOptions,
  checkedOptions,
  checkedScriptOptions,
  checkSingle,
  readArguments,
  rowStatement,
  statementOf,
  writtenQuery,
} from "./arguments.ts";
import { arrowExecution, loadArrow } from "./arrow/index.ts";
import { bulkSessions, type BulkParts } from "./bulk-session.ts";
import { bulkVerbs } from "./bulk/verbs.ts";
import { statementOptions, type Call, type CallOptions, type StatementOptions } from "./call.ts";
import { catalogVerbs } from "./catalog/verbs.ts";
import { columnsOf } from "./columns/shape.ts";
import { invalidArgument, reworded, traced, WarehouseError } from "./errors.ts";
import { openKnex } from "./knex/index.ts";
import { checkOptions } from "./options.ts";
import { afterRun, describe, everyBatch, execute, onlyReads, run, type Asked } from "./run.ts";
import { rowStream, startStream, type RowStream } from "./stream.ts";
import { renderFragment } from "./sql/fragment.ts";
import { explainForgotten } from "./sql/placeholder-style.ts";
import { entersNewSchema, needsSession, splitStatements } from "./sql/statements.ts";
import { parsed } from "./typed-rows.ts";
import { standardPolicy } from "./values/decode.ts";
import type { RecordBatch, Table } from "apache-arrow";
import type { Knex } from "knex";
import type { Batch, ColumnBatch } from "./columns/batch.ts";
import type { Reading, Session, Statement } from "./driver.ts";
import type { ResultLimits } from "./limits.ts";
import type { WithSession } from "./lending.ts";
import type { ArrowOptions, BatchOptions, Queryable, QueryOptions, QueryResult, ScriptOptions } from "./queryable.ts";
import type { BoundText } from "./sql/bound-text.ts";
import type { Dialect } from "./sql/dialect.ts";
import type { Fragment } from "./sql/fragment.ts";
import type { ObservedVerb } from "./telemetry/events.ts";

/** What the verbs run on. */
export interface Ground {
  readonly dialect: Dialect;
  readonly reading: Reading;
  readonly withSession: WithSession;
  readonly bulk: BulkParts;
  /** A transaction is open for as long as the verbs live. */
  readonly inTransaction: boolean;
  /** Runs work in a transaction of its own, on whose session it can work; absent inside one. */
  readonly transaction:
    (<T>(options: StatementOptions, work: (withSession: WithSession) => Promise<T>) => Promise<T>) | undefined;
  /**
   * Told of a statement that leaves its session changed, before it is sent, and of who asks for it; may refuse it. Gives what is to be
   * done when it has run, if anything.
   */
  readonly changesSession: (keyword: string, verb: "query" | "script") => (() => void) | undefined;
}

/** Makes the verbs. */
export function verbs(ground: Ground): Queryable {
  const { dialect, reading, withSession, transaction } = ground;

  const askedFor = <B extends Batch>(statement: Statement<B>, limits: ResultLimits, verb: ObservedVerb): Asked<B> => {
    const keyword = needsSession(statement.text, dialect);
    const asker = verb === "script" ? "script" : "query";
    const whenRun = keyword === undefined ? undefined : ground.changesSession(keyword, asker);
    return { statement, verb, limits, onlyReads: onlyReads(statement.text, dialect), whenRun };
  };

  /** Reads the arguments of a verb for one statement, and refuses what may not be sent. */
  const prepare = <O extends CallOptions>(
    source: unknown,
    second: unknown,
    third: O | undefined,
    checked: (given: O | undefined) => O,
  ) => {
    const { bound, options } = readArguments(source, second, third, dialect, checked);
    checkSingle(bound.text, dialect);
    return { bound, options };
  };

  const prepareRows = (verb: ObservedVerb, source: unknown, second: unknown, third: QueryOptions | undefined) => {
    const { bound, options } = prepare(source, second, third, checkedOptions);
    const { schema } = options;
    const asked = askedFor(rowStatement(bound, options, reading), options, verb);
    if (schema === undefined) return { options, asked };
    const finish: Asked["finish"] = (execution, call) => parsed(execution, schema, call);
    return { options, asked: { ...asked, finish } };
  };

  const prepareColumns = (verb: ObservedVerb, bound: BoundText, options: BatchOptions) =>
    askedFor(statementOf(bound, options, reading, columnsOf(options)), options, verb);

  const begun = async <B extends Batch>(session: Session, asked: Asked<B>, call: Call) => {
    try {
      return await execute(session, asked, call);
    } catch (error) {
      throw explained(error, asked.statement);
    }
  };

  const begunAsArrow = async (session: Session, asked: Asked<ColumnBatch>, options: ArrowOptions, call: Call) => {
    const arrow = await loadArrow();
    const execution = await begun(session, asked, call);
    return arrowExecution(execution, arrow, options, (error) => afterRun(error, asked));
  };

  const explained = (error: unknown, { text, binds }: Statement<Batch>) =>
    WarehouseError.is(error) && binds.length === 0 ? explainForgotten(error, text, dialect) : error;

  let knex: Knex | undefined;
  const queryable: Queryable = {
    get knex() {
      knex ??= openKnex({ dialect, queryable });
      return knex;
    },

    async query<Row>(source: string | Fragment, second?: unknown, third?: QueryOptions): Promise<QueryResult<Row>> {
      const { asked, options } = prepareRows("query", source, second, third);
      const { statement } = asked;
      try {
        const kind = entersNewSchema(statement.text, dialect) ? "changing" : "statement";
        const result = await withSession(options, kind, (session, call) => run(session, asked, call));
        // The caller says what a row is; what was received is shaped by rowMode.
        return result as QueryResult<Row>;
      } catch (error) {
        throw traced(explained(error, statement));
      }
    },

    stream<Row>(source: string | Fragment, second?: unknown, third?: QueryOptions): RowStream<Row> {
      return rowStream(
        () => {
          const { asked, options } = prepareRows("stream", source, second, third);
          return startStream(withSession, options, async (session, call) => begun(session, asked, call));
        },
        // The caller says what a row is; what was received is shaped by rowMode.
        ({ rows }) => rows as readonly Row[],
      );
    },

    batches(source: string | Fragment, second?: unknown, third?: BatchOptions): RowStream<ColumnBatch> {
      return rowStream(
        () => {
          const { bound, options } = prepare(source, second, third, checkedBatchOptions);
          const asked = prepareColumns("batches", bound, options);
          return startStream(withSession, options, async (session, call) => begun(session, asked, call));
        },
        (batch) => (batch.length > 0 ? [batch] : []),
      );
    },

    arrowBatches(source: string | Fragment, second?: unknown, third?: ArrowOptions): RowStream<RecordBatch> {
      return rowStream(
        () => {
          const { bound, options } = prepare(source, second, third, checkedArrowOptions);
          const asked = prepareColumns("arrow", bound, options);
          return startStream(withSession, options, async (session, call) =>
            begunAsArrow(session, asked, options, call),
          );
        },
        ({ recordBatch }) => [recordBatch],
      );
    },

    async arrow(source: string | Fragment, second?: unknown, third?: ArrowOptions): Promise<Table> {
      const { bound, options } = prepare(source, second, third, checkedArrowOptions);
      const asked = prepareColumns("arrow", bound, options);
      try {
        return await withSession(options, "statement", async (session, call) => {
          const execution = await begunAsArrow(session, asked, options, call);
          const batches = await everyBatch(execution);
          return execution.table(batches.map(({ recordBatch }) => recordBatch));
        });
      } catch (error) {
        throw traced(error);
      }
    },

    async describe(source: string | Fragment, second?: unknown, third?: StatementOptions) {
      const { bound, options } = prepare(source, second, third, checkedDescribeOptions);
      const statement = { ...rowStatement(bound, {}, reading), describeOnly: true };
      try {
        return await withSession(options, "statement", (session, call) => describe(session, statement, call));
      } catch (error) {
        throw traced(harmless(explained(error, statement)));
      }
    },

    ...catalogVerbs(dialect, async (options, work) => {
      const answering = (session: Session, call: Call) => async (fragment: Fragment) => {
        const statement = rowStatement(renderFragment(fragment, dialect), {}, { ...reading, values: standardPolicy });
        return (await run(session, { statement, verb: "catalog", limits: {}, onlyReads: true }, call)).rows;
      };
      try {
        return await withSession(options, "statement", (session, call) => work(answering(session, call)));
      } catch (error) {
        throw traced(harmless(error));
      }
    }),

    ...bulkVerbs((verb) => ({
      dialect,
      engine: ground.bulk.engine,
      granted: ground.bulk.granted,
      inTransaction: ground.inTransaction,
      aside: ground.bulk.aside,
      onSession: bulkSessions({ ...ground, verb }, ground.bulk, withSession),
      transaction:
        transaction &&
        (async (options, work) =>
          transaction(options, async (within) => work(bulkSessions({ ...ground, verb }, ground.bulk, within)))),
      written: (source, params) => writtenQuery(source, params, dialect),
      bound(source, params) {
        const bound = boundQuery(source, params, dialect);
        if (onlyReads(bound.text, dialect)) return bound;
        throw invalidArgument("What is to be exported must be a query, such as SELECT, or WITH and SELECT.");
      },
    })),

    async script<Row>(text: unknown, given?: ScriptOptions): Promise<QueryResult<Row>[]> {
      if (typeof text !== "string") throw invalidArgument("A script must be a string.");
      const options = checkedScriptOptions(given);
      const statements = splitStatements(text, dialect).map((single) =>
        askedFor(rowStatement({ text: single.text, binds: [] }, options, reading), options, "script"),
      );
      const changing = statements.some(({ statement }) => leavesChanged(statement.text, dialect));
      return withSession(options, changing ? "changing" : "script", async (session, call) => {
        const results: QueryResult<Row>[] = [];
        for (const asked of statements) {
          try {
            // The caller says what a row is, as for query().
            results.push((await run(session, asked, call)) as QueryResult<Row>);
          } catch (error) {
            throw atStatement(error, results.length + 1, statements.length);
          }
        }
        return results;
      });
    },
  };
  return queryable;
}

function checkedDescribeOptions(given: StatementOptions | undefined): StatementOptions {
  return checkOptions<StatementOptions>(given, statementOptions, "describe()");
}

function leavesChanged(text: string, dialect: Dialect): boolean {
  return needsSession(text, dialect) !== undefined || entersNewSchema(text, dialect);
}

/** What only asks has done nothing to the data, however it ended. */
function harmless(error: unknown): unknown {
  return WarehouseError.is(error) ? reworded(error, error.message, { effect: "none" }) : error;
}

function atStatement(error: unknown, place: number, of: number): unknown {
  if (!WarehouseError.is(error)) return error;
  // What ran before this statement has happened: the script as a whole must not be run again.
  const ran = place === 1 ? {} : { retryable: false, ...(error.effect === "none" && { effect: "unknown" as const }) };
  return reworded(error, `Statement ${place} of ${of}: ${error.message}`, ran);
}
