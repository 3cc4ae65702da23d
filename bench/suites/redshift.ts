import type { Ground } from "../servers/ground.ts";
import type { Case, Scale, Suite, Variant } from "../suite.ts";

/** So many rows are read before the measured run: the code is then compiled, and the connection has found its pace. */
export const warmUpRows = 20_000;

const dates = { call: { timestamps: "date" } };

/** What both tables are read with. */
const variants: readonly Variant[] = [
  { name: "ours batches", program: "ours", variant: "batches" },
  { name: "ours arrowBatches", program: "ours", variant: "arrowBatches" },
  { name: "ours arrow", program: "ours", variant: "arrow" },
  { name: "ours stream", program: "ours", variant: "stream" },
  { name: "ours query", program: "ours", variant: "query" },
  { name: "pg rows", program: "redshift/pg", variant: "query" },
  { name: "pg rowMode array", program: "redshift/pg", variant: "array" },
  { name: "pg row events", program: "redshift/pg", variant: "rowEvents" },
  { name: "pg-query-stream 100", program: "redshift/pg", variant: "queryStream", settings: { highWaterMark: 100 } },
  { name: "pg-query-stream 1000", program: "redshift/pg", variant: "queryStream", settings: { highWaterMark: 1000 } },
  { name: "postgres.js", program: "redshift/postgres", variant: "all" },
  { name: "postgres.js forEach", program: "redshift/postgres", variant: "forEach" },
  { name: "postgres.js cursor 1000", program: "redshift/postgres", variant: "cursor" },
  { name: "knex", program: "redshift/knex", variant: "raw" },
  { name: "knex stream", program: "redshift/knex", variant: "stream" },
  { name: "slonik any", program: "redshift/slonik", variant: "any" },
  { name: "slonik stream", program: "redshift/slonik", variant: "stream" },
  { name: "Cube query", program: "redshift/cube", variant: "query" },
  { name: "Cube stream", program: "redshift/cube", variant: "stream" },
  { name: "limit: socket (text)", program: "redshift/socket", variant: "text" },
  { name: "limit: socket (binary)", program: "redshift/socket", variant: "binary" },
];

const layeredStreams = new Set(["knex stream", "slonik stream", "Cube stream"]);

/** As `pg` gives them: with these the values of timestamps are the same as its own. */
const asDates: readonly Variant[] = [
  { name: "ours stream (Dates)", program: "ours", variant: "stream", settings: dates },
  { name: "ours query (Dates)", program: "ours", variant: "query", settings: dates },
];

/** Rows of ten columns of ten types. */
export const redshiftMixed: Suite = {
  name: "redshift-mixed",
  title: (scale) => `Redshift wire, ${mixedRows(scale).toLocaleString("en")} rows x 10 mixed columns`,
  unit: "row",
  baseline: "pg rows",
  variants: [...variants.slice(0, 5), ...asDates, ...variants.slice(5)],
  cases: (ground, scale) => wholeTable(ground, "mixed", mixedRows(scale), "id"),
};

/** Rows of twenty doubles: the features of a model. */
export const redshiftDoubles: Suite = {
  name: "redshift-doubles",
  title: (scale) => `Redshift wire, ${doublesRows(scale).toLocaleString("en")} rows x 20 doubles`,
  unit: "row",
  baseline: "pg rows",
  // The streams of the layers above pg cost what they cost above.
  variants: variants.filter(({ name }) => !layeredStreams.has(name)),
  cases: (ground, scale) => wholeTable(ground, "doubles", doublesRows(scale), "f1"),
};

const mixedRows = ({ quick }: Scale): number => (quick ? 200_000 : 1_000_000);
const doublesRows = ({ quick }: Scale): number => (quick ? 200_000 : 2_000_000);

/** Reads all of a table. */
export async function wholeTable(
  ground: Ground,
  kind: "mixed" | "doubles",
  rows: number,
  key: string,
): Promise<Case[]> {
  const postgres = await ground.postgres();
  const sql = `select * from ${await postgres.table(kind, rows)}`;
  return [
    {
      label: `${rows.toLocaleString("en")} rows`,
      amount: rows,
      server: postgres.address,
      servedBy: postgres.servedBy,
      probe: { sql: `${sql} limit 1`, key },
      warmUp: { sql: `${sql} limit ${warmUpRows}`, key },
      task: { sql, key },
      expected: await postgres.expected(sql, key),
    },
  ];
}
