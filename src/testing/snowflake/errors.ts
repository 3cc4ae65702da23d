/**
 * An error as Snowflake answers it: a code of six digits, a SQL state and, for SQL errors, the place in the text.
 * Codes and texts are those a Snowflake account sends; see the constructors below for the ones the stand-in knows.
 */
export class SnowflakeError extends Error {
  override readonly name = "SnowflakeError";
  readonly code: string;
  readonly sqlState: string;
  readonly line: number;
  readonly pos: number;

  constructor(code: string, sqlState: string, message: string, at: Place = { line: -1, pos: -1 }) {
    super(message);
    this.code = code;
    this.sqlState = sqlState;
    this.line = at.line;
    this.pos = at.pos;
  }
}

/** A place in a statement: `line` counts from 1, `pos` from 0 within the line, as Snowflake reports them. */
export interface Place {
  readonly line: number;
  readonly pos: number;
}

/** Makes the error for something that the stand-in does not do; it never guesses a value instead. */
export const unsupported = (what: string, at?: Place): SnowflakeError =>
  new SnowflakeError("000002", "0A000", `${what} is not supported by the stand-in.`, at);

/** Makes the error for a text that is not a statement: `unexpected` is the first token that does not fit. */
export const syntaxError = (unexpected: string, at: Place): SnowflakeError =>
  new SnowflakeError(
    "001003",
    "42000",
    `SQL compilation error:\nsyntax error line ${at.line} at position ${at.pos} unexpected '${unexpected}'.`,
    at,
  );

/** Makes the error for an object that no name leads to. */
export const unknownObject = (kind: string, name: string): SnowflakeError =>
  new SnowflakeError("002003", "42S02", `SQL compilation error:\n${kind} '${name}' does not exist or not authorized.`);

/** Makes the error for a column that no relation in reach has. */
export const invalidIdentifier = (name: string, at: Place): SnowflakeError =>
  new SnowflakeError(
    "000904",
    "42000",
    `SQL compilation error: error line ${at.line} at position ${at.pos}\ninvalid identifier '${name}'`,
    at,
  );

/** Makes any other compilation error; `detail` follows the usual heading. */
export const compilationError = (code: string, sqlState: string, detail: string, at?: Place): SnowflakeError =>
  new SnowflakeError(
    code,
    sqlState,
    at === undefined
      ? `SQL compilation error:\n${detail}`
      : `SQL compilation error: error line ${at.line} at position ${at.pos}\n${detail}`,
    at,
  );

/** Makes the error that ends a statement which the client, or a time limit, stopped. */
export const cancelled = (): SnowflakeError => new SnowflakeError("000604", "57014", "SQL execution canceled");

/** Makes the error that ends a statement at STATEMENT_TIMEOUT_IN_SECONDS. */
export const statementTimeout = (seconds: number): SnowflakeError =>
  new SnowflakeError(
    "000630",
    "57014",
    `Statement reached its statement or warehouse timeout of ${seconds} second(s) and was canceled.`,
  );

const dataError = (code: string, sqlState: string, message: string): SnowflakeError =>
  new SnowflakeError(code, sqlState, message);

/** Makes the error for text, or another value, that is no number. */
export const notNumeric = (text: string): SnowflakeError =>
  dataError("100038", "22018", `Numeric value '${text}' is not recognized`);

/** Makes the error for text that is no boolean. */
export const notBoolean = (text: string): SnowflakeError =>
  dataError("100037", "22018", `Boolean value '${text}' is not recognized`);

/** Makes the error for text that is no date, time or timestamp; `kind` is the word that Snowflake uses. */
export const notTemporal = (kind: "Date" | "Time" | "Timestamp", text: string): SnowflakeError =>
  dataError(
    kind === "Date" ? "100040" : kind === "Time" ? "100108" : "100035",
    "22007",
    `${kind} '${text}' is not recognized`,
  );

/** Makes the error for a number that its column cannot hold. */
export const outOfRange = (type: string, value: string): SnowflakeError =>
  dataError("100046", "22003", `Number out of representable range: type ${type}, value ${value}`);

/** Makes the error for a division by zero. */
export const divisionByZero = (): SnowflakeError => dataError("100051", "22012", "Division by zero");

/** Makes the error for a text longer than its column. */
export const textTooLong = (text: string): SnowflakeError =>
  dataError("100078", "22000", `String '${text}' is too long and would be truncated`);

/** Makes the error for a text that is not hexadecimal. */
export const notHex = (text: string): SnowflakeError =>
  dataError("100115", "22000", `The following string is not a legal hex-encoded value: '${text}'`);

/** Makes the error for a text that is not JSON. */
export const notJson = (detail: string): SnowflakeError =>
  dataError("100069", "22P02", `Error parsing JSON: ${detail}`);

/** Makes the error for a variant whose content has another type than the one asked for. */
export const failedVariantCast = (value: string, target: string): SnowflakeError =>
  dataError("100071", "22000", `Failed to cast variant value ${value} to ${target}`);
