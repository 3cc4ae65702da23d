import type { Statement } from "../sql/statement.ts";
import { clauses, isCharacter, once, type Clauses } from "./clauses.ts";
import { beyondStandIn, refusal } from "./failures.ts";
import type { Compression } from "./unload-command.ts";

/** Is what a COPY says. */
export interface CopyCommand {
  readonly command: "copy";
  /** As it was written. */
  readonly table: string;
  /** The columns to load, in the order of the file's; undefined for all of the table's. */
  readonly columns: readonly string[] | undefined;
  readonly from: string;
  readonly roles: string | undefined;
  readonly options: CopyOptions;
}

/** Is the format of the files: delimited text unless it is said. */
type CopyFormat =
  | { readonly kind: "text" | "csv" | "parquet" }
  | { readonly kind: "json"; readonly by: "auto" | "auto ignorecase" | "noshred" | { readonly paths: string } };

/** Are the options that were given. */
export interface CopyOptions {
  readonly format?: CopyFormat;
  readonly delimiter?: string;
  readonly quote?: string;
  readonly manifest?: true;
  readonly compression?: Compression;
  readonly ignoreHeader?: number;
  readonly nullAs?: string;
  readonly emptyAsNull?: true;
  readonly blanksAsNull?: true;
  /** The character that takes the place of an invalid one. */
  readonly acceptInvalid?: string;
  readonly dateFormat?: "auto" | "default";
  readonly timeFormat?: "auto" | "default";
  readonly escape?: true;
  readonly removeQuotes?: true;
  readonly fillRecord?: true;
  readonly truncateColumns?: true;
  readonly trimBlanks?: true;
  readonly ignoreBlankLines?: true;
  readonly serializeToJson?: true;
  readonly explicitIds?: true;
  /** Digits beyond the scale of a NUMERIC round it; otherwise they are cut off. */
  readonly roundDecimals?: true;
  /** How many errors make the load fail; 0 or 1 means the first. */
  readonly maximumErrors?: number;
  readonly noLoad?: true;
}

interface Given extends Mutable<CopyOptions> {
  roles: string | undefined;
  region: string;
  compUpdate: string;
  statUpdate: string;
}
type Mutable<T> = { -readonly [K in keyof T]-?: NonNullable<T[K]> };
type Set = <K extends keyof Given>(key: K, value: Given[K]) => void;

/** Reads a COPY (AWS documentation, "COPY"). Throws a `Refused` where it breaks the documented rules. */
export function parseCopy(source: Statement, caseSensitive: boolean): CopyCommand {
  const read = clauses(source, 1, caseSensitive);
  const table = read.qualifiedName();
  const columns = read.accept("(") ? names(read) : undefined;
  read.expect("from");
  if (read.accept("stdin")) throw noSource();
  const from = read.string();
  const { given, set } = once<Given>();
  while (!read.done()) {
    const option = read.peek();
    const reader = Object.hasOwn(readers, option) ? readers[option] : undefined;
    if (!reader) return read.unexpected();
    read.expect(option);
    reader(read, set);
  }
  if (!/^s3:\/\/[^/]+\/[^]+$/.test(from)) throw noSource();
  if (!Object.hasOwn(given, "roles")) throw refusal("COPY needs authorization: IAM_ROLE was not given.", "42601");
  checkTogether(given);
  const { roles } = given;
  return { command: "copy", table, columns, from, roles, options: given };
}

/** As users of psycopg2's copy_from() report it; no documentation of Amazon's words it. */
const noSource = () =>
  refusal("LOAD source is not supported. (Hint: only S3 or DynamoDB or EMR based load is allowed)", "XX000");

function names(read: Clauses): string[] {
  const found = [read.name()];
  while (read.accept(",")) found.push(read.name());
  read.expect(")");
  return found;
}

const as = (read: Clauses): Clauses => {
  read.accept("as");
  return read;
};

function readFormat(read: Clauses, set: Set): void {
  const kind = as(read).peek();
  if (!["csv", "json", "parquet", "avro", "orc", "shapefile", "fixedwidth", "delimiter"].includes(kind)) return read.unexpected(); // prettier-ignore
  read.expect(kind);
  readers[kind]?.(read, set);
}

const unsupported = (what: string) => () => {
  throw beyondStandIn(what);
};

