import parquetjs from "@dsnp/parquetjs";
import { fileWriter, parquetWriteRows } from "hyparquet-writer";
import pg from "pg";
import { parsing, streaming } from "./query-stream.mjs";

const { INT8: bigint, NUMERIC: numeric } = pg.types.builtins;
const snappy = { compression: "SNAPPY", optional: true };
const decimal = { precision: 12, scale: 2 };

/** The table `mixed`. parquetjs multiplies a decimal's double and cuts what it gets, which loses a cent here and there. */
const schema = new parquetjs.ParquetSchema({
  id: { type: "INT32", ...snappy },
  big: { type: "INT64", ...snappy },
  score: { type: "DOUBLE", ...snappy },
  amount: { type: "DECIMAL", ...decimal, ...snappy },
  code: { type: "UTF8", ...snappy },
  active: { type: "BOOLEAN", ...snappy },
  day: { type: "DATE", ...snappy },
  at: { type: "TIMESTAMP_MICROS", ...snappy },
  seen: { type: "TIMESTAMP_MICROS", ...snappy },
  note: { type: "UTF8", ...snappy },
});

async function writeParquetjs(rows, path) {
  const writer = await parquetjs.ParquetWriter.openFile(schema, path);
  for await (const row of rows) await writer.appendRow(row);
  await writer.close();
}

const element = (name, type, more) => ({ name, type, repetition_type: "OPTIONAL", ...more });
const elements = [
  { name: "root", num_children: 10 },
  element("id", "INT32"),
  element("big", "INT64"),
  element("score", "DOUBLE"),
  element("amount", "INT64", { converted_type: "DECIMAL", ...decimal }),
  element("code", "BYTE_ARRAY", { converted_type: "UTF8" }),
  element("active", "BOOLEAN"),
  element("day", "INT32", { converted_type: "DATE" }),
  element("at", "INT64", { converted_type: "TIMESTAMP_MICROS" }),
  element("seen", "INT64", { converted_type: "TIMESTAMP_MICROS" }),
  element("note", "BYTE_ARRAY", { converted_type: "UTF8" }),
];
const columns = elements.slice(1).map(({ name }) => ({ name }));

/** In groups of rows as it makes them by itself: 1,000, and then 100,000 each. */
const writeHyparquet = (rows, path) => parquetWriteRows({ writer: fileWriter(path), rows, columns, schema: elements });

/** Both take moments as Dates, whose microseconds are lost. */
export const variants = {
  parquetjs: streaming("parquet", writeParquetjs, parsing({ [numeric]: Number })),
  /** Decimals are exact if they come without their point. */
  hyparquet: streaming(
    "parquet",
    writeHyparquet,
    parsing({ [bigint]: BigInt, [numeric]: (text) => BigInt(text.replace(".", "")) }),
  ),
};
