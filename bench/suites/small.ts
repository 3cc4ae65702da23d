import type { BenchPostgres } from "../servers/postgres.ts";
import type { Case, Suite, Variant } from "../suite.ts";

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
    const postgres = await ground.postgres();
    // A pool serves for days: what counts is what a query costs when all code has been compiled.
    const warmUp = 20_000;
    return [
      selects(postgres, "one after another", { concurrency: 1, queries: quick ? 10_000 : 30_000, warmUp }),
      selects(postgres, "32 at a time", { concurrency: 32, queries: quick ? 20_000 : 60_000, warmUp }),
    ];
  },
};

/** So many queries, so many at a time, after as many others as `warmUp` says. */
export function selects(
  { address: server, servedBy }: BenchPostgres,
  label: string,
  { concurrency, queries, warmUp }: { concurrency: number; queries: number; warmUp: number },
): Case {
  return {
    label,
    amount: queries,
    server,
    servedBy,
    probe: { queries: 1, concurrency: 1 },
    warmUp: { queries: warmUp, concurrency },
    task: { queries, concurrency },
    expected: { count: queries, checksum: queries },
  };
}
