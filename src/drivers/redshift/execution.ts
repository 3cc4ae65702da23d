import { cellDecoder } from "./cells.ts";
import { wireParameter } from "./params.ts";
import { columnOf, type Field } from "./types.ts";
import { rowBuilder, type RowBuilder } from "../../columns/rows.ts";
import { WarehouseError } from "../../errors.ts";
import type { RowSink, WireConnection } from "./connection.ts";
import type { Batch, Execution, Statement, Summary } from "../../driver.ts";
import type { Column } from "../../values/types.ts";

/** What an execution needs of its session. */
export interface ExecutionHost {
  readonly connection: WireConnection;
  /** Understands what `pg` reports for the running statement. */
  error(reported: unknown): WarehouseError;
  /** Stops the statement on the server; settles when it has ended or the session is dead. */
  cancel(): Promise<void>;
  /** Gives the session up: nothing more will come. */
  lost(reported: unknown): void;
}

/** So many finished rows, or bytes of them, may wait for the consumer before the socket is paused. */
const waitingRowsMax = 2_048;
const waitingBytesMax = 1 << 20;

/**
 * One statement on the wire, in `pg`'s terms a Submittable: `pg` calls `submit` and the handlers, the tap calls `dataRow`.
 *
 * Back-pressure is the socket's: one Execute without a row limit, and a pause while rows wait (cursors and row limits do not
 * work on Redshift: facts/redshift.md §5).
 */
export class RedshiftExecution implements Execution, RowSink {
  columns: readonly Column[] = [];
  queryId: string | undefined;
  summary: Summary | undefined;
  /** Settles when the columns are known; rejects when the statement failed before. */
  readonly begun: Promise<void>;
  readonly #host: ExecutionHost;
  readonly #statement: Statement;
  #begin: { resolve(): void; reject(error: unknown): void } | undefined;
  #builder: RowBuilder | undefined;
  #command: string | undefined;
  #rowsAffected: number | undefined;
  /** The first thing that went wrong. */
  #failure: { error: unknown } | undefined;
  /** Nothing more is decoded or kept: the statement failed, or nobody reads it. */
  #discarding = false;
  #ended = false;
  #paused = false;
  #puller: { resolve(batch: Batch | undefined): void; reject(error: unknown): void } | undefined;

  constructor(host: ExecutionHost, statement: Statement) {
    this.#host = host;
    this.#statement = statement;
    this.begun = new Promise((resolve, reject) => {
      this.#begin = { resolve, reject };
    });
    // Whoever waits sees the failure; the promise itself must not be an unhandled rejection when an abort came first.
    this.begun.catch(() => undefined);
  }

  get ended(): boolean {
    return this.#ended;
  }

