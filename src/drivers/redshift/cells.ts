import { binaryStorageOf } from "./binary.ts";
import { isoTime, isoTimestamp, isoTimeTz, readDate, readDays, readTime, readTimestamp } from "./moments.ts";
import { dateStorage, int64Words, momentWords } from "../../columns/fixed-storage.ts";
import { plainReader, type CellReader } from "../../columns/reader.ts";
import { rewrittenStorage } from "../../columns/variable-storage.ts";
import { text } from "../../values/decode.ts";
import { momentDecoder } from "../../values/moment.ts";
import { recurring } from "../../values/recurring.ts";
import type { Column, ValuePolicy } from "../../values/types.ts";

/** How the cells of a column come. */
export type CellFormat = "text" | "binary";

/** Chooses how a DataRow's cells are decoded. The one place where Redshift's values are. */
export function cellReader(column: Column, policy: ValuePolicy, format: CellFormat = "text"): CellReader {
  const reader = textReader(column, policy);
  return format === "text" ? reader : { ...reader, storage: (options) => binaryStorageOf(column, options) };
}

function textReader(column: Column, policy: ValuePolicy): CellReader {
  const { type } = column;
  switch (type) {
    case "date":
      return {
        value: momentDecoder(text(), readDate, policy),
        storage: () => dateStorage(readDays),
      };
    case "timestamp":
    case "timestamptz":
      return {
        value: momentDecoder(isoTimestamp, readTimestamp, policy),
        storage: ({ timeUnit: unit = "microsecond" }) => {
          const zone = type === "timestamptz" ? "UTC" : undefined;
          return int64Words(momentWords(readTimestamp, unit), (values) => ({
            layout: "timestamp",
            values,
            unit,
            zone,
          }));
        },
      };
    case "time":
      return {
        value: recurring(isoTime),
        storage: ({ timeUnit: unit = "microsecond" }) =>
          int64Words(momentWords(readTime, unit), (values) => ({ layout: "time", values, unit })),
      };
    case "timetz":
      return { value: recurring(isoTimeTz), storage: () => rewrittenStorage(isoTimeTz) };
    default:
      return plainReader(column, type, policy);
  }
}
