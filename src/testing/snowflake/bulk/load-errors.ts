import { SnowflakeError } from "../errors.ts";
import { fixed, text } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import type { PlainCell } from "../engine/answers.ts";

/** What is wrong with one record of a file. */
export interface LoadError {
  readonly message: string;
  readonly code: string;
  readonly sqlState: string;
  /** "parsing" where the file itself is broken, "conversion" where a value does not fit its column. */
  readonly category: "parsing" | "conversion";
  /** The file's path within its bucket. */
  readonly file: string;
  readonly line: number;
  readonly character: number;
  readonly byteOffset: number;
  /** The column as `"T"["C":1]`; undefined for an error of the whole record. */
  readonly column: string | undefined;
  readonly row: number;
  readonly rowStartLine: number;
  readonly record: string;
}

/** Writes a column as errors of COPY INTO name it; `position` counts from 1. */
export const shownColumn = (table: string, column: string, position: number): string =>
  `"${table}"["${column}":${position}]`;

/** Makes the error that ends a COPY INTO whose ON_ERROR is ABORT_STATEMENT. The words are those of the service. */
export function aborting(error: LoadError): SnowflakeError {
  const { message, file, line, character, row, rowStartLine, column, category, code, sqlState } = error;
  const starts = category === "parsing" ? ` starts at line ${rowStartLine}` : "";
  const text = [
    message,
    `  File '${file}', line ${line}, character ${character}`,
    `  Row ${row}${starts}, column ${column ?? '""'}`,
    "  If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' in a SQL client.", // prettier-ignore
  ];
  return new SnowflakeError(code, sqlState, text.join("\n"));
}

const number = fixed(18, 0);

/** The columns of VALIDATE and of VALIDATION_MODE = RETURN_ERRORS. */
export const errorColumns: readonly (readonly [string, SqlType])[] = [
  ["ERROR", text()],
  ["FILE", text()],
  ["LINE", number],
  ["CHARACTER", number],
  ["BYTE_OFFSET", number],
  ["CATEGORY", text()],
  ["CODE", number],
  ["SQL_STATE", text()],
  ["COLUMN_NAME", text()],
  ["ROW_NUMBER", number],
  ["ROW_START_LINE", number],
  ["REJECTED_RECORD", text()],
];

/** Writes an error as a row of these columns. */
export const errorRow = (error: LoadError): PlainCell[] => [
  error.message,
  error.file,
  error.line,
  error.character,
  error.byteOffset,
  error.category,
  Number(error.code),
  error.sqlState,
  error.column ?? null,
  error.row,
  error.rowStartLine,
  error.record,
];
