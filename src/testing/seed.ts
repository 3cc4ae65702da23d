/** Is what a table is seeded with: plain objects, whose missing and undefined fields are NULL. */
export type SeedRows = readonly Readonly<Record<string, unknown>>[];

/** Gives columns their types, as `create table` has them, for example `{ day: "date", price: "decimal(12, 2)" }`. */
export type SeedColumns = Readonly<Record<string, string>>;

/** Says what was wrong with a seed; nothing of its table is there then, or what was there before. */
export class SeedError extends Error {
  override readonly name = "SeedError";
  readonly table: string;
  readonly column: string | undefined;
  /** The index in the rows given, from 0. */
  readonly rowIndex: number | undefined;

  constructor(
    message: string,
    at: { readonly table: string; readonly column?: string; readonly rowIndex?: number },
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.table = at.table;
    this.column = at.column;
    this.rowIndex = at.rowIndex;
  }
}

/** Is the kind of a column whose type nobody gave. */
export type SeedKind =
  "integer" | "long integer" | "wide integer" | "float" | "boolean" | "text" | "moment" | "bytes" | "document";

/** Is a column of a seed. */
export interface SeedColumn {
  readonly name: string;
  /** As given, or the kind that holds every value. */
  readonly type: { readonly given: string } | { readonly kind: SeedKind };
  readonly isDocument: boolean;
}

/** Is a seed that has been looked through: every cell is text that its column's type reads exactly, or null. */
export interface Seed {
  readonly table: string;
  /** The parts of the name, the table's last. */
  readonly path: readonly string[];
  readonly columns: readonly SeedColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Looks through a seed. Throws a {@link SeedError} for what no table can hold. */
export function readSeed(table: string, rows: SeedRows, columns: SeedColumns = {}): Seed {
  const path = table.split(".");
  if (path.length > 3 || path.includes("")) throw new SeedError(`"${table}" is no name of a table.`, { table });
  rows.forEach((row: unknown, rowIndex) => {
    if (typeof row === "object" && row !== null && !Array.isArray(row)) return;
    throw new SeedError(`Row ${rowIndex + 1} of ${table} is no object of its columns.`, { table, rowIndex });
  });
  const names = [...new Set([...Object.keys(columns), ...rows.flatMap((row) => Object.keys(row))])];
  if (names.length === 0)
    throw new SeedError(`The seed of ${table} has no columns: give a row, or the types.`, { table });
  const found = names.map((name) => columnOf(table, name, rows, own(columns, name)));
  const cells = rows.map((row, rowIndex) =>
    found.map((column) => cellOf(own(row, column.name), column, { table, column: column.name, rowIndex })),
  );
  return { table, path, columns: found, rows: cells };
}

/** A column may be called what every object inherits. */
const own = <T>(of: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(of, name) ? of[name] : undefined;

const typeText = /^[a-z][\w ]*(?:\(\s*(?:\d+(?:\s*,\s*\d+)?|max)\s*\)[a-z ]*)?$/i;
const documentType = /^(?:super|variant|object|array)\b/i;

function columnOf(table: string, name: string, rows: SeedRows, given: string | undefined): SeedColumn {
  let kind: SeedKind | undefined;
  for (const [rowIndex, values] of rows.entries()) {
    const at = { table, column: name, rowIndex };
    const next = kindOf(own(values, name), at);
    if (next === undefined || given !== undefined) continue;
    const both = kind === undefined ? next : common(kind, next);
    if (both === undefined) {
      const words = `Row ${rowIndex + 1} of ${table} has ${next} in the column ${name}, the rows before it ${kind ?? ""}`;
      throw new SeedError(`${words}: give the column's type, { ${JSON.stringify(name)}: "…" }.`, at);
    }
    kind = both;
  }
  if (given === undefined) return { name, type: { kind: kind ?? "text" }, isDocument: (kind ?? "text") === "document" };
  if (!typeText.test(given)) throw new SeedError(`"${given}" is no type of a column.`, { table, column: name });
  return { name, type: { given }, isDocument: documentType.test(given) };
}

/** Is the place of a cell. */
interface At {
  readonly table: string;
  readonly column: string;
  readonly rowIndex: number;
}

function kindOf(value: unknown, at: At): SeedKind | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "string") return "text";
  if (typeof value === "bigint") return widthOf(value);
  if (typeof value === "number") return Number.isSafeInteger(value) && !Object.is(value, -0) ? "integer" : "float";
  // By their tags, not their classes: a test framework may have classes of its own.
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Date]" && !Number.isNaN(Number(value))) return "moment";
  if (tag === "[object Uint8Array]") return "bytes";
  if (isWritten(value, tag)) return "document";
  const what = tag === "[object Date]" ? "an invalid Date" : `a ${typeof value === "object" ? tag.slice(8, -1) : typeof value}`; // prettier-ignore
  const words = `Row ${at.rowIndex + 1} of ${at.table} has ${what}`;
  throw new SeedError(`${words} in the column ${at.column}, which no table holds.`, at);
}

function widthOf(value: bigint): SeedKind {
  if (BigInt.asIntN(64, value) !== value) return "wide integer";
  return Number.isSafeInteger(Number(value)) ? "integer" : "long integer";
}

/** Whether JSON has the whole of it: of a Map or an Error it has nothing. */
const isWritten = (value: unknown, tag: string): boolean =>
  tag === "[object Object]" ||
  tag === "[object Array]" ||
  (tag !== "[object Date]" && typeof (value as { toJSON?: unknown }).toJSON === "function"); // any value but the two that were asked before has properties

function common(a: SeedKind, b: SeedKind): SeedKind | undefined {
  if (a === b) return a;
  const both = new Set([a, b]);
  const integers = (["wide integer", "long integer", "integer"] as const).filter((kind) => both.has(kind));
  if (integers.length === 2) return integers[0];
  // One that is long would lose digits.
  return both.has("integer") && both.has("float") ? "float" : undefined;
}

function cellOf(value: unknown, { isDocument }: SeedColumn, at: At): string | null {
  if (value === null || value === undefined) return null;
  if (!isDocument) {
    if (typeof value === "string") return value;
    if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
    if (typeof value === "bigint" || typeof value === "boolean") return String(value);
    const tag = Object.prototype.toString.call(value);
    if (tag === "[object Date]") return (value as Date).toISOString(); // as its tag says
    if (tag === "[object Uint8Array]") return Buffer.from(value as Uint8Array).toString("hex"); // as its tag says
  }
  try {
    const text: unknown = JSON.stringify(value);
    // The types leave out that toJSON may give nothing.
    return typeof text === "string" ? text : null;
  } catch (cause) {
    const words = `Row ${at.rowIndex + 1} of ${at.table} has in the column ${at.column} what JSON cannot write`;
    throw new SeedError(`${words}: ${String(cause)}`, at, cause);
  }
}

/** Makes what seeds one after the other: of two that are asked for at once, the later has the table. */
export function inTurn<Given extends readonly unknown[]>(
  seed: (...given: Given) => Promise<void>,
): (...given: Given) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (...given) => {
    const next = last.then(() => seed(...given));
    last = next.catch(() => undefined); // whoever asked for it is told
    return next;
  };
}
