import { cellDecoder } from "./cells.ts";
import { damaged, givesRows, rowsAffected } from "./outcome.ts";
import { columnsOf } from "./types.ts";
import { rowBuilder, type RowBuilder } from "../../columns/rows.ts";
import { WarehouseError } from "../../errors.ts";
import type { Result } from "./result.ts";
import type { RowSource } from "./rows.ts";
import type { Call } from "../../call.ts";
import type { Batch, Execution, Statement, Summary } from "../../driver.ts";
import type { Column } from "../../values/types.ts";

/** Reads the result of a statement that has run. */
export class SnowflakeExecution implements Execution {
  readonly columns: readonly Column[];
  readonly queryId: string | undefined;
  summary: Summary | undefined;
  readonly #builder: RowBuilder;
  readonly #release: () => void;
  /** Gone when the result has ended: it may hold much. */
  #rows: RowSource | undefined;
  #failure: { error: unknown } | undefined;
  /** Ends the `next()` that waits. */
  #interrupt: ((error: unknown) => void) | undefined;

  /**
   * @param open - opens the result's rows, if it has any.
   * @param whenEnded - told once that nothing more is done for the statement.
   */
  constructor(result: Result, statement: Statement, call: Call, open: () => RowSource, whenEnded: () => void) {
    this.queryId = result.queryId;
    const columns = columnsOf(result.rowtype);
    this.#builder = rowBuilder(
      columns,
      columns.map(({ type, nativeType }) => cellDecoder(type, nativeType, statement.values)),
      statement.rowMode,
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

  async next(): Promise<Batch | undefined> {
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

  async #pull(rows: RowSource): Promise<Batch | undefined> {
    const more = await rows.fill(this.#builder);
    if (this.#failure !== undefined) throw this.#failure.error;
    if (!more) this.#finish(undefined);
    return this.#builder.length > 0 ? this.#builder.take() : undefined;
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
