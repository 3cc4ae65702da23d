import { compilationError, unsupported } from "../errors.ts";
import type { Options } from "../sql/bulk-ast.ts";
import { unescaped } from "../sql/escapes.ts";
import { optionReader } from "./option-reader.ts";
import type { OptionReader } from "./option-reader.ts";

/** How a file's bytes are packed; AUTO is by the file's name when reading, gzip (Parquet: Snappy) when writing. */
export type Compression = "AUTO" | "GZIP" | "BROTLI" | "DEFLATE" | "RAW_DEFLATE" | "SNAPPY" | "NONE";

/** How dates, times and bytes are written in a file; AUTO follows the session's parameters. */
export interface TextFormats {
  readonly date: string;
  readonly time: string;
  readonly timestamp: string;
  readonly binary: "HEX" | "BASE64" | "UTF8";
}

interface Common {
  readonly compression: Compression;
  readonly fileExtension: string | undefined;
  readonly formats: TextFormats;
  readonly trimSpace: boolean;
  readonly nullIf: readonly string[];
  readonly replaceInvalidCharacters: boolean;
}

/** TYPE = CSV: delimited text of any kind. */
export interface CsvFormat extends Common {
  readonly type: "CSV";
  readonly recordDelimiter: string | undefined;
  readonly fieldDelimiter: string | undefined;
  readonly parseHeader: boolean;
  readonly skipHeader: number;
  readonly skipBlankLines: boolean;
  readonly escape: string | undefined;
  readonly escapeUnenclosed: string | undefined;
  readonly enclosedBy: string | undefined;
  readonly errorOnColumnCountMismatch: boolean;
  readonly emptyFieldAsNull: boolean;
  readonly skipByteOrderMark: boolean;
}

/** TYPE = JSON. */
export interface JsonFormat extends Common {
  readonly type: "JSON";
  readonly stripOuterArray: boolean;
  readonly stripNullValues: boolean;
  readonly skipByteOrderMark: boolean;
}

/** TYPE = PARQUET. */
export interface ParquetFormat extends Common {
  readonly type: "PARQUET";
  readonly binaryAsText: boolean;
  readonly useLogicalType: boolean;
}

/** A file format with its defaults filled in. */
export type FileFormat = CsvFormat | JsonFormat | ParquetFormat;

const everyType = "TYPE COMPRESSION FILE_EXTENSION TRIM_SPACE NULL_IF REPLACE_INVALID_CHARACTERS COMMENT";
const texts = "DATE_FORMAT TIME_FORMAT TIMESTAMP_FORMAT BINARY_FORMAT SKIP_BYTE_ORDER_MARK";
const allowed: Readonly<Record<FileFormat["type"], ReadonlySet<string>>> = {
  CSV: new Set(
    `${everyType} ${texts} RECORD_DELIMITER FIELD_DELIMITER PARSE_HEADER SKIP_HEADER SKIP_BLANK_LINES ESCAPE ESCAPE_UNENCLOSED_FIELD FIELD_OPTIONALLY_ENCLOSED_BY ERROR_ON_COLUMN_COUNT_MISMATCH EMPTY_FIELD_AS_NULL ENCODING MULTI_LINE`.split(
      " ",
    ),
  ),
  JSON: new Set(
    `${everyType} ${texts} ENABLE_OCTAL ALLOW_DUPLICATE STRIP_OUTER_ARRAY STRIP_NULL_VALUES IGNORE_UTF8_ERRORS MULTI_LINE`.split(
      " ",
    ),
  ),
  PARQUET: new Set(`${everyType} SNAPPY_COMPRESSION BINARY_AS_TEXT USE_LOGICAL_TYPE USE_VECTORIZED_SCANNER`.split(" ")),
};

/** Reads the options of a file format. Throws 001008 for a wrong value, 001007 for one that the type does not have. */
export function fileFormat(options: Options, text: string): FileFormat {
  const read = optionReader(options, text);
  const type = read.anyWord("TYPE") ?? "CSV";
  if (type !== "CSV" && type !== "JSON" && type !== "PARQUET") {
    if (["AVRO", "ORC", "XML", "CUSTOM"].includes(type)) throw unsupported(`TYPE = ${type}`);
    throw read.refuse("TYPE");
  }
  for (const name of options.keys())
    if (!allowed[type].has(name))
      throw compilationError("001007", "22023", `invalid property '${name}' for 'FILE FORMAT' of type ${type}`);
  const common: Common = {
    compression: compression(read, type),
    fileExtension: read.text("FILE_EXTENSION", undefined),
    formats: textFormats(read),
    trimSpace: read.flag("TRIM_SPACE", false),
    nullIf: read.list("NULL_IF", ["\\N"]),
    replaceInvalidCharacters: read.flag("REPLACE_INVALID_CHARACTERS", false),
  };
  if (type === "CSV") return csv(read, common);
  if (read.has("NULL_IF") && common.nullIf.length > 0) throw unsupported(`NULL_IF of TYPE = ${type}`);
  if (common.trimSpace) throw unsupported(`TRIM_SPACE of TYPE = ${type}`);
  return type === "JSON" ? json(read, common) : parquet(read, common);
}

