import { rm, writeFile } from "node:fs/promises";
import { bound } from "../binder/bound.ts";
import type { Bound, Column } from "../binder/bound.ts";
import { stringLiteral } from "../binder/literals.ts";
import { contextOf } from "../engine/run.ts";
import type { Run } from "../engine/run.ts";
import { SnowflakeError, unsupported } from "../errors.ts";
import { objectOf } from "../functions/documents.ts";
import { literal, storageType } from "../types/storage.ts";
import { binary, boolean, date, fixed, real, text, time, timestamp, variant } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import type { ParquetFormat } from "./formats.ts";
import type { Sheet } from "./sheets.ts";

/** Reads a Parquet file: `$1` is a document of all columns. A file that is none has one broken record. */
export async function parquetSheet(table: string, bytes: Uint8Array, format: ParquetFormat, run: Run): Promise<Sheet> {
  const { duckdb, bulk } = run.account;
  const path = await bulk.scratch();
  const spot = (row: number) => ({ line: row, character: 1, byteOffset: 0, row, rowStartLine: row, record: "" });
  const sheet = { table, isOpenEnded: false, widths: undefined, spot } as const;
  try {
    await writeFile(path, bytes);
    const source = `read_parquet(${literal(path)}, binary_as_string = false)`;
    const found = await duckdb.run(`DESCRIBE SELECT * FROM ${source}`, run.signal);
    const names = (found.columns[0] ?? []).map(String);
    const values = (found.columns[1] ?? []).map((type, i) => parquetValue(`q.c${i + 1}`, String(type), format));
    const items = ["row_number() OVER () AS r", ...values.map((value, i) => `${value.stored} AS p${i + 1}`)];
    const renamed = names.map((_, i) => `c${i + 1}`).join(", ");
    await duckdb.run(`CREATE TABLE ${table} AS SELECT ${items.join(", ")} FROM ${source} q(${renamed})`, run.signal);
    const rowCount = Number((await duckdb.run(`SELECT count(*) FROM ${table}`)).columns[0]?.[0] ?? 0);
    const columns = values.map(({ type, refused }, i): Column => ({
      name: names[i] ?? "",
      type,
      nullable: true,
      sql: refused ?? `s.p${i + 1}`,
    }));
    return { ...sheet, rowCount, columns: [document(columns, run)], named: new Map(columns.map((one) => [one.name, one])), broken: [] }; // prettier-ignore
  } catch (error) {
    if (run.signal.aborted || !(error instanceof SnowflakeError)) throw error;
    const { cause } = error;
    // Only DuckDB's own errors have a cause that is no refusal of ours.
    const words = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : "";
    if (cause === undefined || words.includes("SNOWFLAKE[")) throw error;
    await duckdb.run(`CREATE TABLE IF NOT EXISTS ${table} (r BIGINT)`);
    const message = `Error parsing the parquet file: ${words.replaceAll(path, "")}`;
    return { ...sheet, rowCount: 1, columns: [], named: new Map(), broken: [{ message, code: "100152", row: 1, field: undefined, spot: spot(1) }] }; // prettier-ignore
  } finally {
    await rm(path, { force: true });
  }
}

/** Makes `$1`: the document of a row, whose members keep the types they have in the file. */
function document(columns: readonly Column[], run: Run): Column {
  const { context } = contextOf(run);
  const members = new Map(columns.map(({ name, sql, type }): [string, Bound] => [name, bound(sql, type)]));
  const pairs = [...members].flatMap(([name, value]) => [stringLiteral(name), value]);
  return { name: "$1", type: variant, nullable: false, sql: objectOf(pairs, context, true).sql, members };
}

interface ParquetValue {
  readonly type: SqlType;
  /** How the value is stored. */
  readonly stored: string;
  /** The expression that throws when the column is used, where the stand-in does not guess what Snowflake makes of it. */
  readonly refused?: string;
}

const integers: Readonly<Record<string, number>> = {
  TINYINT: 3, SMALLINT: 5, INTEGER: 10, BIGINT: 19, HUGEINT: 38, UTINYINT: 3, USMALLINT: 5, UINTEGER: 10, UBIGINT: 20, UHUGEINT: 38,
}; // prettier-ignore

function parquetValue(sql: string, type: string, { binaryAsText, useLogicalType }: ParquetFormat): ParquetValue {
  const digits = integers[type];
  if (digits !== undefined) return { type: fixed(digits, 0), stored: `CAST(${sql} AS DECIMAL(${digits},0))` };
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision !== undefined) return { type: fixed(Number(precision), Number(scale)), stored: sql };
  const logical = (value: ParquetValue): ParquetValue =>
    useLogicalType
      ? value
      : refusedValue(value.type, `A Parquet column of type ${type} without USE_LOGICAL_TYPE = TRUE`);
  switch (type) {
    case "DOUBLE":
    case "FLOAT":
      return { type: real, stored: `CAST(${sql} AS DOUBLE)` };
    case "BOOLEAN":
      return { type: boolean, stored: sql };
    case "VARCHAR":
    case "UUID":
    case "JSON":
      return { type: text(), stored: `CAST(${sql} AS VARCHAR)` };
    case "BLOB":
      return binaryAsText ? { type: text(), stored: `sf_utf8_text(${sql})` } : { type: binary(), stored: sql };
    case "DATE":
      return { type: date, stored: `CAST(${sql} - DATE '1970-01-01' AS INTEGER)` };
    case "TIME":
      return logical({ type: time(), stored: `CAST(epoch_us(${sql}) * 1000 AS BIGINT)` });
    case "TIMESTAMP":
    case "TIMESTAMP_S":
    case "TIMESTAMP_MS":
      return logical({ type: timestamp("timestamp_ntz"), stored: `CAST(epoch_us(${sql}) AS HUGEINT) * 1000` });
    case "TIMESTAMP_NS":
      return logical({ type: timestamp("timestamp_ntz"), stored: `CAST(epoch_ns(${sql}) AS HUGEINT)` });
    case "TIMESTAMP WITH TIME ZONE":
      return logical({ type: timestamp("timestamp_ltz"), stored: `CAST(epoch_us(${sql}) AS HUGEINT) * 1000` });
  }
  if (/\[\]$|^(STRUCT|MAP)\(/.test(type))
    return /BLOB|TIMESTAMP|TIME\b|DATE/.test(type)
      ? refusedValue(variant, `A nested Parquet column of type ${type}`)
      : { type: variant, stored: `sf_parse_json(CAST(to_json(${sql}) AS VARCHAR))` };
  return refusedValue(variant, `A Parquet column of type ${type}`);
}

function refusedValue(type: SqlType, what: string): ParquetValue {
  const carried = `SNOWFLAKE${JSON.stringify(["000002", "0A000", unsupported(what).message])}`;
  return {
    type,
    stored: `CAST(NULL AS ${storageType(type)})`,
    refused: `CAST(error(${literal(carried)}) AS ${storageType(type)})`,
  };
}
