import { fetchChunk, type ChunkRequest } from "./chunks.ts";
import { cellDecoder } from "./cells.ts";
import { RowScanner } from "./scan.ts";
import { columnsOf } from "./types.ts";
import { rowBuilder, type RowBuilder } from "../../columns/rows.ts";
import { WarehouseError, withoutSecrets } from "../../errors.ts";
import { firstDml, type Result } from "./result.ts";
import type { Call } from "../../call.ts";
import type { Batch, Execution, Statement, Summary } from "../../driver.ts";
import type { Column } from "../../values/types.ts";

/** Rows a batch, so that decoding never holds the event loop for long. */
const batchRows = 4_096;
/** Chunks on their way besides the one that is being read. */
const chunksAhead = 2;

const firstFileTransfer = 0x3600;
const firstSessionControl = 0x4000;

/** Reads the result of a statement that has run: its first rows from the answer, the others chunk by chunk. */
export class SnowflakeExecution implements Execution {
  readonly columns: readonly Column[];
  readonly queryId: string | undefined;
  summary: Summary | undefined;
  readonly #result: Result;
  readonly #request: Omit<ChunkRequest, "signal">;
  readonly #builder: RowBuilder;
  /** Ends the downloads. */
  readonly #stop = new AbortController();
  readonly #release: () => void;
  readonly #downloads: Promise<Buffer>[] = [];
  #scanner: RowScanner;
  #nextChunk = 0;
  #rows = 0;
  #failure: { error: unknown } | undefined;

  constructor(
    result: Result,
    statement: Statement,
    request: Omit<ChunkRequest, "signal">,
    call: Call,
    whenEnded: () => void,
  ) {
    this.queryId = result.queryId;
    this.#result = result;
    this.#request = request;
    const columns = columnsOf(result.rowtype);
    this.#builder = rowBuilder(
      columns,
      columns.map(({ type, nativeType }) => cellDecoder(type, nativeType, statement.values)),
      statement.rowMode,
    );
    const { bytes, start, end } = result.inline;
    this.#scanner = new RowScanner(bytes, start, end);
    const forget = call.onAbort((reason) => this.#fail(reason));
    this.#release = () => {
      forget();
      whenEnded();
    };
    this.columns = givesRows(result) ? columns : [];
    if (this.columns.length === 0) this.#finish(rowsAffected(result));
  }

  async next(): Promise<Batch | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.summary !== undefined) return undefined;
      try {
        if (this.#scanner.read(this.#builder, this.#result.rowtype.length, batchRows)) return this.#batch();
        await this.#advance();
      } catch (error) {
        throw this.#fail(error);
      }
      if (this.#builder.length > 0) return this.#batch();
    }
  }

  /** The statement has ended on the server; what is left to stop is the downloads. */
  async cancel(): Promise<void> {
    this.#fail(new WarehouseError("CLOSED", "The statement was cancelled.", { phase: "fetch" }));
    return Promise.resolve();
  }

  #batch(): Batch {
    const batch = this.#builder.take();
    this.#rows += batch.rows.length;
    return batch;
  }

  /** Goes on to the next chunk, or ends the result. */
  async #advance(): Promise<void> {
    this.#checkChunk();
    const { chunks, returned } = this.#result;
    this.#prefetch();
    const download = this.#downloads.shift();
    if (download !== undefined) {
      const bytes = await download;
      this.#nextChunk++;
      this.#scanner = new RowScanner(bytes);
      return;
    }
    const rows = this.#rows + this.#builder.length;
    if (chunks.length === this.#nextChunk && returned !== undefined && rows !== returned) {
      throw new Error(`the server announced ${returned} rows and sent ${rows}`);
    }
    this.#finish(undefined);
  }

  #checkChunk(): void {
    const chunk = this.#result.chunks[this.#nextChunk - 1];
    if (chunk !== undefined && chunk.rowCount !== this.#scanner.rows) {
      throw new Error(`a part of the result holds ${this.#scanner.rows} rows instead of ${chunk.rowCount}`);
    }
  }

  #prefetch(): void {
    const { chunks } = this.#result;
    while (this.#downloads.length <= chunksAhead) {
      const chunk = chunks[this.#nextChunk + this.#downloads.length];
      if (chunk === undefined) return;
      const download = fetchChunk(chunk, { ...this.#request, signal: this.#stop.signal });
      // It may fail while an earlier chunk is still read; whoever comes to it sees that then.
      download.catch(() => undefined);
      this.#downloads.push(download);
    }
  }

  #finish(affected: number | undefined): void {
    this.summary = { command: undefined, rowsAffected: affected };
    this.#release();
  }

  #fail(error: unknown): unknown {
    if (this.#failure === undefined && this.summary === undefined) {
      const known = WarehouseError.is(error) || this.#stop.signal.aborted || !(error instanceof Error);
      this.#failure = { error: known ? error : damaged(error) };
      this.#stop.abort();
      this.#downloads.length = 0;
      this.#release();
    }
    return this.#failure?.error ?? error;
  }
}

/** DML answers with counts and DDL with a status line: neither is the caller's rows. COPY's rows are, and so are SHOW's. */
function givesRows(result: Result): boolean {
  const { statementTypeId = 0, rowtype } = result;
  if (isDml(result)) return false;
  if (statementTypeId >= firstSessionControl)
    return !(rowtype.length === 1 && rowtype[0]?.name.toLowerCase() === "status");
  return true;
}

/** Adds up the counts of a DML's answer: rows inserted, updated and deleted. `multi-joined rows updated` counts some of them twice. */
function rowsAffected(result: Result): number | undefined {
  if (!isDml(result)) return undefined;
  const { rowtype, inline } = result;
  let sum = 0;
  try {
    const rows = JSON.parse(`[${inline.bytes.toString("utf8", inline.start, inline.end)}]`) as (string | null)[][];
    rowtype.forEach(({ name }, index) => {
      if (/^number of rows (?:inserted|updated|deleted)/i.test(name)) sum += Number(rows[0]?.[index] ?? 0);
    });
  } catch {
    sum = NaN;
  }
  // No cause: the engine's message quotes the answer.
  if (!Number.isSafeInteger(sum)) throw damaged(new Error("its counts of rows cannot be read"));
  return sum;
}

/** A server that does not say what kind of statement it was shows DML by its columns. */
function isDml({ statementTypeId, rowtype }: Result): boolean {
  if (statementTypeId !== undefined) return statementTypeId >= firstDml && statementTypeId < firstFileTransfer;
  return rowtype.length > 0 && rowtype.every(({ name }) => /^number of (?:rows|multi-joined rows) /i.test(name));
}

function damaged(error: Error): WarehouseError {
  return new WarehouseError("CONNECTION", `The result could not be read to its end: ${error.message}.`, {
    phase: "fetch",
    effect: "unknown",
    cause: withoutSecrets(error),
  });
}
