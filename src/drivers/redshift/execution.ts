import { paysInBinary } from "./binary.ts";
import { damaged } from "./errors.ts";
import { requestOf, type Request } from "./request.ts";
import { ResultRows } from "./rows.ts";
import { WarehouseError, type Phase } from "../../errors.ts";
import type { Call } from "../../call.ts";
import type { CellFormat } from "./cells.ts";
import type { RowSink, WireConnection } from "./connection.ts";
import type { PreparedStatement } from "./prepared-statement.ts";
import type { Field } from "./types.ts";
import type { Batch } from "../../columns/batch.ts";
import type { Execution, Statement, Summary } from "../../driver.ts";
import type { Column } from "../../values/types.ts";

/** What an execution needs of its session. */
export interface ExecutionHost {
  readonly connection: WireConnection;
  readonly prepared: PreparedStatement;
  /** Understands what `pg` reports for the running statement, whose own text begins behind so many characters. */
  error(reported: unknown, phase: Phase, textOffset: number): WarehouseError;
  /** Stops a statement on the server; settles when it has ended or the session is dead. */
  cancel(execution: RedshiftExecution<Batch>): Promise<void>;
  /** Gives the session up: nothing more will come. */
  lost(reported: unknown): void;
}

/**
 * One statement on the wire, in `pg`'s terms a Submittable: `pg` calls `submit` and the handlers, the tap calls `dataRow`.
 *
 * Back-pressure is the socket's: one Execute without a row limit, and a pause while rows wait (Redshift is reported to
 * pass over row limits, so that cursors hold the whole result: node-pg-cursor#14, #38).
 */
export class RedshiftExecution<B extends Batch> implements Execution<B>, RowSink {
  queryId: string | undefined;
  summary: Summary | undefined;
  /** Settles when the columns are known; rejects when the statement failed before. */
  readonly begun: Promise<void>;
  readonly #host: ExecutionHost;
  readonly #statement: Statement<B>;
  readonly #call: Pick<Call, "phase">;
  readonly #request: Request;
  readonly #comment: string;
  readonly #rows: ResultRows<B>;
  #begin: { resolve(): void; reject(error: unknown): void } | undefined;
  #completed = false;
  #command: string | undefined;
  #rowsAffected: number | undefined;
  /** The first thing that went wrong. */
  #failure: { error: unknown } | undefined;
  /** That, from when the caller may know: an error of the server's is told when the session is ready again. */
  #told: { error: unknown } | undefined;
  /** Nothing more is decoded or kept: the statement failed, or nobody reads it. */
  #discarding = false;
  #ended = false;
  #puller: { resolve(batch: B | undefined): void; reject(error: unknown): void } | undefined;

  /** @param comment - what is sent in front of the statement's text. */
  constructor(host: ExecutionHost, statement: Statement<B>, call: Pick<Call, "phase">, comment = "") {
    this.#host = host;
    this.#statement = statement;
    this.#call = call;
    this.#comment = comment;
    this.#rows = new ResultRows(statement);
    const commented = comment === "" ? statement : { ...statement, text: comment + statement.text };
    this.#request = requestOf(host.connection, commented, host.prepared);
    this.begun = new Promise((resolve, reject) => {
      this.#begin = { resolve, reject };
    });
  }

  get columns(): readonly Column[] {
    return this.#rows.columns;
  }

  get ended(): boolean {
    return this.#ended;
  }

