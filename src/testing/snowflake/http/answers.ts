import { parameterList } from "../engine/session.ts";
import type { ChunkStore } from "./chunks.ts";
import { json, statementFailure, success } from "./reply.ts";
import type { Reply } from "./reply.ts";
import { chunkHeaders, rowType } from "./results.ts";
import type { Result } from "./results.ts";
import type { Statement } from "./statements.ts";

/** Answers that a statement goes on, with the URL to ask again: 333333, or 333334 for one that was sent to run on its own. */
export const pending = ({ id }: Statement, isAsync: boolean): Reply =>
  success(
    { queryId: id, getResultUrl: `/queries/${id}/result`, queryAbortsAfterSecs: 300, progressDesc: null },
    isAsync ? "333334" : "333333",
    isAsync ? "Asynchronous execution in progress. Use provided query id to perform query monitoring and management." : "Query execution in progress.", // prettier-ignore
  );

/** Answers what a statement came to; it must have ended. */
export function ended(statement: Statement, chunks: ChunkStore, origin: string): Reply {
  if (statement.result === undefined) return statementFailure(statement.error, statement.id);
  return resultReply(statement, statement.result, chunks, origin);
}

function resultReply(statement: Statement, result: Result, chunks: ChunkStore, origin: string): Reply {
  const { inline, rowCount } = result;
  const { sql } = statement.session;
  const data = {
    parameters: parameterList(sql),
    rowtype: result.columns.map(rowType),
    total: rowCount,
    returned: rowCount,
    queryId: statement.id,
    databaseProvider: null,
    finalDatabaseName: sql.database,
    finalSchemaName: sql.schema,
    finalWarehouseName: sql.warehouse,
    finalRoleName: sql.role,
    numberOfBinds: 0,
    arrayBindSupported: false,
    statementTypeId: result.statementTypeId,
    version: 1,
    sendResultTime: Date.now(),
    queryResultFormat: "json",
    queryContext: { entries: [] },
    ...(statement.children.length > 0 && {
      resultIds: statement.children.map(({ id }) => id).join(","),
      resultTypes: statement.children.map((child) => child.result?.statementTypeId ?? 0).join(","),
    }),
    ...(result.chunks.length > 0 && {
      chunks: chunks.publish(result, origin),
      qrmk: result.key,
      chunkHeaders: chunkHeaders(result),
    }),
  };
  // The rows are JSON already; writing them again would double the work for large results.
  const head = JSON.stringify(data).slice(0, -1);
  return json(`{"data":${head},"rowset":[${inline}]},"code":null,"message":null,"success":true}`);
}
