import fc from "fast-check";
import { pointed } from "../columns/reading.ts";
import type { Tenant } from "./tenant.ts";

/** A cell to be written: an expression of SQL, and what it is in the form in which cells are compared. */
export interface Given {
  readonly sql: string;
  readonly value: unknown;
}

/** A type of a warehouse, and cells of it. */
export interface Kind {
  readonly native: string;
  readonly cells: fc.Arbitrary<Given>;
  /** The server changes what it is given, such as blanks at an end. */
  readonly isInexact?: boolean;
}

/** Gives the types of a warehouse. */
export function kindsOf(type: Tenant["type"]): readonly Kind[] {
  return type === "redshift" ? redshift : snowflake;
}

const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
const cast = (native: string, text: string) => `cast(${quoted(text)} as ${native})`;

function integers(native: string, digits: number): Kind {
  const bound = digits > 18 ? 2n ** 63n - 1n : 10n ** BigInt(digits) - 1n;
  const edges = fc.constantFrom(0n, 1n, -1n, bound, -bound, ...(digits > 18 ? [-(2n ** 63n)] : []));
  const cells = fc.oneof(fc.bigInt({ min: -bound, max: bound }), edges);
  return { native, cells: cells.map((value) => ({ sql: cast(native, String(value)), value })) };
}

function decimals(name: string, precision: number, scale: number): Kind {
  const native = `${name}(${precision},${scale})`;
  const bound = 10n ** BigInt(precision) - 1n;
  const small = fc.bigInt({ min: -1_000n, max: 1_000n });
  const cells = fc.oneof(fc.bigInt({ min: -bound, max: bound }), small, fc.constantFrom(0n, bound, -bound));
  return {
    native,
    cells: cells.map((unscaled) => {
      const value = pointed(unscaled, scale);
      return { sql: cast(native, value), value };
    }),
  };
}

function floats(native: string, cells: fc.Arbitrary<number>): Kind {
  const edges = fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 0.5);
  const written = (value: number) => cast(native, Object.is(value, -0) ? "-0" : String(value));
  return { native, cells: fc.oneof(cells, edges).map((value) => ({ sql: written(value), value })) };
}

const doubles = fc.oneof(
  fc.double(),
  fc.constantFrom(0.1, 1 / 3, 5e-324, Number.MAX_VALUE, Number.MIN_SAFE_INTEGER, 2 ** 53 + 2, 1e22, 1e23),
);
/** Numbers of six digits, which a float of 32 bits keeps. */
const reals = fc
  .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: -30, max: 30 }))
  .map(([digits, exponent]) => Number(`${digits}e${exponent}`));

const anyText = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom("", " ", "NULL", "null", '"', "\\", "\\n", "\\u0041", "'", "\n\t\r", "\ufffd", "a\ufeff"),
  )
  // No warehouse stores NUL in all its texts, and apache-arrow's getter takes a mark at the beginning for one of byte order.
  .map((text) => text.replaceAll("\0", "").replace(/^\ufeff+/, ""));

function texts(native: string, longestBytes: number): Kind {
  const short = anyText.map((value) => ({ sql: cast(native, value), value }));
  const long = fc.constantFrom("x", "é", "日", '"\\', "🎉").map((unit) => {
    const times = Math.floor(longestBytes / Buffer.byteLength(unit));
    return { sql: `repeat(${quoted(unit)}, ${times})`, value: unit.repeat(times) };
  });
  return { native, cells: fc.oneof({ weight: 12, arbitrary: short }, { weight: 1, arbitrary: long }) };
}

const booleans: Kind = {
  native: "boolean",
  cells: fc.boolean().map((value) => ({ sql: String(value), value })),
};

const nanosPerSecond = 1_000_000_000n;
const daySeconds = 86_400;

/** Writes nanoseconds from 1970 as SQL does, with so many digits behind the second. */
function momentText(nanos: bigint, digits: number): string {
  const fraction = ((nanos % nanosPerSecond) + nanosPerSecond) % nanosPerSecond;
  const iso = new Date(Number((nanos - fraction) / 1_000_000n)).toISOString();
  const point = digits === 0 ? "" : `.${String(fraction).padStart(9, "0").slice(0, digits)}`;
  return iso.slice(0, 19).replace("T", " ") + point;
}

const secondOf = (iso: string) => BigInt(Date.parse(`${iso}Z`) / 1_000);

/** Nanoseconds with so many digits behind the second. */
function nanos(digits: number, from: string, to: string): fc.Arbitrary<bigint> {
  const [min, max] = [secondOf(from), secondOf(to)];
  const seconds = fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, 0n, -1n, 1n));
  const fraction = fc.oneof(fc.nat(10 ** digits - 1), fc.constantFrom(0, 1, 10 ** digits - 1)).map((count) => count % 10 ** digits); // prettier-ignore
  return fc.tuple(seconds, fraction).map(([second, count]) => second * nanosPerSecond + BigInt(count) * 10n ** BigInt(9 - digits)); // prettier-ignore
}

const [firstYear, lastYear] = ["0001-01-01T00:00:00", "9999-12-31T23:59:59"];
/** So near to 1970 that nanoseconds since then fit into 64 bits. */
const [firstNanos, lastNanos] = ["1677-09-22T00:00:00", "2262-04-11T00:00:00"];