const readers: Readonly<Record<string, (read: Clauses, set: Set) => void>> = {
  iam_role: (read, set) => set("roles", read.accept("default") ? undefined : read.string()),
  credentials: unsupported("Authorization by CREDENTIALS"),
  access_key_id: unsupported("Authorization by keys"),
  format: readFormat,
  csv: (_, set) => {
    set("format", { kind: "csv" });
  },
  quote: (read, set) => set("quote", oneCharacter(as(read).string(), "QUOTE")),
  delimiter: (read, set) => set("delimiter", oneCharacter(as(read).string(), "DELIMITER")),
  json: (read, set) => {
    as(read);
    const by = read.string();
    const known = by === "auto" || by === "auto ignorecase" || by === "noshred";
    if (!known && !by.startsWith("s3://")) throw refusal(`Invalid JSONPath format: ${by}`, "22023");
    set("format", { kind: "json", by: known ? by : { paths: by } });
  },
  parquet: (read, set) => {
    set("format", { kind: "parquet" });
    if (read.accept("serializetojson")) set("serializeToJson", true);
  },
  serializetojson: (_, set) => set("serializeToJson", true),
  avro: unsupported("COPY of AVRO"),
  orc: unsupported("COPY of ORC"),
  shapefile: unsupported("COPY of SHAPEFILE"),
  fixedwidth: unsupported("COPY of FIXEDWIDTH"),
  manifest: (_, set) => set("manifest", true),
  region: (read, set) => set("region", as(read).string()),
  gzip: (_, set) => set("compression", "gzip"),
  zstd: (_, set) => set("compression", "zstd"),
  bzip2: unsupported("COPY with BZIP2"),
  lzop: unsupported("COPY with LZOP"),
  ignoreheader: (read, set) => set("ignoreHeader", as(read).integer()),
  null: (read, set) => set("nullAs", as(read).string()),
  emptyasnull: (_, set) => set("emptyAsNull", true),
  blanksasnull: (_, set) => set("blanksAsNull", true),
  acceptinvchars: (read, set) => {
    const given = read.accept("as");
    set("acceptInvalid", given ? oneCharacter(read.string(), "ACCEPTINVCHARS") : "?");
  },
  dateformat: (read, set) => set("dateFormat", temporal(as(read).string(), "DATEFORMAT", ["yyyy-mm-dd"])),
  timeformat: (read, set) =>
    set("timeFormat", temporal(as(read).string(), "TIMEFORMAT", ["yyyy-mm-dd hh:mi:ss", "yyyy-mm-dd hh24:mi:ss"])),
  escape: (_, set) => set("escape", true),
  removequotes: (_, set) => set("removeQuotes", true),
  fillrecord: (_, set) => set("fillRecord", true),
  truncatecolumns: (_, set) => set("truncateColumns", true),
  trimblanks: (_, set) => set("trimBlanks", true),
  ignoreblanklines: (_, set) => set("ignoreBlankLines", true),
  explicit_ids: (_, set) => set("explicitIds", true),
  maxerror: (read, set) => {
    const errors = as(read).integer();
    if (errors > 100_000) throw refusal(`MAXERROR value ${errors} is out of range (0 to 100000)`, "22023");
    set("maximumErrors", errors);
  },
  ignoreallerrors: (_, set) => set("maximumErrors", Infinity),
  roundec: (_, set) => set("roundDecimals", true),
  acceptanydate: unsupported("COPY with ACCEPTANYDATE"),
  encoding: unsupported("COPY with ENCODING"),
  encrypted: unsupported("COPY with ENCRYPTED"),
  master_symmetric_key: unsupported("COPY with MASTER_SYMMETRIC_KEY"),
  comprows: unsupported("COPY with COMPROWS"),
  readratio: unsupported("COPY with READRATIO"),
  ssh: unsupported("COPY with SSH"),
  noload: (_, set) => set("noLoad", true),
  compupdate: (read, set) => set("compUpdate", toggle(read, "preset")),
  statupdate: (read, set) => set("statUpdate", toggle(read)),
};

function toggle(read: Clauses, ...more: readonly string[]): string {
  return ["on", "off", "true", "false", ...more].find((word) => read.accept(word)) ?? "on";
}

function temporal(given: string, option: string, defaults: readonly string[]): "auto" | "default" {
  if (given.toLowerCase() === "auto") return "auto";
  if (defaults.includes(given.toLowerCase())) return "default";
  throw beyondStandIn(`${option} '${given}'`);
}

function oneCharacter(text: string, option: string): string {
  if (isCharacter(text)) return text;
  throw refusal(`${option} must be a single ASCII character`, "22023");
}

/** Columnar files take these options only (AWS documentation, "COPY from columnar data formats"). */
const columnar = new Set(["format", "acceptInvalid", "fillRecord", "roles", "statUpdate", "manifest", "explicitIds", "serializeToJson"]); // prettier-ignore

function checkTogether(given: Partial<Given>): void {
  const { kind } = given.format ?? { kind: "text" };
  const refuse = (option: keyof Given, format: string): void => {
    if (Object.hasOwn(given, option))
      throw refusal(`${word(option)} argument is not supported for ${format} based COPY`);
  };
  if (kind === "parquet") {
    for (const option of Object.keys(given)) if (!columnar.has(option)) refuse(option as keyof Given, "PARQUET"); // The keys of Given.
  } else {
    refuse("serializeToJson", kind.toUpperCase());
  }
  if (kind !== "csv" && kind !== "parquet") refuse("quote", kind.toUpperCase());
  if (kind === "csv") for (const option of ["escape", "removeQuotes"] as const) refuse(option, "CSV");
  if (kind === "json") {
    for (const option of ["delimiter", "escape", "removeQuotes", "fillRecord", "ignoreHeader"] as const)
      refuse(option, "JSON");
  }
}

/** Gives an option's own name. */
function word(option: keyof Given): string {
  const words: Partial<Record<keyof Given, string>> = { maximumErrors: "MAXERROR", acceptInvalid: "ACCEPTINVCHARS", nullAs: "NULL AS", explicitIds: "EXPLICIT_IDS" }; // prettier-ignore
  return words[option] ?? option.toUpperCase();
}
