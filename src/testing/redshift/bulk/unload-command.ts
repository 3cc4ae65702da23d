import { Refused } from "../errors.ts";
import { tokenize } from "../sql/lexer.ts";
import { statement, type Statement } from "../sql/statement.ts";
import { clauses, isCharacter, once, type Clauses } from "./clauses.ts";
import { beyondStandIn, refusal } from "./failures.ts";

/** Is how the contents of a file are made smaller. */
export type Compression = "gzip" | "zstd";

/** Is what an UNLOAD says. */
export interface UnloadCommand {
  readonly command: "unload";
  /** The SELECT, in Redshift's SQL. */
  readonly select: string;
  /** The beginning of every file's URL. */
  readonly to: string;
  /** The roles, comma-separated; undefined for the default one. */
  readonly roles: string | undefined;
  readonly options: UnloadOptions;
}

/** Are the options that were given. */
export interface UnloadOptions {
  readonly format?: "csv" | "parquet" | "json";
  readonly partition?: { readonly by: readonly string[]; readonly include: boolean };
  readonly manifest?: "plain" | "verbose";
  readonly header?: true;
  readonly delimiter?: string;
  readonly compression?: Compression;
  readonly addQuotes?: true;
  readonly nullAs?: string;
  readonly escape?: true;
  readonly existing?: "overwrite" | "clean";
  readonly parallel?: boolean;
  readonly maximumFileBytes?: number;
  readonly rowGroupBytes?: number;
  readonly extension?: string;
}

interface Given extends Mutable<UnloadOptions> {
  roles: string | undefined;
  encrypted: true;
  region: string;
}
type Mutable<T> = { -readonly [K in keyof T]-?: NonNullable<T[K]> };

const megabyte = 1024 * 1024;

/** Reads an UNLOAD (AWS documentation, "UNLOAD"). Throws a {@link Refused} where it breaks the documented rules. */
export function parseUnload(source: Statement, caseSensitive: boolean): UnloadCommand {
  const read = clauses(source, 1, caseSensitive);
  read.expect("(");
  const select = read.string();
  read.expect(")", "to");
  const to = read.string();
  const { given, set } = once<Given>();
  while (!read.done()) readOption(read, set);
  if (!Object.hasOwn(given, "roles")) throw refusal("UNLOAD needs authorization: IAM_ROLE was not given.", "42601");
  checkDestination(to);
  checkSelect(select);
  checkTogether(given);
  const { roles } = given;
  return { command: "unload", select, to, roles, options: given };
}

type Set = <K extends keyof Given>(key: K, value: Given[K]) => void;

function readOption(read: Clauses, set: Set): void {
  const option = read.peek();
  const reader = Object.hasOwn(readers, option) ? readers[option] : undefined;
  if (!reader) read.unexpected();
  read.expect(option);
  reader(read, set);
}

const as = (read: Clauses): Clauses => {
  read.accept("as");
  return read;
};

