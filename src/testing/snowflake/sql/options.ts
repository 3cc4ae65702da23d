import type { Options, OptionValue } from "./bulk-ast.ts";
import type { Cursor } from "./cursor.ts";

const of = (names: string): ReadonlySet<string> => new Set(names.split(" "));

/** The options of a file format, of any type and both directions. */
export const formatOptions = of(
  "TYPE FORMAT_NAME COMPRESSION RECORD_DELIMITER FIELD_DELIMITER FILE_EXTENSION PARSE_HEADER SKIP_HEADER SKIP_BLANK_LINES " +
    "DATE_FORMAT TIME_FORMAT TIMESTAMP_FORMAT BINARY_FORMAT ESCAPE ESCAPE_UNENCLOSED_FIELD TRIM_SPACE " +
    "FIELD_OPTIONALLY_ENCLOSED_BY NULL_IF ERROR_ON_COLUMN_COUNT_MISMATCH REPLACE_INVALID_CHARACTERS EMPTY_FIELD_AS_NULL " +
    "SKIP_BYTE_ORDER_MARK ENCODING MULTI_LINE ENABLE_OCTAL ALLOW_DUPLICATE STRIP_OUTER_ARRAY STRIP_NULL_VALUES " +
    "IGNORE_UTF8_ERRORS BINARY_AS_TEXT USE_LOGICAL_TYPE USE_VECTORIZED_SCANNER SNAPPY_COMPRESSION",
);
/** The options of COPY INTO location. */
export const unloadOptions = of(
  "FILE_FORMAT STORAGE_INTEGRATION CREDENTIALS ENCRYPTION OVERWRITE SINGLE MAX_FILE_SIZE INCLUDE_QUERY_ID DETAILED_OUTPUT HEADER VALIDATION_MODE",
);
/** The options of COPY INTO table. */
export const loadOptions = of(
  "FILES PATTERN FILE_FORMAT STORAGE_INTEGRATION CREDENTIALS ENCRYPTION ON_ERROR SIZE_LIMIT PURGE RETURN_FAILED_ONLY " +
    "MATCH_BY_COLUMN_NAME ENFORCE_LENGTH TRUNCATECOLUMNS FORCE LOAD_UNCERTAIN_FILES FILE_PROCESSOR LOAD_MODE VALIDATION_MODE",
);
/** The options of CREATE STAGE. */
export const stageOptions = of(
  "URL STORAGE_INTEGRATION CREDENTIALS ENCRYPTION FILE_FORMAT DIRECTORY COPY_OPTIONS COMMENT",
);

/** Options whose value is a list of options. */
const nested = of("FILE_FORMAT CREDENTIALS ENCRYPTION COPY_OPTIONS DIRECTORY FILE_PROCESSOR");

type Known = Pick<ReadonlySet<string>, "has">;

/** Parses `NAME = value` pairs in any order, each once, with or without commas between. Throws 001003 for a name not in `known`. */
export function options(at: Cursor, known: Known): Options {
  const found = new Map<string, { value: OptionValue; start: number }>();
  while (at.peek().kind === "word") {
    const { value: name, start } = at.peek();
    if (!known.has(name) || found.has(name)) throw at.unexpected();
    at.next();
    at.expect("=");
    found.set(name, { value: optionValue(at, name), start });
    if (at.sees(",") && at.peek(1).kind === "word") at.next();
  }
  return found;
}

function optionValue(at: Cursor, name: string): OptionValue {
  const token = at.peek();
  if (token.kind === "string") return { t: "string", value: at.next().value };
  if (token.kind === "number") return { t: "number", value: Number(at.next().value) };
  // TRUE and FALSE are reserved words, but values here.
  if (at.sees("TRUE") || at.sees("FALSE")) return { t: "name", path: [at.next().value] };
  if (!at.takes("(")) return { t: "name", path: at.path() };
  if (nested.has(name)) {
    // What is refused is read whichever names it holds.
    const inner = options(at, name === "FILE_FORMAT" ? formatOptions : { has: () => true });
    at.expect(")");
    return { t: "options", options: inner };
  }
  const items: string[] = [];
  if (!at.sees(")"))
    at.list(() => {
      if (at.peek().kind !== "string") throw at.unexpected();
      items.push(at.next().value);
    });
  at.expect(")");
  return { t: "list", items };
}
