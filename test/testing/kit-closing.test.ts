import { afterAll, beforeAll, expect, test } from "vitest";
import {
  startLocalWarehouses,
  startPostgres,
  startRedshift,
  startSnowflake,
  type Postgres,
} from "peak-warehouse/testing";

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());

test("whoever closes everything, all wait until it is closed", async () => {
  const local = await startLocalWarehouses({ postgres });
  let closed = false;
  const first = local.close().then(() => (closed = true));
  await local.close();
  expect(closed).toBe(true);
  await first;
});

test("what an administrator still runs ends with Redshift's stand-in, whose database goes", async () => {
  const [redshift, other] = await Promise.all([startRedshift({ postgres }), startRedshift({ postgres })]);
  const databases = "select datname from pg_database where datname like 'redshift%'";
  expect(await redshift.query(databases)).toHaveLength(2);
  const slow = expect(redshift.query("select pg_sleep(600)")).rejects.toThrow("terminating connection");
  await expect.poll(() => redshift.query("select 1 from pg_stat_activity where query like '%pg_sleep(600)' and state = 'active'")).toHaveLength(1); // prettier-ignore
  await redshift.close();
  await slow;
  await expect(startRedshift({ postgres, schema: "pg_reserved" })).rejects.toThrow("pg_reserved");
  expect(await other.query(databases)).toHaveLength(1);
  await other.close();
});

test("what an administrator still runs ends with Snowflake's stand-in", async () => {
  const snowflake = await startSnowflake();
  await snowflake.seed(
    "big",
    Array.from({ length: 3_000 }, (_, id) => ({ id })),
  );
  const slow = expect(snowflake.query("select sum(a.id * b.id) from big a, big b, big c")).rejects.toThrow("canceled");
  const after = expect(snowflake.seed("big", [{ id: 1 }])).rejects.toThrow("canceled");
  await snowflake.close();
  await Promise.all([slow, after]);
});
