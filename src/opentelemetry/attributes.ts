import { WarehouseError } from "../errors.ts";
import type { Attributes } from "@opentelemetry/api";
import type { ObservedServer, QueryEvent } from "../telemetry/events.ts";

/** What OpenTelemetry calls the warehouses. Its registry has no word for Snowflake yet, and allows others. */
const systems = { redshift: "aws.redshift", snowflake: "snowflake" } as const;

/** Tells where a warehouse is. */
export function serverAttributes({ warehouse, host, port, database, schema }: ObservedServer): Attributes {
  return {
    "db.system.name": systems[warehouse],
    "db.namespace": schema === undefined ? database : `${database}|${schema}`,
    "server.address": host,
    "server.port": port,
  };
}

/** Tells what kind of statement it is, in words of which there are few. */
export function operationAttributes({ server, operation, tables }: QueryEvent): Attributes {
  const [table, ...others] = tables;
  return {
    ...serverAttributes(server),
    ...(operation !== undefined && { "db.operation.name": operation }),
    ...(table !== undefined && others.length === 0 && { "db.collection.name": table }),
  };
}

/** Tells what a statement was, in full as far as the caller lets it be seen. */
export function statementAttributes(event: QueryEvent): Attributes {
  const parameters = event.parameters ?? [];
  return {
    "db.query.text": event.text,
    "db.query.summary": summaryOf(event),
    "peak_warehouse.verb": event.verb,
    "peak_warehouse.session.id": event.sessionId,
    ...Object.fromEntries(parameters.map((value, index) => [`db.query.parameter.${index}`, String(value)])),
  };
}

/** Tells what came of a statement. */
export function outcomeAttributes({ rows, bytes, rowsAffected, queryId }: QueryEvent): Attributes {
  return {
    "db.response.returned_rows": rows,
    "peak_warehouse.response.bytes": bytes,
    ...(rowsAffected !== undefined && { "peak_warehouse.affected_rows": rowsAffected }),
    ...(queryId !== undefined && { "peak_warehouse.query.id": queryId }),
  };
}

/** The conventions' limit for `db.query.summary`, in characters; names are left out whole. */
const longestSummary = 255;

/** Gives a statement's short form, such as `SELECT events users`. */
export function summaryOf({ operation, tables, server }: QueryEvent): string {
  const [first = systems[server.warehouse], ...others] = operation === undefined ? tables : [operation, ...tables];
  let summary = first.slice(0, longestSummary);
  for (const name of others) {
    if (summary.length + name.length >= longestSummary) break;
    summary += ` ${name}`;
  }
  return summary;
}

/** Tells what something failed with, in words of which there are few: messages may quote values. */
export function errorAttributes(error: unknown): Attributes {
  const status = WarehouseError.is(error) ? (error.sqlState ?? error.vendorCode) : undefined;
  return { "error.type": errorType(error), ...(status !== undefined && { "db.response.status_code": status }) };
}

/** Gives the code of an error of ours, and the name of another, such as `AbortError`. */
export function errorType(error: unknown): string {
  if (WarehouseError.is(error)) return error.code;
  return error instanceof Error ? error.name : "_OTHER";
}
