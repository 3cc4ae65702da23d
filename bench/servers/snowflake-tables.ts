import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";

const gzip = promisify(gzipCallback);

/** So many rows are in one chunk: about what Snowflake sends with the default chunk sizes. */
const chunkRows = 20_000;
/** Results of so many rows come with the answer. */
const inlineRows = 500;

/** The kinds of tables: ten columns of mixed types, of numbers only, of text only. */
export type Kind = "mixed" | "numeric" | "text";

/** Rows that are ready to be sent. */
export interface Chunk {
  readonly body: Buffer;
  readonly rowCount: number;
  readonly uncompressedSize: number;
  /** The sum of the first column. */
  readonly checksum: number;
}

/** A result that is ready to be sent. */
export interface Prepared {
  readonly rowtype: readonly Record<string, unknown>[];
  readonly inline: readonly Row[];
  readonly chunks: readonly Chunk[];
  readonly count: number;
  readonly checksum: number;
  /** The server's number of the kind of statement; that of a query if missing. */
  readonly kind?: number;
}

type Row = readonly (string | null)[];

interface Column {
  readonly rowtype: Readonly<Record<string, unknown>>;
  /** Gives the cell of a row as Snowflake writes it. Rows count from 1. */
  readonly cell: (row: number) => string | null;
}

/** Mixes the bits of a row's number: cells that look random, and are the same in every run. Gives 0 to 2^32 − 1. */
function mixed(row: number, salt: number): number {
  let hash = Math.imul(row ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const unit = (row: number, salt: number): number =>
  (mixed(row, salt) * 2 ** 21 + (mixed(row, salt + 99) >>> 11)) / 2 ** 53;
const words =
  "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa".split(" ");
const word = (row: number, salt: number): string => words[mixed(row, salt) % words.length] ?? "";
const sentence = (row: number, salt: number): string =>
  `${word(row, salt)} ${word(row, salt + 1)} ${word(row, salt + 2)} ${word(row, salt + 3)} ${mixed(row, salt) % 100_000}`;
const epochSeconds = (row: number, salt: number): string =>
  `${1_500_000_000 + (mixed(row, salt) % 200_000_000)}.${String(mixed(row, salt + 1) % 1_000_000).padStart(6, "0")}000`;

const fixed = (precision: number, scale: number) => ({ type: "fixed", precision, scale });
const real = { type: "real" };
const text = { type: "text", length: 16_777_216, byteLength: 16_777_216 };

const key: Column = { rowtype: fixed(10, 0), cell: String };
const real7 = (salt: number): Column => ({ rowtype: real, cell: (row) => String(unit(row, salt) * 1000) });
const fixed2 = (salt: number): Column => ({
  rowtype: fixed(12, 2),
  cell: (row) => (row % 89 === 0 ? null : ((mixed(row, salt) % 100_000_000) / 100).toFixed(2)),
});
const big = (salt: number): Column => ({
  rowtype: fixed(18, 0),
  cell: (row) => String(mixed(row, salt) * 1_000_000 + row),
});
const code = (salt: number): Column => ({ rowtype: text, cell: (row) => word(row, salt) });
const note = (salt: number): Column => ({
  rowtype: text,
  cell: (row) => (row % 97 === 0 ? null : sentence(row, salt)),
});

const tables: Readonly<Record<Kind, Readonly<Record<string, Column>>>> = {
  mixed: {
    ID: key,
    BIG: big(1),
    SCORE: real7(2),
    AMOUNT: fixed2(3),
    CODE: code(4),
    ACTIVE: { rowtype: { type: "boolean" }, cell: (row) => String(mixed(row, 5) & 1) },
    DAY: { rowtype: { type: "date" }, cell: (row) => String(15_000 + (mixed(row, 6) % 6_000)) },
    AT: { rowtype: { type: "timestamp_ntz", precision: 0, scale: 9 }, cell: (row) => epochSeconds(row, 7) },
    SEEN: { rowtype: { type: "timestamp_tz", precision: 0, scale: 9 }, cell: (row) => `${epochSeconds(row, 8)} 1500` },
    NOTE: note(9),
  },
  numeric: {
    ID: key,
    ...Object.fromEntries([1, 2, 3].map((salt) => [`BIG${salt}`, big(salt)])),
    ...Object.fromEntries([1, 2, 3].map((salt) => [`SCORE${salt}`, real7(salt)])),
    ...Object.fromEntries([1, 2, 3].map((salt) => [`AMOUNT${salt}`, fixed2(salt)])),
  },
  text: {
    ID: { rowtype: text, cell: String },
    ...Object.fromEntries([1, 2, 3, 4, 5].map((salt) => [`CODE${salt}`, code(salt)])),
    ...Object.fromEntries([1, 2, 3, 4].map((salt) => [`NOTE${salt}`, note(salt * 10)])),
  },
};

/** Makes results of any length, out of chunks that are packed once. */
export function createTables() {
  const packed = new Map<string, Promise<Chunk>>();
  /** Rows from `first` on, in one chunk. */
  const chunk = (kind: Kind, first: number, rows: number): Promise<Chunk> => {
    const name = `${kind} ${first} ${rows}`;
    const known = packed.get(name) ?? pack(rowsOf(kind, first, rows));
    packed.set(name, known);
    return known;
  };
  return async (kind: Kind, count: number, distinct = 1_000_000): Promise<Prepared> => {
    const chunks: Chunk[] = [];
    const inline = count <= inlineRows ? rowsOf(kind, 1, count) : [];
    for (let sent = inline.length; sent < count; sent += chunkRows) {
      // Beyond `distinct` rows the same chunks come again: ten million rows need not be in memory.
      chunks.push(await chunk(kind, (sent % distinct) + 1, Math.min(chunkRows, count - sent)));
    }
    const checksum = chunks.reduce((sum, one) => sum + one.checksum, sumOf(inline));
    return { rowtype: rowtypeOf(kind), inline, chunks, count, checksum };
  };
}

/** Makes a result of one row of numbers. */
export function oneRow(cells: Readonly<Record<string, number>>, kind?: number): Prepared {
  const rowtype = Object.keys(cells).map((name) => ({ name, nullable: false, ...fixed(19, 0) }));
  const result = { rowtype, inline: [Object.values(cells).map(String)], chunks: [], count: 1, checksum: 1 };
  return kind === undefined ? result : { ...result, kind };
}

/** What statements that give no rows are answered with. */
export const status: Prepared = {
  rowtype: [{ name: "status", nullable: false, ...text }],
  inline: [["Statement executed successfully."]],
  ...{ chunks: [], count: 1, checksum: 1 },
};

/** Describes a table's columns. */
export function rowtypeOf(kind: Kind): Record<string, unknown>[] {
  const nothing = { precision: null, scale: null, length: null, byteLength: null, collation: null, nullable: true };
  return Object.entries(tables[kind]).map(([name, { rowtype }]) => ({
    name,
    ...{ database: "BENCH", schema: "PUBLIC", table: kind.toUpperCase() },
    ...nothing,
    ...rowtype,
  }));
}

function rowsOf(kind: Kind, first: number, count: number): Row[] {
  const columns = Object.values(tables[kind]);
  return Array.from({ length: count }, (_, i) => columns.map(({ cell }) => cell(first + i)));
}

const sumOf = (rows: readonly Row[]): number => rows.reduce((sum, [first]) => sum + Number(first), 0);

async function pack(rows: readonly Row[]): Promise<Chunk> {
  const raw = Buffer.from(JSON.stringify(rows).slice(1, -1));
  return { body: await gzip(raw), rowCount: rows.length, uncompressedSize: raw.length, checksum: sumOf(rows) };
}
