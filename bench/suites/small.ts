import type { Suite, Variant } from "../suite.ts";

/** Every pool may have so many connections: the default of all but Cube's. */
const connections = 10;

const variant = (name: string, program: string, key = "pool"): Variant => ({
  name,
  program: `small/${program}`,
  variant: key,
  settings: { connections },
});

/** `select 1` through the pool, one after another and 32 at a time. */
export const redshiftSmall: Suite = {
  name: "redshift-small",
  title: () => `select 1 through a pool of ${connections}`,
  unit: "query",
  baseline: "pg.Pool",
  // The second pg.Pool is the control: what it differs from the first by is noise.
  variants: [
    variant("ours query", "ours", "query"),
    variant("pg.Pool", "pg"),
    variant("pg.Pool again", "pg"),
    variant("postgres.js", "postgres"),
    variant("knex", "knex"),
    variant("slonik any", "slonik"),
    variant("Cube query", "cube"),
  ],
  // Small differences: they want more rounds than large ones do, and cost little.
  rounds: ({ quick, rounds }) => (quick ? rounds : 2 * rounds),
  async cases(ground, { quick }) {
    const { address: server, servedBy } = await ground.postgres();
    const on = (label: string, concurrency: number, queries: number) => ({
      label,
      amount: queries,
      server,
      servedBy,
      probe: { queries: 1, concurrency: 1 },
      // A pool serves for days: what counts is what a query costs when all code has been compiled.
      warmUp: { queries: 20_000, concurrency },
      task: { queries, concurrency },
      expected: { count: queries, checksum: queries },
    });
    return [on("one after another", 1, quick ? 10_000 : 30_000), on("32 at a time", 32, quick ? 20_000 : 60_000)];
  },
};
