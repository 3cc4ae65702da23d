import { WarehouseError } from "../../errors.ts";

/** The description of one column in an answer. */
export interface RowType {
  readonly name: string;
  readonly type: string;
  readonly precision?: number | null;
  readonly scale?: number | null;
  readonly length?: number | null;
}

/** A part of a result that is fetched by itself. */
export interface ChunkReference {
  readonly url: string;
  readonly rowCount: number;
}

/** The server's answer to a statement, with the cells left as bytes. */
export interface Result {
  readonly rowtype: readonly RowType[];
  readonly chunks: readonly ChunkReference[];
  readonly chunkHeaders: Readonly<Record<string, string>>;
  /** Rows in all, those of the chunks included. */
  readonly returned: number | undefined;
  readonly statementTypeId: number | undefined;
  readonly queryId: string | undefined;
  /** The first rows: JSON arrays of cells, separated by commas, at `bytes[start..end)`. */
  readonly inline: { readonly bytes: Buffer; readonly start: number; readonly end: number };
}

interface Answer {
  readonly success?: boolean;
  readonly code?: string | null;
  readonly data?: {
    readonly rowtype?: readonly RowType[];
    readonly chunks?: readonly ChunkReference[] | null;
    readonly chunkHeaders?: Readonly<Record<string, string>> | null;
    readonly qrmk?: string | null;
    readonly returned?: number | null;
    readonly statementTypeId?: number | null;
    readonly queryId?: string | null;
    readonly queryResultFormat?: string | null;
  } | null;
}

/**
 * Reads an answer without looking at its cells; `undefined` for one that is no result: a refusal, the notice that the result is not there
 * yet, or nothing that can be read.
 *
 * @throws `CONNECTION`, phase `fetch`, for a result in a form that was not asked for.
 */
export function readResult(answer: Buffer): Result | undefined {
  const cells = findRowset(answer);
  const { success, data } = parseAround(answer, cells);
  if (success !== true || !Array.isArray(data?.rowtype)) return undefined;
  const format = data.queryResultFormat ?? "json";
  if (format !== "json") throw unreadable(`the server sent it as ${format}, which was not asked for`);
  return {
    rowtype: data.rowtype,
    chunks: data.chunks ?? [],
    chunkHeaders: data.chunkHeaders ?? masterKeyHeaders(data.qrmk),
    returned: data.returned ?? undefined,
    statementTypeId: data.statementTypeId ?? undefined,
    queryId: data.queryId ?? undefined,
    inline: { bytes: answer, ...cells },
  };
}

/** Reads the code of an answer that says no; `undefined` for any other. */
export function refusalCode(answer: Buffer): string | undefined {
  try {
    const refusal = JSON.parse(answer.toString("utf8")) as Answer | null;
    return refusal?.success === false ? (refusal.code ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

/** Without headers of their own, chunks are asked for with the result's master key (facts/snowflake.md §9). */
function masterKeyHeaders(key: string | null | undefined): Readonly<Record<string, string>> {
  if (key === undefined || key === null) return {};
  return {
    "x-amz-server-side-encryption-customer-algorithm": "AES256",
    "x-amz-server-side-encryption-customer-key": key,
  };
}

function parseAround(answer: Buffer, { start, end }: { start: number; end: number }): Answer {
  try {
    const source = answer.toString("utf8", 0, start) + answer.toString("utf8", end);
    return (JSON.parse(source) as Answer | null) ?? {};
  } catch {
    return {};
  }
}

/** The statement has run by then; what it did stays done. */
function unreadable(problem: string): WarehouseError {
  return new WarehouseError("CONNECTION", `The result could not be read: ${problem}.`, {
    phase: "fetch",
    effect: "unknown",
  });
}

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const key = Buffer.from('"rowset"');

/**
 * Finds the inside of the outer brackets of `data.rowset`: depth two of the answer, so that a column or a text of that name is
 * never taken for it. An answer without one gives an empty range.
 */
function findRowset(bytes: Buffer): { start: number; end: number } {
  let depth = 0;
  for (let position = 0; position < bytes.length; position++) {
    const byte = bytes[position];
    if (byte === quote) {
      const end = stringEnd(bytes, position);
      if (depth === 2 && end - position === key.length && key.equals(bytes.subarray(position, end))) {
        const value = valueAfter(bytes, end);
        if (bytes[value] === openBracket) return { start: value + 1, end: arrayEnd(bytes, value) };
      }
      position = end - 1;
    } else if (byte === openBrace || byte === openBracket) depth++;
    else if (byte === closeBrace || byte === closeBracket) depth--;
  }
  return { start: bytes.length, end: bytes.length };
}

/** Where the value begins after a key and its colon; the key's own end where no colon follows. */
function valueAfter(bytes: Buffer, position: number): number {
  let at = position;
  while (at < bytes.length && (bytes[at] === 0x3a || (bytes[at] ?? 0) <= 0x20)) at++;
  return at;
}

/** The place behind a string's closing quote. */
function stringEnd(bytes: Buffer, start: number): number {
  let position = start + 1;
  while (position < bytes.length && bytes[position] !== quote) position += bytes[position] === backslash ? 2 : 1;
  return position + 1;
}

/** The place of the bracket that closes an array. */
function arrayEnd(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let position = start; position < bytes.length; position++) {
    const byte = bytes[position];
    if (byte === quote) position = stringEnd(bytes, position) - 1;
    else if (byte === openBracket) depth++;
    else if (byte === closeBracket && --depth === 0) return position;
  }
  return bytes.length;
}
