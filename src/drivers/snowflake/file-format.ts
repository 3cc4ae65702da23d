import { textLiteral } from "../../sql/literals.ts";
import type { BulkCompression, CsvForm, LoadOrder, UnloadOrder } from "../../bulk-engine.ts";

const words: Readonly<Record<BulkCompression, string>> = { none: "NONE", gzip: "GZIP", zstd: "ZSTD", bzip2: "BZ2" };

/** Writes how files are written (docs.snowflake.com, "COPY INTO <location>", FILE_FORMAT). */
export function writtenFormat({ format, csv, compression }: UnloadOrder): string {
  if (format === "parquet") return "TYPE = PARQUET COMPRESSION = SNAPPY";
  const common = `TYPE = ${format.toUpperCase()} COMPRESSION = ${words[compression]}`;
  if (format === "json") return common;
  // Text stands in quotes, so that what is written for NULL never is one.
  return `${common} ${fields(csv)} NULL_IF = (${textLiteral(csv.nullAs)}) EMPTY_FIELD_AS_NULL = FALSE`;
}

/** Writes how files are read (docs.snowflake.com, "COPY INTO <table>", FILE_FORMAT). Without a compression the server goes by the files' names. */
export function readFormat({ format, csv, compression, match }: LoadOrder): string {
  // As their writer says: without the one times are numbers, without the other bytes are text.
  if (format === "parquet") return "TYPE = PARQUET USE_LOGICAL_TYPE = TRUE BINARY_AS_TEXT = FALSE";
  const common = `TYPE = ${format.toUpperCase()} COMPRESSION = ${compression === "none" ? "AUTO" : words[compression]}`;
  if (format === "json") return common;
  const header = match === "name" ? "PARSE_HEADER = TRUE" : `SKIP_HEADER = ${csv.header ? 1 : 0}`;
  const nulls =
    csv.nullAs === ""
      ? "NULL_IF = () EMPTY_FIELD_AS_NULL = TRUE"
      : `NULL_IF = (${textLiteral(csv.nullAs)}) EMPTY_FIELD_AS_NULL = FALSE`;
  return `${common} ${header} ${fields(csv)} ${nulls} ERROR_ON_COLUMN_COUNT_MISMATCH = TRUE`;
}

function fields({ delimiter }: CsvForm): string {
  return `FIELD_DELIMITER = ${textLiteral(delimiter)} FIELD_OPTIONALLY_ENCLOSED_BY = '"' ESCAPE_UNENCLOSED_FIELD = NONE`;
}
