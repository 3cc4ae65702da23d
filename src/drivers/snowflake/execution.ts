import { cellReader } from "./cells.ts";
import { damaged, givesRows, rowsAffected } from "./outcome.ts";
import { columnsOf } from "./types.ts";
import { WarehouseError } from "../../errors.ts";
import type { Result } from "./result.ts";
import type { RowSource } from "./rows.ts";
import type { Call } from "../../call.ts";
import type { Batch, BatchBuilder } from "../../columns/batch.ts";
import type { Execution, Statement, Summary } from "../../driver.ts";
import type { Column } from "../../values/types.ts";

/** Reads the result of a statement that has run. */
export class SnowflakeExecution<B extends Batch> implements Execution<B> {
  readonly columns: readonly Column[];
  readonly queryId: string | undefined;
  summary: Summary | undefined;
  readonly #builder: BatchBuilder<B>;
  readonly #release: () => void;
  /** Gone when the result has ended: it may hold much. */
  #rows: RowSource | undefined;
  /** Whether all rows have been read. The last of them may still have to be taken. */
  #complete = false;
  #failure: { error: unknown } | undefined;
  /** Ends the `next()` that waits. */
  #interrupt: ((error: unknown) => void) | undefined;

  /**
   * @param open - opens the result's rows, if it has any.
   * @param whenEnded - told once that nothing more is done for the statement.
   */
  constructor(result: Result, statement: Statement<B>, call: Call, open: () => RowSource, whenEnded: () => void) {
    this.queryId = result.queryId;
    const columns = columnsOf(result.rowtype);
    this.#builder = statement.shape.builder(
      columns,
      columns.map((column) => cellReader(column, statement.values)),
    );
    // An abort that is there already is told at once, before there is anything to forget.
    let forget = () => undefined as unknown;
    this.#release = () => {
      forget();
      whenEnded();
    };
    forget = call.onAbort((reason) => this.#leave(reason));
    this.columns = givesRows(result) ? columns : [];
    if (this.columns.length === 0) this.#finish(rowsAffected(result));
    else if (this.#failure === undefined) this.#rows = open();
  }

  async next(): Promise<B | undefined> {
    if (this.#failure !== undefined) throw this.#failure.error;
    const rows = this.#rows;
    if (rows === undefined) return undefined;
    return new Promise((resolve, reject) => {
      this.#interrupt = reject;
      this.#pull(rows).then(resolve, (error: unknown) => this.#fail(error));
    });
  }

  /** The statement has ended on the server; what is left to stop is the downloads. */
  async cancel(): Promise<void> {
    this.#leave(new WarehouseError("CLOSED", "The statement was cancelled.", { phase: "fetch" }));
    return Promise.resolve();
  }

  async #pull(rows: RowSource): Promise<B | undefined> {
    for (;;) {
      const batch = this.#builder.take(this.#complete);
      if (batch !== undefined) return batch;
      if (this.#complete) break;
      const more = await rows.fill(this.#builder);
      if (this.#failure !== undefined) throw this.#failure.error;
      this.#complete = !more;
    }
    this.#finish(undefined);
    return undefined;
  }

  #finish(affected: number | undefined): void {
    this.summary = { command: undefined, rowsAffected: affected };
    this.#rows = undefined;
    this.#release();
  }

  #fail(error: unknown): void {
    this.#leave(WarehouseError.is(error) || !(error instanceof Error) ? error : damaged(error));
  }

  /** Ends the reading, and what waits for it, with a reason that is told as it is. */
  #leave(reason: unknown): void {
    if (this.#failure !== undefined || this.summary !== undefined) return;
    this.#failure = { error: reason };
    this.#rows?.stop();
    this.#rows = undefined;
    this.#interrupt?.(reason);
    this.#release();
  }
}
