import { isError, WarehouseError } from "../errors.ts";
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

/**
 * Tells what kind of statement it is, in words of which there are few. By the conventions `db.operation.name` and `db.collection.name` are not for what is
 * read from a text.
 */
export function kindAttributes(event: QueryEvent): Attributes {
  return { ...serverAttributes(event.server), ...(event.summary !== "" && { "db.query.summary": event.summary }) };
}

/** Tells what a statement was, in full as far as the caller lets it be seen. */
export function statementAttributes(event: QueryEvent): Attributes {
  const parameters = event.parameters ?? [];
  return {
    "db.query.text": event.text,
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

/** Gives the name of a statement's span, such as `SELECT events users`. */
export function statementName({ summary, server }: QueryEvent): string {
  return summary === "" ? systems[server.warehouse] : summary;
}

/** Tells what something failed with, in words of which there are few: messages may quote values. Of two codes the warehouse's own says more. */
export function errorAttributes(error: unknown): Attributes {
  const status = WarehouseError.is(error) ? (error.vendorCode ?? error.sqlState) : undefined;
  return { "error.type": errorType(error), ...(status !== undefined && { "db.response.status_code": status }) };
}

/** Gives the code of an error of ours, and the name of another, such as `AbortError`. */
export function errorType(error: unknown): string {
  if (WarehouseError.is(error)) return error.code;
  return isError(error) ? error.name : "_OTHER";
}