function dates(): Kind {
  const days = nanos(0, firstYear, lastYear).map((at) => at / nanosPerSecond - (((at / nanosPerSecond) % 86_400n) + 86_400n) % 86_400n); // prettier-ignore
  return {
    native: "date",
    cells: days.map((seconds) => ({
      sql: cast("date", momentText(seconds * nanosPerSecond, 0).slice(0, 10)),
      value: Number(seconds) / daySeconds,
    })),
  };
}

function times(native: string, digits: number): Kind {
  const cells = nanos(digits, "1970-01-01T00:00:00", "1970-01-01T23:59:59").filter((value) => value >= 0n);
  return { native, cells: cells.map((value) => ({ sql: cast(native, momentText(value, digits).slice(11)), value })) };
}

function timestamps(native: string, digits: number): Kind {
  const cells = digits > 6 ? nanos(digits, firstNanos, lastNanos) : nanos(digits, firstYear, lastYear);
  return { native, cells: cells.map((value) => ({ sql: cast(native, momentText(value, digits)), value })) };
}

function zoned(native: string, digits: number): Kind {
  const cells = digits > 6 ? nanos(digits, firstNanos, lastNanos) : nanos(digits, "0001-01-02T00:00:00", "9999-12-30T00:00:00"); // prettier-ignore
  const zones = fc.constantFrom(0, 60, -480, 345, 840, -570);
  return {
    native,
    cells: fc.tuple(cells, zones).map(([value, minutes]) => {
      const wall = momentText(value + BigInt(minutes) * 60n * nanosPerSecond, digits);
      const two = (number: number) => String(Math.floor(number)).padStart(2, "0");
      const zone = `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
      return { sql: cast(native, `${wall}${zone}`), value };
    }),
  };
}

const jsonNumber = fc.oneof(fc.integer({ min: -1e15, max: 1e15 }), fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 8)).map((n) => n + 0); // prettier-ignore
const { document } = fc.letrec<{ document: unknown; list: unknown[]; object: Record<string, unknown> }>((tie) => ({
  document: fc.oneof({ maxDepth: 2 }, anyText, jsonNumber, fc.boolean(), fc.constant(null), tie("list"), tie("object")),
  list: fc.array(tie("document"), { maxLength: 3 }),
  object: fc.dictionary(anyText, tie("document"), { maxKeys: 3, noNullPrototype: true }),
}));

function documents(native: string, parse: string, only: (value: unknown) => unknown = (value) => value): Kind {
  return {
    native,
    cells: document.map(only).map((value) => ({ sql: `${parse}(${quoted(JSON.stringify(value))})`, value })),
  };
}

function bytes(native: string, fromHex: string): Kind {
  const cells = fc.uint8Array({ maxLength: 60 }).map((value) => Buffer.from(value).toString("hex"));
  return { native, cells: cells.map((value) => ({ sql: `${fromHex}('${value}')`, value })) };
}

/** Their text is the server's. */
function intervals(native: string, texts: readonly string[]): Kind {
  const cells = fc.constantFrom(...texts).map((text) => ({ sql: cast(native, text), value: text }));
  return { native, cells, isInexact: true };
}

const redshift: readonly Kind[] = [
  integers("smallint", 4),
  integers("integer", 9),
  integers("bigint", 19),
  integers("numeric(4,0)", 4),
  integers("numeric(38,0)", 19),
  decimals("numeric", 12, 2),
  decimals("numeric", 38, 10),
  decimals("numeric", 38, 37),
  floats("double precision", doubles),
  // Which digits are shown is the server's choice.
  { ...floats("real", reals), isInexact: true },
  intervals("interval year to month", ["1 year 2 months", "-3 months", "0 years"]),
  intervals("interval day to second", ["3 days 04:05:06.789", "-1 day", "00:00:00.000001"]),
  booleans,
  texts("varchar(65535)", 65_535),
  { ...texts("char(200)", 200), isInexact: true },
  dates(),
  times("time", 6),
  { ...zoned("timetz", 6), isInexact: true },
  timestamps("timestamp", 6),
  zoned("timestamptz", 6),
  documents("super", "json_parse"),
  bytes("varbyte(1000)", "from_hex"),
];

const snowflake: readonly Kind[] = [
  integers("number(4,0)", 4),
  integers("number(9,0)", 9),
  integers("number(38,0)", 19),
  decimals("number", 12, 2),
  decimals("number", 38, 10),
  decimals("number", 38, 37),
  floats("float", doubles),
  booleans,
  texts("varchar", 100_000),
  dates(),
  times("time(9)", 9),
  times("time(0)", 0),
  timestamps("timestamp_ntz(9)", 9),
  timestamps("timestamp_ntz(6)", 6),
  timestamps("timestamp_ntz(0)", 0),
  zoned("timestamp_ltz(9)", 9),
  zoned("timestamp_tz(9)", 9),
  zoned("timestamp_tz(3)", 3),
  documents("variant", "parse_json"),
  documents("array", "parse_json", (value) => (Array.isArray(value) ? (value as unknown[]) : [value])),
  documents("object", "parse_json", (value) => ({ value })),
  bytes("binary", "to_binary"),
];
