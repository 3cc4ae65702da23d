import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Connection } from "snowflake-sdk";
import { startS3, type S3StandIn } from "../../src/testing/s3/index.ts";
import { startSnowflake, type SnowflakeStandIn } from "../../src/testing/snowflake/index.ts";
import { connect, destroy, failure, rows, run } from "./snowflake-client.ts";

let s3: S3StandIn;
let standIn: SnowflakeStandIn;
let connection: Connection;
beforeAll(async () => {
  s3 = await startS3({ buckets: ["tenant", "other"] });
  standIn = await startSnowflake({
    s3,
    integrations: {
      peak: { allowedLocations: ["s3://tenant/open/"], blockedLocations: ["s3://tenant/open/closed/"] },
      '"Mixed"': { allowedLocations: ["*"] },
      OFF: { allowedLocations: ["*"], enabled: false },
    },
  });
  connection = await connect(standIn);
});
afterAll(async () => {
  await destroy(connection);
  await standIn.close();
  await s3.close();
});
beforeEach(async () => {
  await rows(connection, "create or replace stage st url = 's3://tenant/open/st/' storage_integration = peak");
});

test("a stage is made where its integration allows it, and nowhere else", async () => {
  const make = (url: string, integration: string) =>
    failure(connection, `create stage no url = '${url}' storage_integration = ${integration}`);
  expect(await make("s3://tenant/openly/", "peak")).toMatchObject({
    code: "003167",
    message: expect.stringContaining(
      "Location 's3://tenant/openly/' is not allowed by integration 'PEAK'. Please use DESC INTEGRATION to check out allowed and blocked locations.",
    ) as string,
  });
  expect((await make("s3://tenant/open/closed/x/", "PEAK")).message).toContain("is not allowed by integration");
  expect((await make("s3://tenant/open/", "nobody")).message).toContain(
    "Integration 'NOBODY' does not exist or not authorized.",
  );
  expect((await make("s3://tenant/open/", "mixed")).message).toContain("'MIXED' does not exist");
  expect((await make("s3://tenant/open/", "off")).message).toContain("Integration 'OFF' is not enabled.");
  expect(await rows(connection, `create stage yes url='s3://other/' storage_integration="Mixed"`)).toEqual([
    ["Stage area YES successfully created."],
  ]);
});

test("what a stage cannot be is refused in words", async () => {
  const refused = async (sql: string) => (await failure(connection, sql)).message;
  expect(await refused("create stage i")).toContain("An internal stage is not supported by the stand-in.");
  expect(await refused("create stage i url='gcs://b/'")).toContain("not supported by the stand-in");
  expect(await refused("create stage i url='s3://tenant/open/' credentials=(aws_key_id='a' aws_secret_key='b')")).toContain("CREDENTIALS is not supported"); // prettier-ignore
  expect(await refused("create stage i url='s3://tenant/open/' directory=(enable=true)")).toContain("DIRECTORY");
  expect(await refused("list @~")).toContain("internal stage");
  expect(await refused("select $1 from @st")).toContain("not supported by the stand-in");
});

test("an option that is none is an error at its place", async () => {
  expect(await failure(connection, "create stage i\n url='s3://tenant/open/' colour='red'")).toMatchObject({
    code: "001003",
    data: { line: 2, pos: 25 },
  });
  expect((await failure(connection, "create stage i url='s3://tenant/open/' url='s3://tenant/open/'")).code).toBe("001003"); // prettier-ignore
});

test("stages are made, replaced, shown, described and dropped", async () => {
  expect((await failure(connection, "create stage st url='s3://tenant/open/'")).message).toContain("already exists");
  expect((await rows(connection, "create stage if not exists st url='s3://tenant/open/'"))[0]).toEqual(["ST already exists, statement succeeded."]); // prettier-ignore
  expect((await rows(connection, "show stages like 's_'")).map((row) => [row[1], row[4], row[10], row[12]])).toEqual([
    ["ST", "s3://tenant/open/st/", "EXTERNAL", "PEAK"],
  ]);
  const described = await rows(connection, "desc stage st");
  expect(described.find(([, property]) => property === "URL")?.[3]).toBe('["s3://tenant/open/st/"]');
  expect(await rows(connection, "drop stage st")).toEqual([["ST successfully dropped."]]);
  expect((await failure(connection, "drop stage st")).code).toBe("002003");
  expect((await rows(connection, "drop stage if exists st"))[0]?.[0]).toContain("already dropped");
});

