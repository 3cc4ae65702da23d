import { bareHex, binaryBytes, binaryInterval, binaryJson, compactJson, type CellRewrite } from "./cells.ts";
import { cstring, endOfString, frame } from "./frames.ts";

/** Is a column of a result, as a RowDescription names it. */
export interface Column {
  readonly name: string;
  /** The OID of its table and its number there; zeros for an expression. */
  readonly table: number;
  readonly attribute: number;
  readonly type: number;
  readonly size: number;
  readonly modifier: number;
  /** 0 text, 1 binary. */
  readonly format: number;
}

/** OIDs that differ: PostgreSQL's type that stands for Redshift's. */
const types = {
  jsonb: 3802,
  super: 4000,
  bytea: 17,
  varbyte: 6551,
  numeric: 1700,
  date: 1082,
  time: 1083,
  interval: 1186,
};

/** Decodes a RowDescription frame. */
export function parseRowDescription(bytes: Buffer): Column[] {
  const columns: Column[] = [];
  let at = 7;
  for (let left = bytes.readUInt16BE(5); left > 0; left--) {
    const end = endOfString(bytes, at);
    columns.push({
      name: bytes.toString("utf8", at, end),
      table: bytes.readInt32BE(end + 1),
      attribute: bytes.readInt16BE(end + 5),
      type: bytes.readInt32BE(end + 7),
      size: bytes.readInt16BE(end + 11),
      modifier: bytes.readInt32BE(end + 13),
      format: bytes.readInt16BE(end + 17),
    });
    at = end + 19;
  }
  return columns;
}

/** Encodes a RowDescription as Redshift words it: its own OIDs, its own names, text where it has no binary form. */
export function rowDescription(columns: readonly Column[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16BE(columns.length);
  const fields = columns.map((column) => {
    const rest = Buffer.alloc(18);
    rest.writeInt32BE(column.table, 0);
    rest.writeInt16BE(column.attribute, 4);
    rest.writeInt32BE(redshiftType(column.type), 6);
    rest.writeInt16BE(column.size, 10);
    rest.writeInt32BE(column.modifier, 12);
    rest.writeInt16BE(rewriteOf(column)?.format ?? column.format, 16);
    return Buffer.concat([cstring(redshiftName(column)), rest]);
  });
  return frame("T", count, ...fields);
}

/**
 * SHOW names a setting of Redshift's with the prefix that PostgreSQL needs for it, and a column that is a cast without a
 * name of its own is named for the type, which here may be the domain that stands for NUMERIC(p,s).
 */
function redshiftName({ name, table }: Column): string {
  if (table !== 0) return name;
  return /^numeric_\d+_\d+$/.test(name) ? "numeric" : name.replace(/^redshift\./, "");
}

const redshiftType = (type: number): number =>
  type === types.jsonb ? types.super : type === types.bytea ? types.varbyte : type;

/** Gives PostgreSQL's type for one that a client declares for a parameter. */
export const postgresType = (type: number): number =>
  type === types.super ? types.jsonb : type === types.varbyte ? types.bytea : type;

/** Gives the type to tell a client about a parameter; PostgreSQL may have found one of the stand-in's domains. */
export function parameterType(type: number, domains: ReadonlyMap<number, string>): number {
  const domain = domains.get(type);
  if (domain === "super") return types.super;
  if (domain === "varbyte" || domain === "varbinary") return types.varbyte;
  return domain?.startsWith("numeric_") ? types.numeric : redshiftType(type);
}

/** How the values of a column change, and the format that they have then. */
interface Rewrite {
  readonly cell: CellRewrite;
  readonly format: 0 | 1;
}

function rewriteOf({ type, format }: Column): Rewrite | undefined {
  const binary = binaryRewrites.get(type);
  if (format === 1) return binary;
  if (type === types.jsonb) return { cell: compactJson, format: 0 };
  return type === types.bytea ? { cell: bareHex, format: 0 } : undefined;
}

/**
 * Where the binary forms differ. SUPER and VARBYTE have none, so text is sent in its place. Amazon's drivers ask for
 * NUMERIC, DATE and TIME as text; what a cluster sends to a client that asks for binary is not known, and here it is
 * PostgreSQL's form, which the drivers of other languages expect.
 */
const binaryRewrites: ReadonlyMap<number, Rewrite> = new Map([
  [types.jsonb, { cell: binaryJson, format: 0 }],
  [types.bytea, { cell: binaryBytes, format: 0 }],
  [types.interval, { cell: binaryInterval, format: 1 }],
]);

/** Rewrites DataRow frames of these columns; undefined when all of them pass as they are. */
export function rowRewrite(columns: readonly Column[]): ((row: Buffer) => Buffer) | undefined {
  const rewrites = columns.map(rewriteOf);
  if (rewrites.every((rewrite) => rewrite === undefined)) return undefined;
  return (row) => {
    const parts: Buffer[] = [row.subarray(5, 7)];
    let at = 7;
    for (const rewrite of rewrites) {
      const length = row.readInt32BE(at);
      const end = at + 4 + Math.max(length, 0);
      if (rewrite === undefined || length < 0) {
        parts.push(row.subarray(at, end));
      } else {
        const cell = rewrite.cell(row.subarray(at + 4, end));
        const size = Buffer.allocUnsafe(4);
        size.writeInt32BE(cell.length);
        parts.push(size, cell);
      }
      at = end;
    }
    return frame("D", ...parts);
  };
}
