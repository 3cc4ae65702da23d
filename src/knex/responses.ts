import type { QueryOptions, QueryResult } from "../queryable.ts";

/** A query as knex hands it over, and with its response as it takes it back. */
export interface SentQuery {
  sql: string;
  bindings?: unknown[];
  method?: string;
  pluck?: string;
  timeout?: number | false;
  /** What `.options()` was told. */
  options?: QueryOptions;
  output?: (this: unknown, response: QueryResult) => unknown;
  response?: QueryResult;
}

/** Makes of a result what knex's users expect of each kind of query; of a raw one the result itself. */
export function responseOf({ response, method, output, pluck = "" }: SentQuery, runner: unknown): unknown {
  if (response === undefined) return response;
  if (output !== undefined) return output.call(runner, response);
  const { rows, rowCount, columns } = response;
  switch (method) {
    case "select":
      return rows;
    case "first":
      return rows[0];
    case "pluck": {
      // A name does not always come back as it went: by the name rule, or folded by the server.
      const name = columns.length === 1 ? (columns[0]?.name ?? pluck) : pluck;
      // With rowMode "array" a row is a list.
      const place = Math.max(
        0,
        columns.findIndex((column) => column.name === name),
      );
      return rows.map((row) => (Array.isArray(row) ? (row as unknown[])[place] : row[name]));
    }
    case "insert":
    case "update":
    case "del":
    case "counter":
      return rowCount;
    default:
      return response;
  }
}
