import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inDuckDB, type Row } from "./read-back.ts";

/** A file that another tool made, with what it holds. */
export interface MadeFile {
  readonly bytes: Uint8Array;
  /** In their order, as exact text. */
  readonly rows: readonly Row[];
}

export interface ParquetWriting {
  readonly codec?: "snappy" | "zstd" | "gzip" | "uncompressed";
  /** How many rows a group has, a multiple of 2,048. */
  readonly groupRows?: number;
}

/** Writes the rows of a query of DuckDB's as Parquet. */
export const parquet = (
  query: string,
  { codec = "snappy", groupRows = 122_880 }: ParquetWriting = {},
): Promise<Uint8Array> =>
  inDuckDB(async (run, folder) => {
    const path = join(folder, "made.parquet");
    const options = `format parquet, compression ${codec}, row_group_size ${groupRows}`;
    await run(`copy (${query}) to '${path}' (${options})`);
    return readFile(path);
  });

/** The types of {@link exactParquet}'s columns as DuckDB has them. */
export const exactTypes = {
  id: "INTEGER",
  whole: "BIGINT",
  huge: "DECIMAL(38,0)",
  exact: "DECIMAL(38,10)",
  price: "DECIMAL(9,2)",
  ratio: "DOUBLE",
  flag: "BOOLEAN",
  name: "VARCHAR",
  day: "DATE",
  at: "TIMESTAMP",
  at_ns: "TIMESTAMP_NS",
  raw: "BLOB",
} as const;

type ExactRow = Readonly<Record<keyof typeof exactTypes, string | null>>;

const exactRows: readonly ExactRow[] = [
  {
    id: "2147483647",
    whole: "9223372036854775807",
    huge: "99999999999999999999999999999999999999",
    exact: "9999999999999999999999999999.9999999999",
    price: "9999999.99",
    ratio: "1.7976931348623157e+308",
    flag: "true",
    name: "quote \" ' comma, tab\t break\nreturn\r\nback\\slash é 日本 🜚",
    day: "9999-12-31",
    at: "9999-12-31 23:59:59.999999",
    at_ns: "2262-04-11 23:47:16.854775806",
    raw: "00ff0a2c22",
  },
  {
    id: "-2147483648",
    whole: "-9223372036854775808",
    huge: "-99999999999999999999999999999999999999",
    exact: "-0.0000000001",
    price: "-0.01",
    ratio: "5e-324",
    flag: "false",
    name: "",
    day: "0001-01-01",
    at: "0001-01-01 00:00:00",
    at_ns: "1677-09-22 00:00:00.000000001",
    raw: "",
  },
  {
    id: "0",
    whole: "9007199254740993",
    huge: "9007199254740993",
    exact: "0.1000000000",
    price: "0.10",
    ratio: "0.1",
    flag: "true",
    name: "NULL",
    day: "1970-01-01",
    at: "1969-12-31 23:59:59.999999",
    at_ns: "1969-12-31 23:59:59.999999999",
    raw: "5c4e",
  },
  {
    id: "1",
    whole: null,
    huge: null,
    exact: null,
    price: null,
    ratio: null,
    flag: null,
    name: null,
    day: null,
    at: null,
    at_ns: null,
    raw: null,
  },
];

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Makes a file of the extremes of each type, with nulls: 38 digits, nanoseconds, integers beyond JavaScript's. */
export async function exactParquet(
  columns: readonly (keyof typeof exactTypes)[] = Object.keys(exactTypes) as (keyof typeof exactTypes)[], // It has no other keys.
  writing: ParquetWriting = {},
): Promise<MadeFile> {
  const cell = (name: keyof typeof exactTypes, text: string | null): string => {
    if (text === null) return `null::${exactTypes[name]}`;
    return name === "raw" ? `unhex(${quoted(text)})` : `${quoted(text)}::${exactTypes[name]}`;
  };
  const selects = exactRows.map(
    (row) => `select ${columns.map((name) => `${cell(name, row[name])} as ${name}`).join(", ")}`,
  );
  return {
    bytes: await parquet(selects.join(" union all "), writing),
    rows: exactRows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]]))),
  };
}

/** Makes a file of many row groups: `id` counts from 0, `name` is null in each seventh row. */
export async function groupedParquet(
  rowCount: number,
  groupRows: number,
  codec?: ParquetWriting["codec"],
): Promise<MadeFile> {
  const name = "case when i % 7 = 0 then null else 'row ' || i end";
  const query = `select i::bigint as id, ${name} as name from range(${rowCount}) numbers(i)`;
  return {
    bytes: await parquet(query, { groupRows, ...(codec !== undefined && { codec }) }),
    rows: Array.from({ length: rowCount }, (_, i) => ({ id: String(i), name: i % 7 === 0 ? null : `row ${i}` })),
  };
}

/** Makes a file with a list, a struct and a map beside a number, each null once. */
export async function nestedParquet(): Promise<MadeFile> {
  const query = `
    select 1 as id, [1, null, 3] as list, {'a': 1.50::decimal(38, 10), 'b': 'x"y'} as struct, map {'k': 'v'} as map
    union all select 2, null, null, null`;
  return {
    bytes: await parquet(query),
    rows: [
      { id: "1", list: "[1,null,3]", struct: '{"a":1.5000000000,"b":"x\\"y"}', map: '{"k":"v"}' },
      { id: "2", list: null, struct: null, map: null },
    ],
  };
}

/** Makes a file with columns and no row. */
export const emptyParquet = async (): Promise<MadeFile> => ({
  bytes: await parquet("select 1 as id, 'x' as name where false"),
  rows: [],
});

/** Makes a file whose `id` is text where a number belongs. */
export const mistypedParquet = async (): Promise<MadeFile> => ({
  bytes: await parquet("select 'one' as id, 'x' as name"),
  rows: [{ id: "one", name: "x" }],
});
