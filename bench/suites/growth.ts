import type { BenchPostgres } from "../servers/postgres.ts";
import type { Case, Scale, Suite, Variant } from "../suite.ts";
import { selects } from "./small.ts";
import { readings } from "./snowflake.ts";

/** More than elsewhere: the smallest sizes shall not pay for the compiler what the larger ones do not notice. */
const warmUpRows = 100_000;
const storedRows = 1_000_000;
/** So many cells are read whatever the number of columns. */
const cellsOfWide = 4_000_000;
const columnsMax = 300;
const mixedColumns = "id big score amount code active day at seen note".split(" ");

const readers: readonly Variant[] = [
  { name: "ours batches", program: "ours", variant: "batches" },
  { name: "ours stream", program: "ours", variant: "stream" },
  { name: "pg row events", program: "redshift/pg", variant: "rowEvents" },
];

/** Fewer than elsewhere: neighbouring sizes vouch for each other. */
const rounds = ({ quick, rounds: asked }: Scale): number => (quick ? 1 : Math.min(3, asked));

/** From 10 thousand rows to 10 million. */
export const growthRows: Suite = {
  name: "growth-rows",
  title: () => "Cost as rows double, Redshift wire, 10 mixed columns",
  unit: "cell",
  baseline: "pg row events",
  variants: readers,
  rounds,
  grows: true,
  async cases(ground, { quick }) {
    const postgres = await ground.postgres();
    const table = await postgres.table("mixed", storedRows);
    const sizes = doubled(10_000, quick ? 1_000_000 : 10_000_000);
    return Promise.all(
      sizes.map((rows) => reading(postgres, `${rows.toLocaleString("en")} rows`, rowsSql(table, rows), "id", 10)),
    );
  },
};

/** The same on Snowflake. Without snowflake-sdk, which would take minutes for the largest. */
export const growthChunks: Suite = {
  name: "growth-chunks",
  title: () => "Cost as rows double, Snowflake chunks, 10 mixed columns",
  unit: "cell",
  baseline: "limit: JSON.parse",
  variants: [
    { name: "ours batches", program: "ours", variant: "batches" },
    { name: "ours stream", program: "ours", variant: "stream" },
    { name: "limit: JSON.parse", program: "snowflake/chunks", variant: "jsonParse" },
  ],
  rounds,
  grows: true,
  async cases(ground, { quick }) {
    const snowflake = await ground.snowflake();
    return readings(snowflake, "mixed", doubled(10_000, quick ? 1_000_000 : 10_000_000), warmUpRows, 10);
  },
};

/** To files, whose writers must keep nothing either. */
export const growthExport: Suite = {
  name: "growth-export",
  title: () => "Cost as rows double, export to a file, 10 mixed columns",
  unit: "cell",
  baseline: "ours CSV",
  variants: [
    { name: "ours CSV", program: "export/ours", variant: "csv" },
    { name: "ours NDJSON", program: "export/ours", variant: "ndjson" },
    { name: "ours Parquet", program: "export/ours", variant: "parquet" },
    { name: "ours Arrow", program: "export/ours", variant: "arrow" },
  ],
  rounds,
  grows: true,
  cases: async (ground, { quick }) => {
    const postgres = await ground.postgres();
    const table = await postgres.table("mixed", storedRows);
    return Promise.all(
      doubled(100_000, quick ? 1_000_000 : 4_000_000).map((rows) =>
        reading(postgres, `${rows.toLocaleString("en")} rows`, rowsSql(table, rows), "id", 10),
      ),
    );
  },
};

/** From 1 column to 300, with the same number of cells. */
export const growthColumns: Suite = {
  name: "growth-columns",
  title: () => "Cost as columns double, Redshift wire, as many cells each time",
  unit: "cell",
  baseline: "pg row events",
  variants: readers,
  rounds,
  grows: true,
  async cases(ground, { quick }) {
    const postgres = await ground.postgres();
    const table = await postgres.table("mixed", storedRows);
    const cells = quick ? cellsOfWide / 4 : cellsOfWide;
    return Promise.all(
      doubled(1, columnsMax).map((columns) => {
        const rows = Math.min(storedRows, Math.ceil(cells / columns));
        return reading(postgres, `${columns} columns`, wideSql(table, columns, rows), "c1", columns);
      }),
    );
  },
};

/** From 1 query at a time to 512, through ten connections. */
export const growthConcurrency: Suite = {
  name: "growth-concurrency",
  title: () => "Cost as concurrent queries double, select 1 through a pool of 10",
  unit: "query",
  baseline: "pg.Pool",
  variants: [
    { name: "ours query", program: "small/ours", variant: "query", settings: { connections: 10 } },
    { name: "pg.Pool", program: "small/pg", variant: "pool", settings: { connections: 10 } },
  ],
  rounds,
  grows: true,
  async cases(ground, { quick }) {
    const postgres = await ground.postgres();
    const queries = quick ? 4_000 : 16_000;
    return doubled(1, 512).map((concurrency) =>
      selects(postgres, `${concurrency} at a time`, { concurrency, queries, warmUp: 2_000 }),
    );
  },
};

/** Doubles from one number on, and ends with the last one itself. */
function doubled(from: number, to: number): number[] {
  const sizes: number[] = [];
  for (let size = from; size < to; size *= 2) sizes.push(size);
  return [...sizes, to];
}

function rowsSql(table: string, rows: number): string {
  if (rows <= storedRows) return `select * from ${table} limit ${rows}`;
  return `select ${table}.* from ${table}, generate_series(1, ${Math.ceil(rows / storedRows)}) limit ${rows}`;
}

function wideSql(table: string, columns: number, rows: number): string {
  const list = Array.from({ length: columns }, (_, i) => `${mixedColumns[i % mixedColumns.length]} as c${i + 1}`);
  return `select ${list.join(", ")} from ${table} limit ${rows}`;
}

async function reading(
  postgres: BenchPostgres,
  label: string,
  sql: string,
  key: string,
  columns: number,
): Promise<Case> {
  const expected = await postgres.expected(sql, key);
  const statement = (limit: number) => ({ sql: sql.replace(/limit \d+$/, `limit ${limit}`), key });
  return {
    label,
    amount: expected.count * columns,
    server: postgres.address,
    servedBy: postgres.servedBy,
    probe: statement(1),
    warmUp: statement(Math.ceil((warmUpRows * 10) / columns)),
    task: { sql, key },
    expected,
  };
}
