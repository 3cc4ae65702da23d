import { cstring, endOfString, frame } from "./frames.ts";

/** Is an error, or a notice, as Redshift words it. */
export interface RedshiftError {
  /** Default `ERROR`. */
  readonly severity?: string;
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Counted in characters from 1. */
  readonly position?: number;
}

/** Is a rejection, of a login or of a statement, to be told to the client in these words. */
export class Refused extends Error {
  readonly error: RedshiftError;
  constructor(error: RedshiftError) {
    super(error.message);
    this.error = error;
  }
}

/** Makes the refusal of a login: FATAL, with its SQLSTATE. */
export const fatal = (code: string, message: string): Refused => new Refused({ severity: "FATAL", code, message });

/** Encodes an ErrorResponse (`E`) or NoticeResponse (`N`) with the fields that Redshift, a PostgreSQL 8.0, knows. */
export function errorFrame(error: RedshiftError, type: "E" | "N" = "E"): Buffer {
  const fields: [string, string | number | undefined][] = [
    ["S", error.severity ?? "ERROR"],
    ["C", error.code],
    ["M", error.message],
    ["D", error.detail],
    ["H", error.hint],
    ["P", error.position],
    ["F", "../src/pg/src/backend/tcop/postgres.c"],
    ["L", 0],
    ["R", "redshift_stand_in"],
  ];
  const parts = fields.flatMap(([name, value]) => (value === undefined ? [] : [cstring(`${name}${value}`)]));
  return frame(type, ...parts, Buffer.from([0]));
}

/** Leaves out the place, which is one in a text that the client never saw. */
export function withoutPosition({ severity, code, message, detail, hint }: RedshiftError): RedshiftError {
  return {
    code,
    message,
    ...(severity !== undefined && { severity }),
    ...(detail !== undefined && { detail }),
    ...(hint !== undefined && { hint }),
  };
}

/** Decodes the body of PostgreSQL's ErrorResponse or NoticeResponse; fields newer than 8.0 are dropped. */
export function parseError(body: Buffer): RedshiftError {
  const fields = new Map<string, string>();
  for (let at = 0; body[at] !== 0 && at < body.length;) {
    const end = endOfString(body, at + 1);
    fields.set(String.fromCharCode(body.readUInt8(at)), body.toString("utf8", at + 1, end));
    at = end + 1;
  }
  const detail = fields.get("D");
  const hint = fields.get("H");
  const position = fields.get("P");
  return {
    severity: fields.get("S") ?? "ERROR",
    code: fields.get("C") ?? "XX000",
    message: fields.get("M") ?? "",
    ...(detail !== undefined && { detail }),
    ...(hint !== undefined && { hint }),
    ...(position !== undefined && { position: Number(position) }),
  };
}

/**
 * Rewords what PostgreSQL says differently: a cancel and a statement timeout read the same on Redshift, and the domains
 * that stand for NUMERIC(p,s) are called numeric.
 */
export function asRedshift(error: RedshiftError, query: number): RedshiftError {
  if (error.code !== "57014") return { ...error, message: error.message.replace(/\bnumeric_\d+_\d+\b/g, "numeric") };
  return { severity: "ERROR", code: "57014", message: `Query (${query}) cancelled on user's request` };
}
