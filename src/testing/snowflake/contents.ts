import { readSeed, SeedError, type Seed, type SeedColumn, type SeedColumns, type SeedKind, type SeedRows } from "../seed.ts"; // prettier-ignore
import { discard } from "./engine/define.ts";
import type { SqlSession } from "./engine/session.ts";
import type { Account } from "./engine/storage.ts";
import { endTransaction } from "./engine/storage.ts";
import type { Settings } from "./options.ts";

type Place = Pick<Settings, "database" | "schema">;

/** Seeds a table through `run`, which runs SQL as an administrator. Throws a {@link SeedError}. */
export async function seedTable(
  run: (sql: string) => Promise<unknown>,
  place: Place,
  given: { readonly table: string; readonly rows: SeedRows; readonly columns: SeedColumns | undefined },
): Promise<void> {
  const seed = readSeed(given.table, given.rows, given.columns);
  const name = [place.database, place.schema].slice(0, 3 - seed.path.length).concat(seed.path.map(folded)).map(quoted).join("."); // prettier-ignore
  try {
    const columns = seed.columns.map((column) => `${quoted(folded(column.name))} ${typeOf(column)}`);
    await run(`create or replace table ${name} (${columns.join(", ")})`);
    await fill(run, name, seed).catch(async (error: unknown) => {
      await run(`drop table if exists ${name}`).catch(() => undefined); // The first error is the one to tell.
      throw error;
    });
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new SeedError(`Snowflake refused the seed of ${seed.table}: ${words}`, { table: seed.table }, cause);
  }
}

const rowsAtATime = 500;

async function fill(run: (sql: string) => Promise<unknown>, name: string, seed: Seed): Promise<void> {
  for (let at = 0; at < seed.rows.length; at += rowsAtATime) await run(insertion(name, seed, at));
}

function insertion(name: string, { columns, rows }: Seed, at: number): string {
  const values = rows.slice(at, at + rowsAtATime).map((row) => `(${row.map(literal).join(", ")})`);
  // No cast, which would cut a text that is too long, where an INSERT refuses it.
  const cells = columns.map((column, i) =>
    column.isDocument ? `parse_json(column${i + 1})::${typeOf(column)}` : `column${i + 1}`,
  );
  return `insert into ${name} select ${cells.join(", ")} from values ${values.join(", ")}`;
}

/** A simple name means what it does in SQL without quotes; another is meant as it is written. */
const folded = (name: string): string => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name.toUpperCase() : name);
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string | null): string =>
  text === null ? "null" : `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

const types: Readonly<Record<SeedKind, string>> = {
  integer: "number(38, 0)",
  "long integer": "number(38, 0)",
  "wide integer": "number(38, 0)",
  float: "float",
  boolean: "boolean",
  text: "varchar",
  moment: "timestamp_tz",
  bytes: "binary",
  document: "variant",
};

/** What a type of Redshift's is called here. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ["super", "variant"],
  ["varbyte", "binary"],
  ["bpchar", "char(256)"],
  ["text", "varchar"],
  ["bool", "boolean"],
  ["int2", "smallint"],
  ["int4", "integer"],
  ["int8", "bigint"],
]);

function typeOf({ type }: SeedColumn): string {
  if ("kind" in type) return types[type.kind];
  const own = type.given.replace(/^\w+/, (word) => synonyms.get(word.toLowerCase()) ?? word);
  return own.replace(/\(\s*max\s*\)/i, "");
}

/** Empties the account but for the place where sessions start and those where they are, and rolls their transactions back. */
export async function emptyAccount(account: Account, start: Place, sessions: readonly SqlSession[]): Promise<void> {
  const { catalog, bulk } = account;
  for (const session of sessions) await endTransaction(session, account, "rollback");
  for (const database of catalog.databases()) await discard(catalog.dropDatabase(database), { account });
  catalog.schemaComments.clear();
  bulk.clear();
  for (const { database, schema } of [start, ...sessions]) {
    if (database === null) continue;
    if (catalog.schemas(database) === undefined) catalog.createDatabase(database);
    if (schema !== null && catalog.schemas(database)?.includes(schema) !== true) catalog.createSchema(database, schema);
  }
}
