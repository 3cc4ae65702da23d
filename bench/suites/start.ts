import type { BenchPostgres } from "../servers/postgres.ts";
import type { Case, Scale, Suite, Variant } from "../suite.ts";

const variants = (program: string, names: readonly string[]): readonly Variant[] =>
  names.map((name) => ({ name, program: `start/${program}`, variant: name }));

const manyRounds = ({ quick, rounds }: Scale): number => (quick ? 5 : 3 * rounds);
const one = { count: 1, checksum: 1 };

/** What an import costs, next to the drivers'. */
export const startImports: Suite = {
  name: "start-imports",
  title: () => "Import, in a process that has loaded nothing",
  unit: "start",
  baseline: "pg",
  variants: variants("imports", ["ours", "pg", "postgres", "knex", "snowflake-sdk"]),
  rounds: manyRounds,
  cases: () => Promise.resolve([{ label: "import", amount: 1, server: {}, task: {}, expected: one }]),
};

/** From nothing to the first answer of PostgreSQL, and the same again in the same process. */
export const startRedshift: Suite = {
  name: "start-redshift",
  title: () => "Connect, select 1, disconnect: Redshift wire",
  unit: "start",
  baseline: "pg",
  variants: variants("connects", ["ours", "pg", "postgres"]),
  rounds: manyRounds,
  cases: async (ground) => coldAndWarm(await ground.postgres()),
};

/** The same on Snowflake. */
export const startSnowflake: Suite = {
  name: "start-snowflake",
  title: () => "Connect, select 1, disconnect: Snowflake",
  unit: "start",
  baseline: "snowflake-sdk",
  variants: variants("connects", ["ours", "snowflake-sdk"]),
  rounds: manyRounds,
  cases: async (ground) => coldAndWarm(await ground.snowflake()),
};

function coldAndWarm({ address, servedBy }: Pick<BenchPostgres, "address" | "servedBy">): Case[] {
  const cold = { label: "cold, imports included", amount: 1, server: address, servedBy, task: {}, expected: one };
  return [cold, { ...cold, label: "warm", warmUp: {} }];
}
