import { EventEmitter } from "node:events";
import { pipeline, Readable, type Writable } from "node:stream";
import { pipeline as finished } from "node:stream/promises";
import { invalidArgument } from "../errors.ts";
import { dialectClient } from "./dialect-client.ts";
import { Connection } from "./connection.ts";
import { unsupported } from "./refusals.ts";
import { responseOf } from "./responses.ts";
import { nativeText, readQuery } from "./texts.ts";
import { tellingReader } from "./reader.ts";
import { transactionClass } from "./transaction.ts";
import type { Knex } from "knex";
import type { Queryable, QueryOptions, QueryResult } from "../queryable.ts";
import type { Dialect } from "../sql/dialect.ts";
import type { Classes } from "./classes.ts";
import type { SentQuery } from "./responses.ts";

/** What knex's queries run on. */
export interface KnexGround {
  readonly dialect: Dialect;
  /** The verbs. Where a transaction can be begun, they have `transaction()`, too. */
  readonly queryable: Queryable;
}

const nothing: QueryResult = { rows: [], columns: [], rowCount: 0, queryId: undefined };

/**
 * Makes the client class whose queries run on our sessions. Above all it overrides `query` itself and not `_query`, because knex 3.3
 * writes SQL and values into the message of whatever that throws, also a caller's own `signal.reason`. State is kept in this closure: in a transaction knex copies the fields that it knows.
 */
export function sessionClient(classes: Classes, { dialect, queryable }: KnexGround): typeof Knex.Client {
  let connections = 0;
  const lend = (verbs: Queryable) => new Connection(`peak-warehouse-${++connections}`, verbs);
  // A warehouse has a session for each query; a session, or a transaction, is one connection all the time.
  const own = "session" in queryable ? undefined : lend(queryable);
  const Transaction = transactionClass(classes.Transaction, queryable, lend);

  class SessionClient extends dialectClient(classes, { dialect, lastsForQuery: own === undefined }) {
    /** Lets `.timeout(ms, { cancel: true })` pass: every timeout of ours stops the server. */
    override canCancelQuery = true;

    override acquireConnection(): Promise<Connection> {
      return Promise.resolve(own ?? lend(queryable));
    }

    override releaseConnection(): Promise<void> {
      return Promise.resolve();
    }

    /** There is no pool but the warehouse's. */
    override initializePool(): void {
      return;
    }

    override async query(connection: unknown, sent: SentQuery | string): Promise<SentQuery> {
      const query = typeof sent === "string" ? { sql: sent } : sent;
      const { lent, facts } = announced(this, connection, query, dialect);
      const options = takeOptions(query);
      try {
        await lent.settled();
        // What knex makes of no rows to insert.
        const isEmpty = query.method === "insert" && query.sql === "";
        query.response = isEmpty ? nothing : await lent.verbs.query(...readQuery(query), options);
      } catch (error) {
        emit(this, "query-error", error, facts());
        throw error;
      }
      return query;
    }

    /** Settles when the stream that the caller reads has ended; leaving that one leaves the statement, and stops the server. */
    override stream(connection: unknown, query: SentQuery, into: Writable): Promise<void> {
      return tellingReader(into, async () => {
        const { lent } = announced(this, connection, query, dialect);
        const options = takeOptions(query);
        await lent.settled();
        const rows = lent.verbs.stream(...readQuery(query), options);
        await finished(Readable.from(lent.reading(rows, into)), into);
      });
    }

    /** knex's own `pipe` would leave the statement running when its target is destroyed, and throw its errors where nobody listens. */
    override runner(builder: unknown): unknown {
      // knex's types say nothing of its runner.
      const runner = super.runner(builder) as { stream(options: unknown): Readable; pipe: unknown };
      runner.pipe = (target: Writable, options: unknown) => pipeline(runner.stream(options), target, () => undefined);
      return runner;
    }

    processResponse(query: SentQuery, runner: unknown): unknown {
      return responseOf(query, runner);
    }

    override transaction(container: unknown, config: unknown, outer?: unknown): Knex.Transaction {
      const inner = outer !== undefined && outer !== null;
      // What knex does with either is wait for it.
      return (inner
        ? Promise.reject(nested())
        : new Transaction(this, container, config)) as unknown as Knex.Transaction;
    }

    /** The sessions are the warehouse's: `db.close()` ends them. */
    override destroy(callback?: () => void): Promise<void> {
      callback?.();
      return Promise.resolve();
    }
  }
  return SessionClient;
}

/** Tells knex's listeners of a query, as knex's own clients do, and gives the connection to run it on. */
function announced(client: object, connection: unknown, query: SentQuery, dialect: Dialect) {
  if (!(connection instanceof Connection)) {
    throw invalidArgument("knex's connection() takes no connection but its own.");
  }
  const { __knexUid, __knexTxId } = connection;
  const facts = () => ({ __knexUid, __knexTxId, ...query, sql: nativeText(query.sql, dialect) });
  emit(client, "query", facts());
  return { lent: connection, facts };
}

function emit(client: object, event: string, ...facts: unknown[]): void {
  // knex's types say only with @types/node that its client is an emitter.
  EventEmitter.prototype.emit.call(client as EventEmitter, event, ...facts);
}

/**
 * Gives what `.options()` was told, which are our own verbs' options, and makes knex's timeout ours: that one stops the server, and its
 * error holds neither SQL nor values. knex looks for it after `query` has returned its promise, so it must be gone by then.
 */
function takeOptions(query: SentQuery): QueryOptions {
  const { timeout, options, output } = query;
  delete query.timeout;
  return {
    ...options,
    // What knex makes of an answer itself it reads by name.
    ...(output === undefined ? {} : { rowMode: "object" }),
    ...(typeof timeout === "number" ? { timeoutMs: timeout } : {}),
  };
}

function nested() {
  return unsupported(
    "nested transaction() and savepoint()",
    "neither warehouse has savepoints, so that the inner one would commit or undo all; do the work in the outer one",
  );
}