  async next(): Promise<Batch | undefined> {
    if (this.#failure !== undefined) throw this.#failure.error;
    const batch = this.#takeBatch();
    if (batch !== undefined || this.#ended) return batch;
    return new Promise((resolve, reject) => {
      this.#puller = { resolve, reject };
    });
  }

  async cancel(): Promise<void> {
    if (!this.#ended) this.fail(new WarehouseError("CLOSED", "The statement was cancelled.", { phase: "fetch" }));
    await this.#host.cancel();
  }

  /** Fails the statement for the caller now; what the server still sends is dropped. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#discard();
    this.#begin?.reject(this.#failure.error);
    this.#puller?.reject(this.#failure.error);
    this.#puller = undefined;
  }

  /** Ends the execution: the server is ready for the next statement, or the connection is gone. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#failure !== undefined) {
      this.fail(this.#failure.error);
      return;
    }
    this.summary = { command: this.#command, rowsAffected: this.#rowsAffected };
    this.#begin?.resolve();
    this.#deliver();
  }

  // — what pg calls —

  submit(connection: WireConnection): null {
    const { text, binds, describeOnly } = this.#statement;
    if (binds.length === 0 && describeOnly !== true) {
      connection.query(text);
      return null;
    }
    const parameters = binds.map(wireParameter);
    connection.stream.cork();
    connection.parse({ text, name: "", types: parameters.map(({ oid }) => oid) });
    if (describeOnly === true) {
      connection.describe({ type: "S", name: "" });
    } else {
      connection.bind({ values: parameters.map((parameter) => parameter.text), binary: false });
      connection.describe({ type: "P", name: "" });
      connection.execute({ portal: "", rows: 0 });
    }
    connection.sync();
    connection.stream.uncork();
    return null;
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.columns = fields.map(columnOf);
    const { values, rowMode } = this.#statement;
    const decoders = this.columns.map(({ type }) => cellDecoder(type, values));
    this.#builder = rowBuilder(this.columns, decoders, rowMode);
    this.#begin?.resolve();
  }

  /** A row that `pg` has read; its texts are read as the cells they were. */
  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.#discarding) return;
    this.#read((builder) => readFields(builder, fields, this.columns.length));
  }

  handleCommandComplete({ text }: { text: string }): void {
    // Redshift's SELECT tag is bare, and a CREATE TABLE AS that counts is still no DML.
    this.#command = /^[A-Z ]+/.exec(text)?.[0].trim();
    const affected = /^(?:INSERT \d+|UPDATE|DELETE|MERGE) (\d+)$/.exec(text)?.[1];
    this.#rowsAffected = affected === undefined ? undefined : Number(affected);
  }

  /** Keeps the error until the session is ready again, so that who catches it may use the session at once. */
  handleError(reported: unknown): void {
    this.#failure ??= { error: this.#host.error(reported) };
    this.#discard();
    // After these the server ends the session, and should it not, there is no ReadyForQuery to wait for.
    const { severity } = (reported ?? {}) as { severity?: unknown };
    if (severity === "FATAL" || severity === "PANIC") this.#host.lost(reported);
  }

  handleCopyInResponse(connection: WireConnection): void {
    connection.sendCopyFail("COPY FROM STDIN has no source here; use COPY from S3");
  }

  /** Stops a COPY that sends its own kind of data, at its announcement already. */
  handleCopyData(): void {
    this.#stop(
      new WarehouseError("UNSUPPORTED", "COPY TO STDOUT has nowhere to go here: select the rows, or use UNLOAD to S3."),
    );
  }

  handlePortalSuspended(): void {
    const message = "The server stopped in the middle of the result, though nobody had asked for a part of it.";
    this.#stop(new WarehouseError("QUERY", message, { phase: "fetch", effect: "unknown" }));
  }

  handleEmptyQuery(): void {
    // Nothing was asked, so nothing comes; ReadyForQuery ends it.
  }

  handleReadyForQuery(): void {
    // The session listens for ReadyForQuery itself, which also comes where pg has dropped a failed statement.
  }

  // — what the tap calls —

  dataRow(bytes: Buffer, start: number, end: number): boolean {
    if (this.#discarding) return true;
    if (this.#statement.decoding === "driver") return false;
    this.#read((builder) => readRow(builder, bytes, start, end, this.columns.length));
    return true;
  }

  chunkEnd(): void {
    if (this.#puller !== undefined) this.#deliver();
    else if (!this.#paused && this.#isFull()) {
      this.#paused = true;
      this.#host.connection.stream.pause();
    }
  }

  #isFull(): boolean {
    return (
      this.#builder !== undefined && (this.#builder.length >= waitingRowsMax || this.#builder.bytes >= waitingBytesMax)
    );
  }

  #read(into: (builder: RowBuilder) => void): void {
    try {
      if (this.#builder === undefined) throw damaged("a row before its columns");
      into(this.#builder);
    } catch (error) {
      this.#stop(error);
    }
  }

  /** Fails the statement and stops it on the server, which goes on otherwise. */
  #stop(error: unknown): void {
    if (this.#discarding) return;
    this.fail(error);
    void this.#host.cancel();
  }

  #deliver(): void {
    const puller = this.#puller;
    if (puller === undefined) return;
    const batch = this.#takeBatch();
    if (batch === undefined && !this.#ended) return;
    this.#puller = undefined;
    puller.resolve(batch);
  }

  #takeBatch(): Batch | undefined {
    if (this.#builder === undefined || this.#builder.length === 0) return undefined;
    const batch = this.#builder.take();
    this.#flow();
    return batch;
  }

  #discard(): void {
    this.#discarding = true;
    this.#builder = undefined;
    this.#flow();
  }

  #flow(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#host.connection.stream.resume();
  }
}

/** A DataRow: `D`, int32 length, int16 number of cells, and for each cell int32 length (−1: NULL) and its bytes. */
function readRow(builder: RowBuilder, bytes: Buffer, start: number, end: number, columns: number): void {
  // What follows a message is another one: each length is held against this one's end before it is believed.
  if (start + 7 > end) throw damaged("a row without its number of cells");
  const cells = bytes.readInt16BE(start + 5);
  if (cells !== columns) throw damaged(`a row of ${cells} cells for ${columns} columns`);
  builder.start();
  let position = start + 7;
  for (let column = 0; column < cells; column++) {
    if (position + 4 > end) throw damaged("a row that is cut short");
    const length = bytes.readInt32BE(position);
    position += 4;
    if (length === -1) continue;
    if (length < 0 || position + length > end) throw damaged("a cell that is longer than its row");
    builder.cell(column, bytes, position, position + length);
    position += length;
  }
  if (position !== end) throw damaged("a row that is longer than its cells");
  builder.end(end - start);
}

function readFields(builder: RowBuilder, fields: readonly (string | null)[], columns: number): void {
  if (fields.length !== columns) throw damaged(`a row of ${fields.length} cells for ${columns} columns`);
  // What the message took, whose cells these were.
  let bytes = 7 + 4 * columns;
  builder.start();
  for (const [column, field] of fields.entries()) {
    if (field === null) continue;
    const cell = Buffer.from(field);
    builder.cell(column, cell, 0, cell.length);
    bytes += cell.length;
  }
  builder.end(bytes);
}

function damaged(what: string): WarehouseError {
  return new WarehouseError("CONNECTION", `The server sent ${what}; the stream is damaged.`, {
    phase: "fetch",
    effect: "unknown",
  });
}
