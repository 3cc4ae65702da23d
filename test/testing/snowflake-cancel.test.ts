import { afterAll, beforeAll, expect, test } from "vitest";
import { startSnowflake } from "../../src/testing/snowflake/index.ts";
import type { SnowflakeStandIn } from "../../src/testing/snowflake/index.ts";
import { connect, destroy, failure, rows, wire } from "./snowflake-client.ts";

let standIn: SnowflakeStandIn;
beforeAll(async () => {
  standIn = await startSnowflake({ longRunningMs: 200 });
});
afterAll(() => standIn.close());

test("a statement is stopped in the tick that started it", async () => {
  const connection = await connect(standIn);
  const ended = new Promise<unknown>((resolve) => {
    const statement = connection.execute({ sqlText: "select system$wait(60)", complete: (error) => resolve(error) });
    statement.cancel();
  });
  expect(await ended).toMatchObject({ code: "000604", sqlState: "57014" });
  expect(standIn.running()).toEqual([]);
  await destroy(connection);
});

test("a statement is stopped by its id once that is known", async () => {
  const connection = await connect(standIn);
  const ended = new Promise<unknown>((resolve) => {
    const statement = connection.execute({ sqlText: "select system$wait(60)", complete: (error) => resolve(error) });
    void expect
      .poll(() => statement.getQueryId() as string | undefined)
      .toBeDefined()
      .then(() => statement.cancel());
  });
  expect(await ended).toMatchObject({ code: "000604" });
  await destroy(connection);
});

test("a statement that computes is stopped as well", async () => {
  const client = await wire(standIn);
  const answer = await client.query("select sum(sqrt(seq4())) from table(generator(rowcount => 20000000000))");
  expect(answer.code).toBe("333333");
  expect(standIn.running()).toMatchObject([{ queryId: answer.data.queryId }]);
  expect((await client.request("POST", `/queries/${answer.data.queryId}/abort-request`)).success).toBe(true);
  const ended = await client.request("GET", String(answer.data.getResultUrl));
  expect(ended).toMatchObject({ success: false, code: "000604", data: { sqlState: "57014" } });
});

test("an abort that overtakes its request stops it all the same", async () => {
  const client = await wire(standIn);
  await client.request("POST", "/queries/v1/abort-request?requestId=1", { requestId: "early" });
  expect((await client.query("select 1", {}, "early")).code).toBe("000604");
});

test("what has ended cannot be aborted", async () => {
  const client = await wire(standIn);
  const { data } = await client.query("select 1");
  expect((await client.request("POST", `/queries/${data.queryId}/abort-request`)).code).toBe("000605");
});

test("STATEMENT_TIMEOUT_IN_SECONDS stops a statement, from the session or for one statement", async () => {
  const connection = await connect(standIn);
  const parameters = { STATEMENT_TIMEOUT_IN_SECONDS: 1 };
  expect(await failure(connection, "select system$wait(60)", { parameters })).toMatchObject({ code: "000630" });
  await rows(connection, "alter session set statement_timeout_in_seconds = 1");
  expect(
    (await failure(connection, "select sum(sqrt(seq4())) from table(generator(rowcount => 20000000000))")).code,
  ).toBe("000630");
  await destroy(connection);
});

test("close() ends statements that still run", async () => {
  const other = await startSnowflake({ longRunningMs: 50 });
  const client = await wire(other);
  expect((await client.query("select system$wait(600)")).code).toBe("333333");
  await other.close();
  expect(other.running()).toEqual([]);
  await expect(fetch(other.url)).rejects.toThrow();
});
