import { optionalValues, type OptionalValues } from "../credentials/optional-values.ts";
import { WarehouseError } from "../errors.ts";
import { failed, passed, warning, type Finding } from "./finding.ts";
import type { Call } from "../call.ts";
import type { Credentials } from "../credentials/schema.ts";
import type { OptionalOverrides } from "../credentials/optional-values.ts";
import type { Warehouse } from "../warehouse.ts";

/** What a session says of itself. */
export interface Situation {
  readonly version: string | null;
  readonly database: string | null;
  readonly schema: string | null;
  /** Snowflake only. */
  readonly role?: string | null;
  /** Snowflake only. */
  readonly warehouse?: string | null;
}

const questions = {
  redshift: "select version() as version, current_database() as database, current_schema() as schema",
  snowflake:
    "select current_version() as version, current_database() as database, current_schema() as schema, current_role() as role, current_warehouse() as warehouse",
};

/** Asks a session where it is, and compares that with what was wanted. */
export async function locate(
  db: Warehouse,
  credentials: Credentials,
  overrides: OptionalOverrides,
  call: Call,
): Promise<Finding<Situation>> {
  const { rows } = await db.query<Situation>(questions[db.type], undefined, { signal: call.signal });
  const [situation] = rows;
  if (situation === undefined)
    return failed("the server says nothing of its session", "Something else than a warehouse answers there.");
  const wanted = optionalValues(credentials, overrides);
  const finding =
    db.type === "snowflake" ? onSnowflake(situation, wanted) : await onRedshift(db, situation, wanted, call);
  // Queries run all the same, and the server's version is worth knowing.
  return { ...finding, gives: situation };
}

/** Gives the server's version in few words. */
export function versionOf(type: Warehouse["type"], { version }: Situation): string | undefined {
  if (type === "snowflake") return version === null ? undefined : `Snowflake ${version}`;
  // `PostgreSQL 8.0.2 on …, Redshift 1.0.117891`
  return /Redshift [\d.]+/.exec(version ?? "")?.[0] ?? version ?? undefined;
}

/** Compares what a Snowflake session says of itself with what was wanted. */
export function onSnowflake(situation: Situation, wanted: OptionalValues): Finding {
  const details = { ...situation };
  const missing = (["database", "role", "warehouse", "schema"] as const).filter(
    (name) => (situation[name] ?? null) === null,
  );
  const seen = `role ${shown(situation.role)}, virtual warehouse ${shown(situation.warehouse)}, schema ${shown(situation.database)}.${shown(situation.schema)}`;
  if (missing.length === 0) return passed(seen, true, details);
  const unmet = missing.filter((name) => name === "database" || wanted[name] !== undefined);
  if (unmet.length > 0) {
    const names = unmet.map((name) =>
      name === "database" ? "the database" : `the ${wordFor(name)} ${JSON.stringify(wanted[name])}`,
    );
    return failed(
      `${seen}: ${names.join(" and ")} cannot be used`,
      `It does not exist, or the role lacks USAGE on it: let an administrator GRANT it, or pass the option ${unmet.find((name) => name !== "database") ?? "credentials"} with another.`,
      details,
    );
  }
  return warning(
    `${seen}: none was named for ${missing.map(wordFor).join(" and ")}`,
    `Pass the option ${missing.join(" and ")}, or set a default for the user: ${missing.includes("warehouse") ? "without a virtual warehouse no table can be read" : "names of tables must be written whole without it"}.`,
    true,
    details,
  );
}

async function onRedshift(
  db: Warehouse,
  situation: Situation,
  { schema: wanted }: OptionalValues,
  call: Call,
): Promise<Finding> {
  const { schema } = situation;
  const details = { ...situation, wanted };
  const seen = `database ${shown(situation.database)}, schema ${shown(schema)}`;
  // Names are folded to lower case, also those in quotes (docs.aws.amazon.com/redshift, "enable_case_sensitive_identifier").
  if (wanted === undefined ? schema !== null : schema?.toLowerCase() === wanted.toLowerCase())
    return passed(seen, true, details);
  if (wanted === undefined) {
    return warning(
      `${seen}: none was named`,
      "Pass the option schema, or write schema.table in every statement.",
      true,
      details,
    );
  }
  const name = JSON.stringify(wanted);
  // A cluster may also be set to tell capitals apart.
  const usable = (await maySee(db, wanted, call)) ?? (await maySee(db, wanted.toLowerCase(), call));
  if (usable === undefined) {
    return failed(
      `${seen}: there is no schema ${name}`,
      "Correct the schema in the option or in the warehouse's settings in Peak, or create it.",
      details,
    );
  }
  if (!usable) {
    return failed(
      `${seen}: the user may not use the schema ${name}`,
      `Let its owner run: GRANT USAGE ON SCHEMA ${name} TO this user.`,
      details,
    );
  }
  return warning(
    `${seen}: the schema ${name} is there, and is not searched`,
    "It is an external one, perhaps: write schema.table in every statement.",
    true,
    details,
  );
}

/** Tells whether the user may use a schema; `undefined` where there is none. */
async function maySee(db: Warehouse, schema: string, call: Call): Promise<boolean | undefined> {
  const text = "select has_schema_privilege(cast(? as varchar(127)), 'USAGE') as usable";
  try {
    const { rows } = await db.query<{ usable: boolean | null }>(text, [schema], { signal: call.signal });
    return rows[0]?.usable === true;
  } catch (error) {
    if (WarehouseError.is(error) && error.code === "QUERY") return undefined;
    throw error;
  }
}

function shown(name: string | null | undefined): string {
  return name === null || name === undefined ? "none" : JSON.stringify(name);
}

function wordFor(name: string): string {
  return name === "warehouse" ? "virtual warehouse" : name;
}
