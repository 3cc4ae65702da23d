import {
  readSeed,
  SeedError,
  type Seed,
  type SeedColumn,
  type SeedColumns,
  type SeedKind,
  type SeedRows,
} from "../seed.ts";
import type { Database } from "./database.ts";
import { translate } from "./sql/translate.ts";

/** Seeds a table of the schema, unless its name says another. Throws a {@link SeedError}. */
export async function seedTable(
  database: Database,
  schema: string,
  given: { readonly table: string; readonly rows: SeedRows; readonly columns: SeedColumns | undefined },
): Promise<void> {
  const { table } = given;
  const { path, columns, rows } = readSeed(table, given.rows, given.columns);
  const name = [path.at(-2) ?? schema, path.at(-1) ?? ""].map(quoted).join(".");
  const list = columns.map(({ name }) => quoted(name)).join(", ");
  const create = Buffer.from(`create table ${name} (${columns.map((one) => `${quoted(one.name)} ${typeOf(one)}`).join(", ")})`); // prettier-ignore
  try {
    await database.numerics.ensure(create);
    const { text, refusal } = translate(create, { caseSensitive: false, numericTypes: database.numerics.known });
    if (refusal) throw new Error(refusal.message);
    await database.query(`set local lock_timeout = '5s'; drop table if exists ${name} cascade; ${text.toString()}`);
    await fill(database, `${name} (${list})`, { columns, rows }).catch(async (error: unknown) => {
      await database.query(`drop table if exists ${name}`).catch(() => undefined); // The first error is the one to tell.
      throw error;
    });
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new SeedError(`Redshift refused the seed of ${table}: ${words}`, { table }, cause);
  }
}

const bindsAtATime = 10_000;

async function fill(
  database: Database,
  target: string,
  { columns, rows }: Pick<Seed, "columns" | "rows">,
): Promise<void> {
  const rowsAtATime = Math.max(1, Math.floor(bindsAtATime / columns.length));
  for (let at = 0; at < rows.length; at += rowsAtATime) {
    const some = rows.slice(at, at + rowsAtATime);
    const values = some.map((row, r) => `(${row.map((_, c) => `$${r * row.length + c + 1}`).join(", ")})`);
    const params = some.flatMap((row) => row.map((cell, c) => bound(cell, columns[c])));
    await database.query(`insert into ${target} values ${values.join(", ")}`, params);
  }
}

/** Redshift folds even a name in quotes. */
const quoted = (name: string): string => `"${name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()).replaceAll('"', '""')}"`; // prettier-ignore

const types: Readonly<Record<SeedKind, string>> = {
  integer: "bigint",
  "long integer": "bigint",
  "wide integer": "numeric(38, 0)",
  float: "double precision",
  boolean: "boolean",
  text: "varchar(65535)",
  moment: "timestamptz",
  bytes: "varbyte",
  document: "super",
};

/** What a type of Snowflake's is called here. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ["number", "numeric"],
  ["string", "varchar"],
  ["tinyint", "smallint"],
  ["byteint", "smallint"],
  ["datetime", "timestamp"],
  ["timestamp_ntz", "timestamp"],
  ["timestamp_ltz", "timestamptz"],
  ["timestamp_tz", "timestamptz"],
  ["variant", "super"],
  ["object", "super"],
  ["array", "super"],
  ["binary", "varbyte"],
]);

/** And what one is that has no size: as wide as there. */
const unsized: ReadonlyMap<string, string> = new Map([
  ["number", "numeric(38, 0)"],
  ["string", "varchar(65535)"],
  ["double", "double precision"],
]);

function typeOf({ type }: SeedColumn): string {
  if ("kind" in type) return types[type.kind];
  const { given } = type;
  const own = given.replace(/^\w+/, (word) => synonyms.get(word.toLowerCase()) ?? word);
  return unsized.get(given.toLowerCase()) ?? own;
}

/** PostgreSQL takes bytes in hex with a mark before them. */
const bound = (cell: string | null, column: SeedColumn | undefined): string | null =>
  cell !== null && column && /^(?:varbyte|varbinary)\b/i.test(typeOf(column)) ? `\\x${cell}` : cell;

/** Ends what is in the middle of something, and drops every schema but `public` and this one, which are empty again. */
export async function emptyDatabase(database: Database, schema: string): Promise<void> {
  await database.query(`
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where datname = postgres_database() and pid <> pg_backend_pid() and state <> 'idle'
       and backend_type = 'client backend' and application_name <> 'redshift-stand-in'`);
  const schemas = await database.query(
    "select quote_ident(nspname) as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'",
  );
  const drops = schemas.map(({ name }) => `drop schema ${String(name)} cascade;`);
  await database.query(`set local lock_timeout = '5s'; set local client_min_messages = warning;
    ${drops.join(" ")} ${schemaSql("public")} ${schema === "public" ? "" : schemaSql(schema)}`);
}

/** Writes the statements that make a schema open to all. */
export const schemaSql = (schema: string): string =>
  `create schema if not exists ${quoted(schema)}; grant all on schema ${quoted(schema)} to public;`;
