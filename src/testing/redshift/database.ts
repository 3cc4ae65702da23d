import { randomBytes } from "node:crypto";
import type { Client, Pool, QueryResult, QueryResultRow } from "pg";
import type { PostgresAddress } from "../postgres.ts";
import { catalogViews } from "./catalog.ts";
import { functions, version } from "./functions.ts";
import { systemTables } from "./system-tables.ts";
import { clockFunctions } from "./time.ts";
import { schemaSql } from "./contents.ts";
import { createNumeric, numericTypes, type NumericTypes } from "./numerics.ts";
import { redshiftSettings } from "./sql/settings.ts";

/** Is the database behind a stand-in: its own, so that it may be bent into Redshift's shape, dropped when it closes. */
export interface Database {
  /** The server's address and the superuser, with this database. */
  readonly address: PostgresAddress;
  /** Names of the domains that stand for Redshift's types, by OID. */
  readonly domains: ReadonlyMap<number, string>;
  readonly numerics: NumericTypes;
  /** Whether its functions of time go by what a {@link Timekeeper} tells it. */
  readonly isClocked: boolean;
  /** Makes a role of this name, unless there is one; it is a superuser that cannot log in. */
  ensureRole(name: string): Promise<void>;
  /** Runs SQL of PostgreSQL; of several statements, gives the rows of the last. */
  query(sql: string, params?: readonly unknown[]): Promise<QueryResultRow[]>;
  drop(): Promise<void>;
}

/** Every session starts with these; RESET returns to them. */
const sessionSettings: Readonly<Record<string, string>> = {
  standard_conforming_strings: "off",
  escape_string_warning: "off",
  backslash_quote: "on",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  extra_float_digits: "0",
  bytea_output: "hex",
  lc_messages: "C",
  client_min_messages: "notice",
};

/** Creates the database and gives it Redshift's functions, types and settings; `name` is what it calls itself. */
export async function createDatabase(
  server: PostgresAddress,
  { name, schema, isClocked }: { readonly name: string; readonly schema: string; readonly isClocked: boolean },
): Promise<Database> {
  const pg = await loadPg();
  const own = `redshift_stand_in_${randomBytes(6).toString("hex")}`;
  const connect = (database: string): Client => new pg.Client({ ...login(server), database });
  await withClient(connect(server.database), async (client) => {
    await client.query(`create database ${own} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`);
    const settings = Object.entries({ ...sessionSettings, ...prefixed(redshiftSettings) });
    await client.query(settings.map(([setting, value]) => `alter database ${own} set ${setting} to ${literal(value)}`).join(";")); // prettier-ignore
  });
  const address: PostgresAddress = { ...server, database: own };
  const domains = new Map<number, string>();
  const dropDatabase = (): Promise<unknown> =>
    withClient(connect(server.database), (client) => client.query(`drop database ${own} with (force)`));
  await withClient(connect(own), async (client) => {
    await furnish(client, name);
    await client.query(schemaSql("public") + schemaSql(schema));
    if (isClocked)
      await client.query(`set allow_system_table_mods to on; ${clockFunctions} reset allow_system_table_mods`);
    await readDomains(client, domains);
  }).catch(async (error: unknown) => {
    await dropDatabase().catch(() => undefined); // The first error is the one to tell.
    throw error;
  });
  // Seeds are PostgreSQL's SQL, with its own rules for strings.
  const options = "-c standard_conforming_strings=on";
  const pool: Pool = new pg.Pool({ ...login(address), database: own, options, max: 4, allowExitOnIdle: true });
  // An idle connection that the server ends is replaced at the next query, which reports what is wrong.
  pool.on("error", () => undefined);
  const numerics = numericTypes(
    (sql) => pool.query(sql),
    (type) => readDomains(pool, domains, type),
  );
  return {
    address,
    domains,
    numerics,
    isClocked,
    ensureRole: (role) => withClient(connect(server.database), (client) => ensureRole(client, role)),
    async query(sql, params) {
      // With several statements pg answers a list of results, which its types leave out.
      const result: QueryResult<QueryResultRow> | QueryResult<QueryResultRow>[] = await pool.query<QueryResultRow>(
        sql,
        params && [...params],
      );
      return [result].flat().at(-1)?.rows ?? [];
    },
    async drop() {
      // The database first, which ends what still runs in it; the pool waits for that.
      await dropDatabase().finally(() => pool.end());
    },
  };
}

async function loadPg(): Promise<Pick<typeof import("pg"), "Client" | "Pool">> {
  try {
    const loaded = await import("pg");
    return loaded.default;
  } catch (cause) {
    throw new Error("The Redshift stand-in needs the package pg: run `npm install --save-dev pg`.", { cause });
  }
}

/** All fields are set: what pg is not given it takes from the environment. */
const login = ({ host, port, user, password }: PostgresAddress) => ({
  host,
  port,
  user,
  password,
  ssl: false,
  application_name: "redshift-stand-in",
});

async function withClient<T>(client: Client, work: (client: Client) => Promise<T>): Promise<T> {
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function furnish(client: Client, name: string): Promise<void> {
  await client.query("set search_path to pg_catalog");
  await client.query(createNumeric(38, 0) + createNumeric(18, 0));
  await client.query(functions);
  await client.query(`
    alter function pg_catalog.version() rename to postgres_version;
    create function pg_catalog.version() returns text language sql stable as $$select ${literal(version)}::text$$;
    alter function pg_catalog.current_database() rename to postgres_database;
    create function pg_catalog.current_database() returns name language sql stable as
      $$select ${literal(name)}::name$$;`);
  // PostgreSQL guards the schema that no search_path can hide.
  await client.query(
    `set allow_system_table_mods to on; ${catalogViews} ${systemTables} reset allow_system_table_mods`,
  );
  await renameInViews(client);
}

async function readDomains(client: Client | Pool, domains: Map<number, string>, name?: string): Promise<void> {
  const { rows } = await client.query<{ oid: number; typname: string }>(
    `select oid, typname from pg_type
      where typnamespace = 'pg_catalog'::regnamespace and typtype = 'd' and ($1::text is null or typname = $1)`,
    [name ?? null],
  );
  for (const { oid, typname } of rows) domains.set(oid, typname);
}

/** The views of information_schema print the database's name by the function that was renamed: they follow the new. */
async function renameInViews(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(`
    select c.oid::regclass::text as name, pg_get_viewdef(c.oid) as definition
      from pg_class c
     where c.relnamespace = 'information_schema'::regnamespace
       and c.relname in ('schemata', 'tables', 'columns', 'views', 'table_constraints', 'key_column_usage')`);
  const renamed = rows.map(({ name, definition }) => `create or replace view ${name} as ${definition.replaceAll("postgres_database()", "current_database()")}`); // prettier-ignore
  await client.query(renamed.join(""));
}

async function ensureRole(client: Client, role: string): Promise<void> {
  // Stand-ins on one server may start at the same moment. Roles belong to the server; the lock, to the database that all of them have.
  await client.query("select pg_advisory_lock(7439201)");
  const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [role]);
  if (rowCount === 0) await client.query(`create role "${role.replaceAll('"', '""')}" superuser nologin`);
}

const prefixed = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [`redshift.${name}`, value]));

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