test("a temporary stage hides a lasting one from its session, and goes with it", async () => {
  const other = await connect(standIn);
  await rows(other, "create temporary stage st url='s3://tenant/open/mine/' storage_integration=peak");
  s3.write("s3://tenant/open/mine/a", "a");
  expect(await rows(other, "list @st")).toHaveLength(1);
  expect(await rows(connection, "list @st")).toHaveLength(0);
  await destroy(other);
  s3.remove("s3://tenant/open/mine/a");
});

test("LIST tells the files of a path with size, MD5 and time; REMOVE removes them", async () => {
  s3.write("s3://tenant/open/st/a b/1.csv", "one");
  s3.write("s3://tenant/open/st/a b/2.json", "two!");
  s3.write("s3://tenant/open/st/c.csv", "");
  const listed = await rows(connection, "list @st");
  expect(listed.map(([name, size]) => [name, size])).toEqual([
    ["s3://tenant/open/st/a b/1.csv", 3],
    ["s3://tenant/open/st/a b/2.json", 4],
    ["s3://tenant/open/st/c.csv", 0],
  ]);
  expect(listed[0]?.[2]).toBe("f97c5d29941bfb1b2fdab0874906ab82");
  expect(Date.parse(String(listed[0]?.[3]))).toBeGreaterThan(Date.now() - 60_000);
  expect(await rows(connection, "ls '@st/a b/' pattern = '.*[.]json'")).toHaveLength(1);
  expect(await rows(connection, "list @PEAK.PUBLISH.ST/c")).toHaveLength(1);
  expect(await rows(connection, "remove @st pattern='.*csv'")).toEqual([
    ["s3://tenant/open/st/a b/1.csv", "removed"],
    ["s3://tenant/open/st/c.csv", "removed"],
  ]);
  expect(s3.objects("tenant").map(({ key }) => key)).toEqual(["open/st/a b/2.json"]);
});

test("what S3 refuses is told with its own words", async () => {
  const undo = s3.inject({ operation: "ListObjectsV2", kind: "error", code: "AccessDenied" });
  const error = await failure(connection, "list @st");
  undo();
  expect(error).toMatchObject({ code: "091003" });
  expect(error.message).toMatch(
    /^Failure using stage area\. Cause: \[.* \(Status Code: 403; Error Code: AccessDenied\)\]$/,
  );
});

test("creating a stage commits the transaction that is open", async () => {
  await rows(connection, "create or replace table t (a number)");
  await rows(connection, "begin");
  await rows(connection, "insert into t values (1)");
  await rows(connection, "create or replace stage st2 url='s3://tenant/open/' storage_integration=peak");
  await rows(connection, "rollback");
  expect(await rows(connection, "select count(*) from t")).toEqual([[1]]);
});

test("without an S3 a location is refused", async () => {
  const bare = await startSnowflake({ integrations: { PEAK: { allowedLocations: ["*"] } } });
  const client = await connect(bare);
  expect((await failure(client, "copy into 's3://tenant/x' from (select 1) storage_integration=peak")).message).toContain("startSnowflake({ s3 })"); // prettier-ignore
  await destroy(client);
  await bare.close();
});

test("LIST answers as a statement of its own kind, and a file format by its name is used", async () => {
  await rows(connection, "create or replace file format pipes type = csv field_delimiter = '|' compression = none");
  await rows(connection, "copy into @st/piped from (select 1, 2) file_format = (format_name = 'pipes')");
  expect(Buffer.from(s3.read("s3://tenant/open/st/piped_0_0_0.csv") ?? []).toString()).toBe("1|2\n");
  expect((await failure(connection, "copy into @st/no from (select 1) file_format = (format_name = nope)")).code).toBe("002003"); // prettier-ignore
  expect((await run(connection, "drop file format pipes")).rows).toEqual([["PIPES successfully dropped."]]);
});
