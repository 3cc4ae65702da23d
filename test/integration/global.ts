import type {} from "vitest";
import type { TestProject } from "vitest/node";
import type { PostgresAddress } from "../../src/testing/postgres.ts";
import { choosePostgres } from "./postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The PostgreSQL behind the stand-ins of this run: `inject("postgres")`. */
    postgres: PostgresAddress & { readonly url: string };
  }
}

const kept = new Set(["PEAK_LIVE_SCHEMA"]);

/** Starts the run's PostgreSQL once, after removing from the environment what would steer the product. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  clearEnvironment(process.env);
  const postgres = await choosePostgres();
  process.stdout.write(`Tests use ${postgres.reason}.\n`);
  const { host, port, user, password, database, url } = postgres;
  project.provide("postgres", { host, port, user, password, database, url });
  return () => postgres.close();
}

/** Deletes credentials and settings of the tester's own from `environment`; workers inherit what is left. */
export function clearEnvironment(environment: Record<string, string | undefined>): void {
  for (const name of Object.keys(environment)) {
    const ours = /^(API_KEY|STAGE)$|^(PEAK_|PG|SNOWFLAKE_)/.test(name);
    if (ours && !kept.has(name)) Reflect.deleteProperty(environment, name);
  }
}
