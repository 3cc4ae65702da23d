/**
 * The kinds of column there are, the same on both warehouses, and what rows hold for their cells unless {@link ValueOptions} say otherwise; NULL is `null`
 * in all of them.
 *
 * - `integer`: of any width, scale 0: a number; one beyond ±(2^53−1) is `INVALID_VALUE`.
 * - `decimal`: a string with every digit, `"12.50"`.
 * - `float`: a number, NaN and ±Infinity included.
 * - `boolean`: a boolean.
 * - `text`: a string; also what has no type of its own here, as the server writes it.
 * - `date`, `time`, `timetz`, `timestamp`, `timestamptz`: ISO 8601 with every digit, `"2024-02-29T23:59:59.123456+00:00"`.
 * - `interval`: the server's text.
 * - `json`: parsed JSON.
 * - `binary`: a `Uint8Array`.
 */
export type ColumnType =
  | "integer"
  | "decimal"
  | "float"
  | "boolean"
  | "text"
  | "date"
  | "time"
  | "timetz"
  | "timestamp"
  | "timestamptz"
  | "interval"
  | "json"
  | "binary";

/** The types that hold a day or a time: each warehouse writes those in its own way. */
type MomentType = "date" | "time" | "timetz" | "timestamp" | "timestamptz";

/** The types that both warehouses write in the same way. */
export type PlainType = Exclude<ColumnType, MomentType>;

/** A column of a result. */
export interface Column {
  /** The name as rows carry it: by the one name rule, an unquoted name is lower case on both warehouses. */
  readonly name: string;
  /** The name as the server sent it. */
  readonly nativeName: string;
  /** What kind of values it holds. */
  readonly type: ColumnType;
  /** The warehouse's own name of the type, such as `NUMERIC(12,2)` or `TIMESTAMP_NTZ(9)`. */
  readonly nativeType: string;
  /** Digits in all, for `integer` and `decimal` columns whose precision the server told. */
  readonly precision?: number | undefined;
  /** Digits behind the point, for `decimal` columns whose scale the server told. */
  readonly scale?: number | undefined;
}

/** How values that JavaScript could hold in several ways are given. */
export interface ValueOptions {
  /** How scale-0 integers of any width are given. Default `"number"`: a value beyond ±(2^53−1) is then `INVALID_VALUE`, never rounded. */
  readonly integers?: "number" | "bigint" | "string" | undefined;
  /** How fixed-point numbers with a scale are given: `"number"` rounds to the nearest double. Default `"string"`, with every digit. */
  readonly decimals?: "string" | "number" | undefined;
  /**
   * How dates and timestamps are given: `"date"` gives a `Date`, cut to milliseconds; what has no zone is read as UTC. Default `"string"`, ISO 8601 with
   * every digit.
   */
  readonly timestamps?: "string" | "date" | undefined;
}

/** {@link ValueOptions} with the defaults filled in. */
export type ValuePolicy = { readonly [K in keyof ValueOptions]-?: NonNullable<ValueOptions[K]> };

/** Where a cell is decoded from. */
export interface CellBytes {
  /** What holds the cell, and others. */
  readonly bytes: Buffer;
  /** Gives the text of a cell that is known to hold ASCII only. */
  ascii(start: number, end: number): string;
}

/** Turns one cell, `cells.bytes[start..end)`, into its JavaScript value. */
export type Decode = (cells: CellBytes, start: number, end: number) => unknown;

/** Who reads the rows of a result: `"fast"`, this package, where they arrive; `"driver"`, the vendor's own driver. The cells are decoded alike. */
export type Decoding = "fast" | "driver";

/** `object`: one plain object a row; `array`: one array a row, in the order of the columns. */
export type RowMode = "object" | "array";
