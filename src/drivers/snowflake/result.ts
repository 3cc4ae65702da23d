import { damaged, firstOfKind } from "./outcome.ts";
import { findMember, isArray, type Span } from "./members.ts";

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
  /** In bytes, gzipped. */
  readonly compressedSize?: number | null;
  /** In bytes, unpacked. */
  readonly uncompressedSize?: number | null;
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

/** An answer that has been read once: everything but its cells. */
export interface Answer {
  readonly bytes: Buffer;
  /** Where the array of `data.rowset` is. */
  readonly rowset: Span | undefined;
  readonly envelope: Envelope;
}

interface Envelope {
  readonly success?: boolean;
  readonly code?: string | null;
  readonly data?: {
    readonly rowtype?: readonly RowType[];
    readonly rowset?: unknown;
    readonly chunks?: readonly ChunkReference[] | null;
    readonly chunkHeaders?: Readonly<Record<string, string>> | null;
    readonly qrmk?: string | null;
    readonly returned?: number | null;
    readonly statementTypeId?: number | null;
    readonly queryId?: string | null;
    readonly getResultUrl?: string | null;
    readonly queryResultFormat?: string | null;
  } | null;
}

/** Reads an answer without looking at its cells; one that cannot be read says nothing. */
export function readAnswer(bytes: Buffer): Answer {
  const rowset = findRowset(bytes);
  return { bytes, rowset, envelope: parseAround(bytes, rowset) };
}

/**
 * Gives the result that an answer holds; `undefined` for one that is no result: a refusal, the notice that the result is not there
 * yet, or nothing that can be read.
 *
 * @throws `CONNECTION`, phase `fetch`, for a result in a form that was not asked for.
 */
export function readResult({ bytes, rowset, envelope }: Answer): Result | undefined {
  const { success, data } = envelope;
  if (success !== true || !Array.isArray(data?.rowtype) || !data.rowtype.every(isRowType)) return undefined;
  const format = data.queryResultFormat ?? "json";
  if (format !== "json") throw damaged(`the server sent it as ${format}, which was not asked for`);
  const statementTypeId = data.statementTypeId ?? undefined;
  const chunks = data.chunks ?? [];
  if (!Array.isArray(chunks) || !chunks.every(isChunk)) throw damaged("the server did not say where its parts are");
  if (rowset === undefined && (data.rowset ?? undefined) !== undefined) throw damaged("its rows are no list");
  // A query without rows has an empty rowset; without any, its rows are lost.
  if (rowset === undefined && chunks.length === 0 && (statementTypeId ?? 0) < firstOfKind.dml) return undefined;
  const inside = rowset === undefined ? { start: 0, end: 0 } : { start: rowset.start + 1, end: rowset.end - 1 };
  return {
    rowtype: data.rowtype,
    chunks,
    chunkHeaders: data.chunkHeaders ?? masterKeyHeaders(data.qrmk),
    returned: data.returned ?? undefined,
    statementTypeId,
    queryId: data.queryId ?? undefined,
    inline: { bytes, ...inside },
  };
}

/** Reads the code of an answer that says no; `undefined` for any other. */
export function refusalCode({ envelope: { success, code } }: Answer): string | undefined {
  return success === false ? (code ?? undefined) : undefined;
}

/** Reads where the result of a statement that still runs will be; `undefined` for any other answer. */
export function progressOf({ envelope: { code, data } }: Answer): string | undefined {
  return code === "333333" || code === "333334" ? (data?.getResultUrl ?? undefined) : undefined;
}

/** Tells whether what describes a column does. */
export function isRowType(value: unknown): boolean {
  const { name, type } = (value ?? {}) as Partial<RowType>;
  return typeof name === "string" && typeof type === "string";
}

function isChunk(value: unknown): boolean {
  const { url, rowCount } = (value ?? {}) as Partial<ChunkReference>;
  return typeof url === "string" && URL.canParse(url) && typeof rowCount === "number";
}

/** Without headers of their own, chunks are asked for with the result's master key, as by snowflake-sdk. */
function masterKeyHeaders(key: string | null | undefined): Readonly<Record<string, string>> {
  if (key === undefined || key === null) return {};
  return {
    "x-amz-server-side-encryption-customer-algorithm": "AES256",
    "x-amz-server-side-encryption-customer-key": key,
  };
}

function parseAround(answer: Buffer, rowset: Span | undefined): Envelope {
  const { start, end } = rowset ?? { start: answer.length, end: answer.length };
  try {
    const source = `${answer.toString("utf8", 0, start)}${rowset === undefined ? "" : "[]"}${answer.toString("utf8", end)}`;
    return (JSON.parse(source) as Envelope | null) ?? {};
  } catch {
    return {};
  }
}

/** Finds the array of `data.rowset`. */
function findRowset(answer: Buffer): Span | undefined {
  const data = findMember(answer, 0, "data");
  const rowset = data && findMember(answer, data.start, "rowset");
  return rowset !== undefined && isArray(answer, rowset) ? rowset : undefined;
}
