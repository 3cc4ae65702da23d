import { SnowflakeError } from "../errors.ts";

/** What a request is answered with. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** A request as the handlers see it. */
export interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Scheme, host and port by which the client reached the server. */
  readonly origin: string;
}

const jsonHeaders = { "content-type": "application/json" };

/** Answers 200 with JSON that is already text. */
export const json = (body: string): Reply => ({ status: 200, headers: jsonHeaders, body });

/** Answers with data in Snowflake's envelope. */
export const success = (data: unknown, code: string | null = null, message: string | null = null): Reply =>
  json(JSON.stringify({ data, code, message, success: true }));

/** Answers with an error in Snowflake's envelope: HTTP 200, success false. */
export const failure = (code: string, message: string, data: unknown = null): Reply =>
  json(JSON.stringify({ data, code, message, success: false, headers: null }));

/** Answers a statement's error, with what clients read from it. */
export function statementFailure(error: unknown, queryId: string): Reply {
  const known =
    error instanceof SnowflakeError
      ? error
      : new SnowflakeError("000603", "XX000", `SQL execution internal error:\n${String(error)}`);
  const { code, sqlState, line, pos, message } = known;
  const type = message.startsWith("SQL compilation error") ? "COMPILATION" : "EXECUTION";
  return failure(code, message, { internalError: false, errorCode: code, age: 0, sqlState, queryId, line, pos, type });
}

/** Reads a field of a body as text; "" when it is missing or something else. */
export function textField(body: unknown, name: string): string {
  if (body === null || typeof body !== "object") return "";
  const value: unknown = (body as Record<string, unknown>)[name]; // any object can be asked for a field
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";
}

/** Reads a field of a body as an object; empty when it is missing or something else. */
export function objectField(body: unknown, name: string): Readonly<Record<string, unknown>> {
  if (body === null || typeof body !== "object") return {};
  const value: unknown = (body as Record<string, unknown>)[name]; // any object can be asked for a field
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : {}; // just checked
}
