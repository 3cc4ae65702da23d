import { chosenColumns, dictionaryEncoder } from "./dictionaries.ts";
import { plainEncoder, type Encoder } from "./encoder.ts";
import { fieldOf } from "./fields.ts";
import type { Data, RecordBatch, Schema, Table } from "apache-arrow";
import type { Arrow } from "./library.ts";
import type { ColumnBatch } from "../columns/batch.ts";
import type { Column } from "../values/types.ts";

/** How a result is given as Arrow. */
export interface ArrowOptions {
  /**
   * Gives repetitive text as `Dictionary<Utf8, Int32>`: `true` every column of type `text`, or those of these names, whatever is stored as
   * text. A column's distinct texts are held until the result has ended, so memory is flat only where they are few; all batches share
   * them, so they are not to be written into. Batches written as they come send only what is new of a dictionary; who reads them must know
   * such deltas (pyarrow does, polars' own reader does not). A table needs none. Default `false`.
   */
  readonly dictionary?: boolean | readonly string[] | undefined;
}

/** Turns the batches of one result into Arrow's, all of one schema. */
export interface RecordBatches {
  /**
   * Turns the next batch into a `RecordBatch`, without copying its vectors. The first one settles the schema, and may be empty.
   *
   * @throws `INVALID_ARGUMENT` for a column that is to be a dictionary and turns out to hold no text; `INVALID_VALUE` for one whose texts
   *   are too large. Both of effect `unknown`: the statement has run.
   */
  add(batch: ColumnBatch): RecordBatch;
  /** Makes a table of what `add` has given, at least one batch. Its dictionaries are the last ones, each in one chunk. */
  table(batches: readonly RecordBatch[]): Table;
}

/**
 * Makes what turns the batches of one result into `RecordBatch`es.
 *
 * @param columns - the columns of the result. Names that come twice stay.
 * @throws `INVALID_ARGUMENT` for a dictionary of a column that the result does not have, or that can hold no text.
 */
export function recordBatches(arrow: Arrow, columns: readonly Column[], options: ArrowOptions = {}): RecordBatches {
  const chosen = chosenColumns(columns, options.dictionary);
  const encoders = columns.map((column, index) =>
    chosen[index] === true ? dictionaryEncoder(arrow, column) : plainEncoder(arrow),
  );
  let schema: Schema | undefined;

  const encoderAt = (index: number): Encoder => {
    const encoder = encoders[index];
    if (encoder === undefined) throw new Error("each vector is of a column of the result");
    return encoder;
  };

  return {
    add({ length, columns: vectors }) {
      const encoded = vectors.map((vector, index) => ({ vector, data: encoderAt(index).encode(vector) }));
      schema ??= new arrow.Schema(encoded.map(({ vector, data }) => fieldOf(arrow, vector.column, data.type)));
      return recordBatch(
        arrow,
        schema,
        length,
        encoded.map(({ data }) => data),
      );
    },
    table(batches) {
      const unified = batches.map(({ schema, data: { length, children } }) =>
        recordBatch(
          arrow,
          schema,
          length,
          children.map((child, index) => encoderAt(index).unified(child)),
        ),
      );
      return new arrow.Table(unified);
    },
  };
}

function recordBatch(arrow: Arrow, schema: Schema, length: number, children: Data[]): RecordBatch {
  const type = new arrow.Struct(schema.fields);
  const data = arrow.makeData({ type, length, nullCount: 0, children });
  // RecordBatch makes a schema of its own, in which fields of one name take each other's place (Schema.assign of apache-arrow 21).
  return Object.assign(new arrow.RecordBatch(schema, data), { schema });
}