function compression(read: OptionReader, type: FileFormat["type"]): Compression {
  const word = read.anyWord("COMPRESSION") ?? "AUTO";
  if (type === "PARQUET") {
    if (word === "LZO") throw unsupported("COMPRESSION = LZO");
    const known = read.word("COMPRESSION", ["AUTO", "SNAPPY", "NONE"], "AUTO");
    return known === "AUTO" && !read.flag("SNAPPY_COMPRESSION", true) ? "NONE" : known;
  }
  if (word === "BZ2" || word === "ZSTD") throw unsupported(`COMPRESSION = ${word}`);
  return read.word("COMPRESSION", ["AUTO", "GZIP", "BROTLI", "DEFLATE", "RAW_DEFLATE", "NONE"], "AUTO");
}

const textFormats = (read: OptionReader): TextFormats => {
  const format = (name: string): string =>
    read.anyWord(name) === "AUTO" ? "AUTO" : (read.text(name, "AUTO") ?? "AUTO");
  const binary = read.word("BINARY_FORMAT", ["HEX", "BASE64", "UTF8", "UTF-8"], "HEX");
  return {
    date: format("DATE_FORMAT"),
    time: format("TIME_FORMAT"),
    timestamp: format("TIMESTAMP_FORMAT"),
    binary: binary === "UTF-8" ? "UTF8" : binary,
  };
};

// A delimiter may be written with escapes that the SQL string has left in it: '\\t', '\\x01', '0x01'.
function delimiter(read: OptionReader, name: string, otherwise: string | undefined): string | undefined {
  const text = read.anyWord(name) === "AUTO" ? otherwise : read.text(name, otherwise);
  if (text === "") throw read.refuse(name);
  return text === undefined ? undefined : unescaped(text.replace(/^0x([0-9a-f]{2})$/i, "\\x$1"));
}

/** Reads a one-character option; an empty string and NONE mean that there is none. */
function character(read: OptionReader, name: string, otherwise: string | undefined): string | undefined {
  const text = read.text(name, otherwise);
  if (text === undefined || text === "") return undefined;
  const one = text === "\\" ? text : unescaped(text.replace(/^0x([0-9a-f]{2})$/i, "\\x$1"));
  if (one.length !== 1) throw read.refuse(name);
  return one;
}

function csv(read: OptionReader, common: Common): CsvFormat {
  const encoding = read.anyWord("ENCODING") ?? "UTF8";
  if (!["UTF8", "UTF-8"].includes(encoding)) throw unsupported(`ENCODING = ${encoding}`);
  if (!read.flag("MULTI_LINE", true)) throw unsupported("MULTI_LINE = FALSE");
  const skipHeader = read.whole("SKIP_HEADER", 0, 0, 1_000_000);
  const parseHeader = read.flag("PARSE_HEADER", false);
  if (parseHeader && skipHeader > 0)
    throw compilationError("001006", "22023", "Invalid parameter combination: SKIP_HEADER cannot be used with PARSE_HEADER."); // prettier-ignore
  return {
    type: "CSV",
    ...common,
    recordDelimiter: delimiter(read, "RECORD_DELIMITER", "\n"),
    fieldDelimiter: delimiter(read, "FIELD_DELIMITER", ","),
    parseHeader,
    skipHeader,
    skipBlankLines: read.flag("SKIP_BLANK_LINES", false),
    escape: character(read, "ESCAPE", undefined),
    escapeUnenclosed: character(read, "ESCAPE_UNENCLOSED_FIELD", "\\"),
    enclosedBy: character(read, "FIELD_OPTIONALLY_ENCLOSED_BY", undefined),
    errorOnColumnCountMismatch: read.flag("ERROR_ON_COLUMN_COUNT_MISMATCH", true),
    emptyFieldAsNull: read.flag("EMPTY_FIELD_AS_NULL", true),
    skipByteOrderMark: read.flag("SKIP_BYTE_ORDER_MARK", true),
  };
}

function json(read: OptionReader, common: Common): JsonFormat {
  for (const name of ["ENABLE_OCTAL", "ALLOW_DUPLICATE", "IGNORE_UTF8_ERRORS"])
    if (read.flag(name, false)) throw unsupported(`${name} = TRUE`);
  return {
    type: "JSON",
    ...common,
    stripOuterArray: read.flag("STRIP_OUTER_ARRAY", false),
    stripNullValues: read.flag("STRIP_NULL_VALUES", false),
    skipByteOrderMark: read.flag("SKIP_BYTE_ORDER_MARK", true),
  };
}

function parquet(read: OptionReader, common: Common): ParquetFormat {
  read.flag("USE_VECTORIZED_SCANNER", false);
  return {
    type: "PARQUET",
    ...common,
    binaryAsText: read.flag("BINARY_AS_TEXT", true),
    useLogicalType: read.flag("USE_LOGICAL_TYPE", false),
  };
}
