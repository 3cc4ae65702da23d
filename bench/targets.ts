/** How a target is measured, in which unit, and thereby in which direction it is good. */
export type Measure =
  /** So many times as fast as the fastest of some variants; more is better. */
  | { readonly by: "speed"; readonly against: readonly string[] }
  /** So many times the time of another variant; less is better. */
  | { readonly by: "time"; readonly against: readonly string[] }
  /** Microseconds of client CPU that a query costs beyond another variant's; less is better. */
  | { readonly by: "cpu"; readonly against: readonly string[] }
  /** Megabytes above the idle, connected process; less is better. */
  | { readonly by: "memory" }
  /** Milliseconds of the longest event-loop stall; less is better. */
  | { readonly by: "stall" };

/** A promise about a variant of a suite. */
export interface Target {
  readonly suite: string;
  /** Of the suite's cases, the one it is about; the only one if missing. */
  readonly label?: string;
  readonly variant: string;
  readonly measure: Measure;
  /** What `--check` fails beyond. Missing where there is only a goal. */
  readonly floor?: number;
  /** What we are after. */
  readonly goal: number;
}

const speed = (...against: string[]): Measure => ({ by: "speed", against });
const [mixed, doubles, small, snowflake] = ["redshift-mixed", "redshift-doubles", "redshift-small", "snowflake-mixed"];
const [intoRedshift, intoSnowflake] = ["insert-redshift", "insert-snowflake"];
const [csv, ndjson, parquet] = ["export-csv", "export-ndjson", "export-parquet"];
const [byHand, bulkBinds] = [
  ["pg 3276 rows", "pg 1000 rows"],
  ["SDK binds 6500 rows", "SDK binds 1000 rows"],
];
const pgStreams = ["pg row events", "pg-query-stream 100", "pg-query-stream 1000"];

/** The targets of issues 5 and 6. Memory and stalls have no margin: their goal is their floor. */
export const targets: readonly Target[] = [
  { suite: mixed, variant: "ours batches", measure: speed("pg rows"), floor: 5.6, goal: 6.6 },
  { suite: mixed, variant: "ours arrowBatches", measure: speed("pg rows"), floor: 5.6, goal: 6.6 },
  { suite: mixed, variant: "ours batches", measure: { by: "time", against: ["limit: socket (text)"] }, goal: 1.1 },
  { suite: mixed, variant: "ours arrowBatches", measure: { by: "time", against: ["limit: socket (text)"] }, goal: 1.1 },
  { suite: doubles, variant: "ours batches", measure: speed("pg rows"), floor: 5.5, goal: 6.5 },
  { suite: mixed, variant: "ours stream", measure: speed(...pgStreams), floor: 2.7, goal: 3.3 },
  { suite: mixed, variant: "ours stream", measure: speed("postgres.js cursor 1000"), floor: 2.7, goal: 3.3 },
  { suite: mixed, variant: "ours stream", measure: { by: "memory" }, floor: 60, goal: 60 },
  { suite: mixed, variant: "ours query", measure: speed("pg rows"), floor: 1.9, goal: 2.3 },
  { suite: mixed, variant: "ours query", measure: speed("postgres.js"), floor: 1.4, goal: 1.7 },
  {
    suite: small,
    label: "one after another",
    variant: "ours query",
    measure: { by: "cpu", against: ["pg.Pool"] },
    floor: 10,
    goal: 0,
  },
  {
    suite: small,
    label: "32 at a time",
    variant: "ours query",
    measure: { by: "cpu", against: ["pg.Pool"] },
    floor: 10,
    goal: 0,
  },
  { suite: small, label: "32 at a time", variant: "ours query", measure: speed("pg.Pool"), floor: 0.95, goal: 1 },
  { suite: small, label: "32 at a time", variant: "ours query", measure: speed("postgres.js"), goal: 1 },
  { suite: snowflake, variant: "ours batches", measure: speed("SDK streamRows"), floor: 7, goal: 9 },
  { suite: snowflake, variant: "ours batches", measure: { by: "memory" }, floor: 150, goal: 150 },
  { suite: snowflake, variant: "ours stream", measure: speed("SDK streamRows"), floor: 3.5, goal: 5 },
  { suite: snowflake, variant: "ours stream", measure: { by: "stall" }, floor: 20, goal: 20 },
  { suite: intoRedshift, variant: "ours objects", measure: speed(...byHand), floor: 1, goal: 1.5 },
  { suite: intoRedshift, variant: "ours objects", measure: { by: "memory" }, floor: 80, goal: 80 },
  // Both send by way of the SDK, and only ours looks at every value before.
  { suite: intoSnowflake, variant: "ours objects", measure: speed(...bulkBinds), floor: 0.9, goal: 1 },
  { suite: csv, variant: "ours CSV", measure: speed("csv-stringify", "fast-csv"), floor: 2, goal: 3 },
  { suite: csv, variant: "ours CSV", measure: speed("csv-stringify, texts", "fast-csv, texts"), goal: 2 },
  { suite: csv, variant: "ours CSV", measure: { by: "memory" }, floor: 80, goal: 80 },
  { suite: ndjson, variant: "ours NDJSON", measure: speed("JSON.stringify"), floor: 2, goal: 3 },
  { suite: ndjson, variant: "ours NDJSON", measure: { by: "memory" }, floor: 80, goal: 80 },
  { suite: parquet, variant: "ours Parquet", measure: speed("hyparquet-writer", "parquetjs"), floor: 2, goal: 3 },
  { suite: parquet, variant: "ours Parquet", measure: { by: "memory" }, floor: 200, goal: 200 },
];
