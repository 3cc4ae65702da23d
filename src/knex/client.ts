import { EventEmitter } from "node:events";
import { WarehouseError } from "../errors.ts";
import type { Knex } from "knex";
import type { CallOptions } from "../call.ts";
import type { Dialect } from "../sql/dialect.ts";
import type { QueryResult } from "../queryable.ts";

/** What knex's queries run on. */
export interface KnexGround {
  readonly dialect: Dialect;
  readonly query: (text: string, params: unknown[] | undefined, options: CallOptions) => Promise<QueryResult>;
}

/** What knex takes for a connection. Sessions are lent query by query, so it holds no more than what knex tells it by. */
interface Connection {
  readonly __knexUid: string;
}

/** A compiled query as knex hands it over, and with its response as it takes it back. */
interface CompiledQuery {
  sql: string;
  bindings?: unknown[];
  method?: string;
  pluck?: string;
  timeout?: number | false;
  output?: (this: unknown, response: QueryResult) => unknown;
  response?: QueryResult;
}

/** What knex's builder has been told. Its types leave this out. */
interface Builder {
  readonly _single: { readonly onConflict?: unknown; readonly returning?: unknown };
}

const nothing: QueryResult = { rows: [], columns: [], rowCount: 0, queryId: undefined };

/**
 * Derives from a dialect a client that runs on our sessions. What it must override, and why, is in facts/platform.md §8: above all
 * `query` itself and not `_query`, because knex writes SQL and values into the message of whatever that throws, also a caller's
 * own `signal.reason`.
 */
export function sessionClient(Dialect: typeof Knex.Client, ground: KnexGround): typeof Knex.Client {
  let connections = 0;

  class SessionClient extends Dialect {
    /** Lets `.timeout(ms, { cancel: true })` pass: every timeout of ours stops the server. */
    override canCancelQuery = true;

    override acquireConnection(): Promise<Connection> {
      return Promise.resolve({ __knexUid: `peak-warehouse-${++connections}` });
    }

    override releaseConnection(): Promise<void> {
      return Promise.resolve();
    }

    override async query(connection: Connection, compiled: CompiledQuery | string): Promise<CompiledQuery> {
      const query = typeof compiled === "string" ? { sql: compiled } : compiled;
      const { __knexUid } = connection;
      EventEmitter.prototype.emit.call(this, "query", { __knexUid, ...query });
      const { text, params } = readQuery(query);
      const options = takeTimeout(query);
      try {
        // What knex makes of no rows to insert.
        const isEmpty = query.method === "insert" && text === "";
        query.response = isEmpty ? nothing : await ground.query(text, params, options);
      } catch (error) {
        EventEmitter.prototype.emit.call(this, "query-error", error, { __knexUid, ...query });
        throw error;
      }
      return query;
    }

    /** Refuses what both dialects leave out of their SQL without a word: rows would be doubled, and none come back. */
    override queryCompiler(builder: Builder, bindings?: unknown): unknown {
      const { onConflict, returning } = builder._single;
      if (onConflict !== undefined) throw unsupported("onConflict()", "send a MERGE with db.query()");
      if (returning !== undefined) throw unsupported("returning()", "select the rows afterwards");
      // knex's types leave out the second argument: where the values go of a query inside another.
      const compilerOf: (builder: Builder, bindings?: unknown) => unknown = super.queryCompiler.bind(this);
      return compilerOf(builder, bindings);
    }

    processResponse(query: CompiledQuery, runner: unknown): unknown {
      const { response, method, output, pluck = "" } = query;
      if (response === undefined) return response;
      if (output !== undefined) return output.call(runner, response);
      switch (method) {
        case "select":
          return response.rows;
        case "first":
          return response.rows[0];
        case "pluck":
          return response.rows.map((row) => row[pluck]);
        case "insert":
        case "update":
        case "del":
        case "counter":
          return response.rowCount;
        default:
          return response;
      }
    }

    override stream(): never {
      throw unsupported("stream()", "stream the text of toSQL() with db.stream()");
    }

    override transaction(): never {
      throw unsupported("transaction()", "use tx.knex inside db.transaction()");
    }

    /** The sessions are the warehouse's: `db.close()` ends them. */
    override destroy(callback?: () => void): Promise<void> {
      callback?.();
      return Promise.resolve();
    }
  }

  return SessionClient;
}

/** knex writes `\?` for a question mark that is no placeholder. Without bindings the text is sent untouched otherwise. */
function readQuery({ sql, bindings = [] }: CompiledQuery): { text: string; params: unknown[] | undefined } {
  return { text: sql.replaceAll("\\?", "?"), params: bindings.length === 0 ? undefined : bindings };
}

/**
 * Makes knex's timeout ours, which stops the server and whose error holds neither SQL nor values. knex looks for it after `query` has
 * returned its promise, so it must be gone by then.
 */
function takeTimeout(query: CompiledQuery): CallOptions {
  const { timeout } = query;
  delete query.timeout;
  return typeof timeout === "number" ? { timeoutMs: timeout } : {};
}

function unsupported(what: string, instead: string): WarehouseError {
  return new WarehouseError("UNSUPPORTED", `knex's ${what} is not supported by peak-warehouse: ${instead}.`);
}
