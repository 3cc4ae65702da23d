import { Option, type Command } from "commander";
import { withWarehouse } from "./warehouse.ts";
import { writeJson, writeText } from "./summary.ts";
import type { Components } from "../credentials/components.ts";
import type { ConnectionStringTarget } from "../index.ts";
import type { Ground } from "./ground.ts";

interface EnvironmentFlags {
  readonly for?: ConnectionStringTarget;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ eval "$(peak-warehouse env)" && psql                      # Redshift: libpq's own variables
  $ eval "$(peak-warehouse env)" && snow sql -x -q "select 1" # Snowflake CLI
  $ DATABASE_URL="$(peak-warehouse env --for sqlalchemy)" python train.py

What it prints is a secret. A token of Snowflake's OAuth is good for ten minutes.`;

/** Adds `env`: the tenant's login for other tools. */
export function environmentCommand(program: Command, ground: Ground): void {
  const command = program
    .command("env")
    .description("print the login for another tool: environment variables, or a connection string")
    .addOption(new Option("--for <tool>", "a connection string instead").choices(["libpq", "sqlalchemy"]))
    .option("--json", "as a JSON object; default: as commands for a shell")
    .addHelpText("after", examples);
  command.action(async () => {
    const { for: tool, json } = command.opts<EnvironmentFlags>();
    const { signal } = ground;
    const text = async (target: ConnectionStringTarget | undefined) =>
      withWarehouse(
        command,
        ground,
        async (db) => db.connectionString({ for: target ?? (db.type === "redshift" ? "libpq" : "sqlalchemy"), signal }),
        { lazy: true },
      );
    if (tool !== undefined) {
      const connectionString = await text(tool);
      await (json === true ? writeJson(ground, { connectionString }) : writeText(ground, `${connectionString}\n`));
      return;
    }
    const variables = await variablesOf(await text(undefined));
    await (json === true ? writeJson(ground, variables) : writeText(ground, shellText(variables)));
  });
}

/** Environment variables; `undefined` for those that must not be there. */
type Variables = Readonly<Record<string, string | undefined>>;

/** Says in variables what a complete connection string says. */
async function variablesOf(connectionString: string): Promise<Variables> {
  const { readComponents } = await import("./library.ts");
  const reading = readComponents(connectionString);
  // It is one of ours.
  if ("problem" in reading) throw new Error("The connection string cannot be read again.");
  return reading.dataWarehouseType === "snowflake" ? snowflakeVariables(reading) : libpqVariables(reading);
}

/** Writes variables as commands for a POSIX shell. Those of another tenant, which it may still have, would lead half of the way there. */
function shellText(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, value]) => (value === undefined ? `unset ${name}\n` : `export ${name}=${quoted(value)}\n`))
    .join("");
}

/** libpq's variables (postgresql.org, "Environment Variables"). */
function libpqVariables({ host, port, database, user, password, parameters }: Components): Variables {
  return {
    PGHOST: host,
    PGPORT: port?.toString(),
    PGDATABASE: database,
    PGUSER: user,
    PGPASSWORD: password,
    PGOPTIONS: parameters.get("options"),
    PGAPPNAME: parameters.get("application_name"),
    PGSSLMODE: parameters.get("sslmode"),
  };
}

/** The variables of Snowflake CLI (docs.snowflake.com, "Managing Snowflake connections"): `SNOWFLAKE_` and the connector's parameter. */
function snowflakeVariables({
  host,
  port,
  database,
  schema,
  user,
  password,
  accessToken,
  ...stated
}: Components): Variables {
  const { role, warehouse, application, parameters } = stated;
  return {
    SNOWFLAKE_ACCOUNT: parameters.get("account") ?? host,
    // A host that is no account of Snowflake's default domain.
    SNOWFLAKE_HOST: parameters.has("account") ? host : undefined,
    SNOWFLAKE_PORT: port?.toString(),
    SNOWFLAKE_PROTOCOL: parameters.get("protocol"),
    SNOWFLAKE_USER: user,
    SNOWFLAKE_PASSWORD: password,
    SNOWFLAKE_AUTHENTICATOR: accessToken === undefined ? undefined : "oauth",
    SNOWFLAKE_TOKEN: accessToken,
    SNOWFLAKE_DATABASE: database,
    SNOWFLAKE_SCHEMA: schema,
    SNOWFLAKE_ROLE: role,
    SNOWFLAKE_WAREHOUSE: warehouse,
    SNOWFLAKE_APPLICATION: application,
  };
}

/** Quotes a text for a POSIX shell, in which nothing but the quote ends it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