  async next(): Promise<B | undefined> {
    if (this.#told !== undefined) throw this.#told.error;
    const batch = this.#takeBatch();
    if (batch !== undefined || this.#ended) return batch;
    return new Promise((resolve, reject) => {
      this.#puller = { resolve, reject };
    });
  }

  async cancel(): Promise<void> {
    if (!this.#ended) this.fail(new WarehouseError("CLOSED", "The statement was cancelled.", { phase: "fetch" }));
    await this.#host.cancel(this);
  }

  /** Fails the statement for the caller now; what the server still sends is dropped. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#told = this.#failure;
    this.#discard();
    this.#begin?.reject(this.#failure.error);
    this.#puller?.reject(this.#failure.error);
    this.#puller = undefined;
  }

  /** Ends the execution: the server is ready for the next statement, or the connection is gone. */
  end(): void {
    if (this.#ended) return;
    this.#decodeFound();
    this.#ended = true;
    if (this.#failure === undefined && !this.#isComplete()) {
      this.#failure = { error: damaged("the end of a result that was not complete") };
      this.#host.lost(this.#failure.error);
    }
    if (this.#failure !== undefined) {
      this.fail(this.#failure.error);
      return;
    }
    this.summary = { command: this.#command, rowsAffected: this.#rowsAffected };
    this.#begin?.resolve();
    this.#deliver();
  }

  /** Only a statement that was not to be run ends without a word of what it has done. */
  #isComplete(): boolean {
    return (this.#completed || this.#statement.describeOnly === true) && !this.#request.owesSync;
  }

  // — what pg calls —

  submit(): null {
    this.#request.begin();
    return null;
  }

  /** Takes the columns, which come twice where they were asked for first: of the statement, then of what it sends. */
  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    if (this.#request.owesSync) {
      const { values } = this.#statement;
      this.#run(fields.map(({ dataTypeID }) => (paysInBinary(dataTypeID, values) ? "binary" : "text")));
      return;
    }
    if (this.#discarding) return;
    try {
      this.#rows.describe(fields);
      this.#begin?.resolve();
    } catch (error) {
      this.#stop(error);
    }
  }

  /** The statement gives no rows. `pg` hands this on to nobody; the session does. */
  handleNoData(): void {
    if (this.#request.owesSync) this.#run([]);
  }

  /** Takes a row that was left to `pg`. */
  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.#discarding) return;
    try {
      this.#rows.add(fields);
    } catch (error) {
      this.#stop(error);
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#completed = true;
    // Redshift's SELECT tag is bare, and a CREATE TABLE AS that counts is still no DML.
    this.#command = /^[A-Z ]+/.exec(text)?.[0].trim();
    const affected = /^(?:INSERT \d+|UPDATE|DELETE|MERGE) (\d+)$/.exec(text)?.[1];
    this.#rowsAffected = affected === undefined ? undefined : Number(affected);
  }

  /** Keeps the error until the session is ready again, so that who catches it may use the session at once. */
  handleError(reported: unknown): void {
    this.#failure ??= { error: this.#host.error(reported, this.#call.phase, Array.from(this.#comment).length) };
    this.#discard();
    this.#request.failed();
    this.#request.sync();
    // After these the server ends the session, and should it not, there is no ReadyForQuery to wait for.
    const { severity } = (reported ?? {}) as { severity?: unknown };
    if (severity === "FATAL" || severity === "PANIC") this.#host.lost(reported);
  }

  handleCopyInResponse(): void {
    this.#request.refuseCopy("COPY FROM STDIN has no source here; use COPY from S3");
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
    this.#completed = true;
  }

  handleReadyForQuery(): void {
    // The session listens for ReadyForQuery itself, which also comes where pg has dropped a failed statement.
  }

  // — what the tap calls —

  dataRow(bytes: Buffer, start: number, end: number): boolean {
    if (this.#discarding) return true;
    if (this.#statement.decoding === "driver") return false;
    try {
      this.#rows.find(bytes, start, end);
    } catch (error) {
      this.#stop(error);
    }
    return true;
  }

  chunkEnd(): void {
    this.#decodeFound();
    this.#deliver();
    if (this.#rows.isFull) this.#host.connection.flow.hold();
  }

  #decodeFound(): void {
    try {
      this.#rows.decodeFound();
    } catch (error) {
      this.#stop(error);
    }
  }

  /** Runs a statement whose columns have been told, unless nobody waits for it any more. */
  #run(formats: readonly CellFormat[]): void {
    if (this.#discarding) this.#request.sync();
    else this.#request.run(formats);
  }

  /** Fails the statement and stops it on the server, which goes on otherwise. */
  #stop(error: unknown): void {
    if (this.#discarding) return;
    this.fail(error);
    void this.#host.cancel(this);
  }

  #deliver(): void {
    const puller = this.#puller;
    if (puller === undefined) return;
    const batch = this.#takeBatch();
    if (batch === undefined && !this.#ended) return;
    this.#puller = undefined;
    puller.resolve(batch);
  }

  #takeBatch(): B | undefined {
    const batch = this.#rows.take(this.#ended);
    if (!this.#rows.isFull) this.#host.connection.flow.release();
    return batch;
  }

  #discard(): void {
    this.#discarding = true;
    this.#rows.discard();
    this.#host.connection.flow.release();
  }
}