const readers: Readonly<Record<string, (read: Clauses, set: Set) => void>> = {
  iam_role: (read, set) => set("roles", read.accept("default") ? undefined : read.string()),
  format: (read, set) => {
    const format = as(read).peek();
    if (format !== "csv" && format !== "parquet" && format !== "json") return read.unexpected();
    read.expect(format);
    set("format", format);
  },
  csv: (_, set) => set("format", "csv"),
  parquet: (_, set) => set("format", "parquet"),
  json: (_, set) => set("format", "json"),
  partition: (read, set) => {
    read.expect("by", "(");
    const by = [read.name()];
    while (read.accept(",")) by.push(read.name());
    read.expect(")");
    set("partition", { by, include: read.accept("include") });
  },
  manifest: (read, set) => set("manifest", read.accept("verbose") ? "verbose" : "plain"),
  header: (_, set) => set("header", true),
  delimiter: (read, set) => set("delimiter", oneCharacter(as(read).string(), "DELIMITER")),
  fixedwidth: () => {
    throw beyondStandIn("UNLOAD with FIXEDWIDTH");
  },
  encrypted: (read, set) => {
    read.accept("auto");
    set("encrypted", true);
  },
  kms_key_id: () => {
    throw beyondStandIn("UNLOAD with KMS_KEY_ID");
  },
  gzip: (_, set) => set("compression", "gzip"),
  zstd: (_, set) => set("compression", "zstd"),
  bzip2: () => {
    throw beyondStandIn("UNLOAD with BZIP2");
  },
  addquotes: (_, set) => set("addQuotes", true),
  null: (read, set) => set("nullAs", as(read).string()),
  escape: (_, set) => set("escape", true),
  allowoverwrite: (_, set) => set("existing", "overwrite"),
  cleanpath: (_, set) => set("existing", "clean"),
  parallel: (read, set) => {
    const off = read.accept("off") || read.accept("false");
    if (!off && !read.accept("on")) read.accept("true");
    set("parallel", !off);
  },
  maxfilesize: (read, set) =>
    set("maximumFileBytes", size(as(read), "MAXFILESIZE", 5 * megabyte, 6.2 * 1024 * megabyte)),
  rowgroupsize: (read, set) => set("rowGroupBytes", size(as(read), "ROWGROUPSIZE", 32 * megabyte, 128 * megabyte)),
  region: (read, set) => set("region", as(read).string()),
  extension: (read, set) => set("extension", as(read).string()),
  credentials: () => {
    throw beyondStandIn("Authorization by CREDENTIALS");
  },
  access_key_id: () => {
    throw beyondStandIn("Authorization by keys");
  },
};

function size(read: Clauses, option: string, minimum: number, maximum: number): number {
  const count = read.number();
  const unit = read.accept("gb") ? 1024 * megabyte : megabyte;
  if (unit === megabyte) read.accept("mb");
  const bytes = Math.floor(count * unit);
  if (bytes >= minimum && bytes <= maximum) return bytes;
  throw refusal(`${option} should be between ${minimum / megabyte} MB and ${maximum / megabyte} MB`, "22023");
}

function oneCharacter(text: string, option: string): string {
  if (isCharacter(text)) return text;
  throw refusal(`${option} must be a single ASCII character`, "22023");
}

function checkDestination(to: string): void {
  if (!/^s3:\/\/[^/]+\/[^]*$/.test(to)) throw refusal(`UNLOAD destination is not supported. (Hint: only S3 based unload is allowed)`, "XX000"); // prettier-ignore
}

/** The SELECT may not be limited at its outermost level (AWS documentation: "can't use a LIMIT clause in the outer SELECT"). */
function checkSelect(select: string): void {
  const latin1 = Buffer.from(select).toString("latin1");
  const inner = statement(latin1, tokenize(latin1), { edits: [] });
  const first = inner.word(0);
  if (first !== "select" && first !== "with" && first !== "(") throw new Refused(inner.unexpected(0));
  let depth = 0;
  inner.tokens.forEach((_, at) => {
    const word = inner.word(at);
    if (word === "(") depth++;
    if (word === ")") depth--;
    if (depth === 0 && word === ";") throw new Refused(inner.unexpected(at));
    if (depth === 0 && word === "limit") throw refusal("Limit clause is not supported");
    if (inner.tokens[at]?.kind === "parameter") throw new Refused(inner.unexpected(at));
  });
}

/** What the documentation forbids together, option by option. */
function checkTogether(given: Partial<Given>): void {
  const { format = "text" } = given;
  const forbid = (names: Partial<Record<keyof Given, string>>, why: string): void => {
    for (const [key, name] of Object.entries(names)) {
      if (Object.hasOwn(given, key)) throw refusal(`${name} is not supported for ${why}`);
    }
  };
  const textOnly = {
    delimiter: "DELIMITER",
    header: "HEADER",
    addQuotes: "ADDQUOTES",
    escape: "ESCAPE",
    nullAs: "NULL AS",
  };
  if (format === "parquet") forbid({ ...textOnly, compression: "Compression" }, "UNLOAD to PARQUET");
  else forbid({ rowGroupBytes: "ROWGROUPSIZE" }, `UNLOAD to ${format.toUpperCase()}`);
  if (format === "json") forbid(textOnly, "UNLOAD to JSON");
  if (format === "csv") forbid({ addQuotes: "ADDQUOTES", escape: "ESCAPE" }, "UNLOAD to CSV");
}
