import type { Data, DataType } from "apache-arrow";
import type { Arrow } from "./library.ts";
import type { ColumnVector } from "../columns/vectors.ts";

/** Turns one column of a result into Arrow's data, batch by batch. */
export interface Encoder {
  /** Turns the column's vector of the next batch. All that it gives is of one type. */
  encode(vector: ColumnVector): Data;
  /** Gives the same cells as what needs no other batch to be read. */
  unified(data: Data): Data;
}

/** Makes what wraps the vectors of a column: their memory already has Arrow's layout. */
export function plainEncoder(arrow: Arrow): Encoder {
  const { OFFSET, DATA, VALIDITY } = arrow.BufferType;
  let type: DataType | undefined;
  return {
    encode(vector) {
      type ??= typeOf(arrow, vector);
      return new arrow.Data(type, 0, vector.length, vector.nulls, {
        ...("offsets" in vector && { [OFFSET]: vector.offsets }),
        [DATA]: vector.values,
        ...(vector.validity && { [VALIDITY]: vector.validity }),
      });
    },
    unified: (data) => data,
  };
}

/** Gives the Arrow type that has a vector's layout. */
function typeOf(arrow: Arrow, vector: ColumnVector): DataType {
  switch (vector.layout) {
    case "int16":
      return new arrow.Int16();
    case "int32":
      return new arrow.Int32();
    case "int64":
      return new arrow.Int64();
    case "float64":
      return new arrow.Float64();
    case "decimal128":
      return new arrow.Decimal(vector.scale, vector.precision, 128);
    case "boolean":
      return new arrow.Bool();
    case "date":
      return new arrow.DateDay();
    case "time":
      return vector.unit === "microsecond" ? new arrow.TimeMicrosecond() : new arrow.TimeNanosecond();
    case "timestamp":
      return vector.unit === "microsecond"
        ? new arrow.TimestampMicrosecond(vector.zone ?? null)
        : new arrow.TimestampNanosecond(vector.zone ?? null);
    case "utf8":
    case "json":
      return new arrow.Utf8();
    case "binary":
      return new arrow.Binary();
  }
}
