import { isDeepStrictEqual } from "node:util";
import { failed, passed, skipped, warning, type Finding } from "./finding.ts";
import { seconds, type Advise } from "./notes.ts";
import type { Call } from "../call.ts";
import type { Warehouse } from "../warehouse.ts";
import type { Situation } from "./session.ts";

/** Runs what the smallest virtual warehouse runs at once: it must be there, and wake. */
export async function wakeWarehouse(db: Warehouse, { warehouse }: Situation, call: Call): Promise<Finding> {
  if (db.type === "redshift") return skipped("Redshift has none", true);
  if ((warehouse ?? null) === null) return skipped("not tried: the session has none", true);
  const from = performance.now();
  const { signal } = call;
  await db.query("select count(*) as n from table(generator(rowcount => 1))", undefined, { signal });
  return passed(
    `${JSON.stringify(warehouse)} runs statements, the first after ${seconds(performance.now() - from)}`,
    true,
  );
}

/** Says what to do about a virtual warehouse that does not run. */
export const adviseWarehouse: Advise = ({ code }) =>
  code === "TIMEOUT"
    ? "It is suspended and does not resume, or its queue is full: look at it in Snowflake, let it have AUTO_RESUME = TRUE, or pass the option warehouse with another."
    : "Let an administrator GRANT USAGE (and OPERATE, to resume it) ON WAREHOUSE to the role, or pass the option warehouse with another.";

/** Runs the smallest query. */
export async function selectOne(db: Warehouse, { signal }: Call): Promise<Finding> {
  const from = performance.now();
  const { rows } = await db.query<{ one: number }>("select 1 as one", undefined, { signal, integers: "number" });
  const elapsedMs = performance.now() - from;
  if (rows.length === 1 && rows[0]?.one === 1) return passed(`1, in ${seconds(elapsedMs)}`, true);
  return failed(
    "the server answers something else than 1",
    "What answers there is no warehouse, or something in between changes its answers.",
  );
}

/** Says what to do about a query that fails although a session is open. */
export const adviseQuery: Advise = ({ code }) =>
  code === "TIMEOUT"
    ? "The statement waits: the queue of the warehouse is full, or something holds it. Look at its running queries, or pass more time."
    : "The session is open and the statement fails: look at the server's message, and at what the user or role may do.";

const probes = 5;
/** Beyond this many small queries are felt one by one. */
const farMs = 250;

/** Measures how long a sign of life takes: the way there and back, without a statement. */
export async function measureLatency(db: Warehouse, { signal }: Call): Promise<Finding> {
  const times: number[] = [];
  for (let probe = 0; probe < probes; probe++) {
    const from = performance.now();
    await db.ping({ signal });
    times.push(Math.round((performance.now() - from) * 10) / 10);
  }
  times.sort((one, other) => one - other);
  const medianMs = times[Math.floor(probes / 2)] ?? 0;
  const [lowestMs, highestMs] = [times[0], times.at(-1)];
  const seen = `${medianMs} ms, median of ${probes} (${lowestMs}–${highestMs})`;
  const details = { medianMs, lowestMs, highestMs };
  if (medianMs <= farMs) return passed(seen, true, details);
  return warning(
    seen,
    "The warehouse is far away, or the network slow: run nearer to its region, and few large statements rather than many small ones.",
    true,
    details,
  );
}

/** The same on both ways of reading, and of every kind of value that a statement can make by itself. */
const samples = {
  redshift: `select cast(1 as smallint) as small, cast(-2147483648 as integer) as whole, cast(9007199254740991 as bigint) as big,
    cast(12.50 as decimal(12, 2)) as exact, cast(0.1 as double precision) as approximate, true as yes, cast('é “…” 語' as varchar(40)) as word,
    cast('2024-02-29' as date) as day, cast('2024-02-29 23:59:59.123456' as timestamp) as moment,
    cast('2024-02-29 23:59:59.5+00' as timestamptz) as instant, cast('23:59:59.5' as time) as clock, cast(null as integer) as nothing, json_parse('{"a": [1, null]}') as document`,
  snowflake: `select cast(1 as number(4, 0)) as small, cast(-2147483648 as integer) as whole, cast(9007199254740991 as number(38, 0)) as big,
    cast(12.50 as number(12, 2)) as exact, cast(0.1 as float) as approximate, true as yes, 'é “…” 語' as word,
    cast('2024-02-29' as date) as day, cast('2024-02-29 23:59:59.123456' as timestamp_ntz) as moment,
    cast('2024-02-29 23:59:59.5 +0000' as timestamp_tz) as instant, cast('23:59:59.5' as time) as clock, cast(null as integer) as nothing, parse_json('{"a": [1, null]}') as document`,
};

/** Reads one result in both ways, and compares. */
export async function compareDecoding(db: Warehouse, { signal }: Call): Promise<Finding> {
  const read = async (decoding: "fast" | "driver") =>
    db.query<readonly unknown[]>(samples[db.type], undefined, { signal, decoding, rowMode: "array" });
  const [fast, driver] = [await read("fast"), await read("driver")];
  const [one = [], other = []] = [fast.rows[0], driver.rows[0]];
  const differing = fast.columns.filter(
    (column, index) =>
      !isDeepStrictEqual(one[index], other[index]) || !isDeepStrictEqual(column, driver.columns[index]),
  );
  const details = { columns: fast.columns.map(({ name, nativeType }) => `${name}: ${nativeType}`) };
  if (differing.length === 0 && one.length === other.length && one.length > 0) {
    return passed(`fast and driver agree on ${one.length} types`, true, details);
  }
  const names = differing.map(({ name, nativeType }) => `${name} (${nativeType})`);
  return failed(
    `fast and driver read ${names.join(", ") || "the rows"} differently`,
    'Use { decoding: "driver" } until it is mended, and report it with what --json prints.',
    details,
  );
}

/** Says what to do about a value that cannot be read. */
export const adviseDecoding: Advise = (error) =>
  error.code === "INVALID_VALUE" || error.code === "CONNECTION"
    ? 'Use { decoding: "driver" }, and report it with what --json prints.'
    : adviseQuery(error);
