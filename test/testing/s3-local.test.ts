import pg from "pg";
import { expect, inject, test } from "vitest";
import { startLocalWarehouses } from "../../src/testing/index.ts";
import { connect, destroy, run } from "./snowflake-client.ts";

test("both warehouses write into the tenant's bucket, with what its credentials name, and nowhere else", async () => {
  await using local = await startLocalWarehouses({ postgres: inject("postgres") });
  local.s3.createBucket("not-the-tenants");
  const redshift = new pg.Client(local.redshift.url);
  await redshift.connect();
  const unload = (to: string) =>
    redshift.query(`unload ('select 1 as a') to '${to}' iam_role '${chain}' format as parquet`);
  const chain = "arn:aws:iam::123456789012:role/peak-tenant,arn:aws:iam::123456789012:role/peak-data";
  await unload("s3://peak-tenant/redshift/");
  await expect(unload("s3://not-the-tenants/a/")).rejects.toThrow();
  await redshift.end();

  const snowflake = await connect(local.snowflake);
  const copy = (to: string) =>
    run(snowflake, `copy into '${to}' from (select 1 as a) storage_integration = PEAK_INTEGRATION header = true`);
  await copy("s3://peak-tenant/snowflake/");
  await expect(copy("s3://not-the-tenants/a/")).rejects.toThrow("not allowed");
  await destroy(snowflake);

  expect(local.s3.objects("not-the-tenants")).toEqual([]);
  expect(local.s3.objects("peak-tenant").map(({ key }) => key.split("/")[0])).toEqual(
    expect.arrayContaining(["redshift", "snowflake"]) as string[],
  );
});
