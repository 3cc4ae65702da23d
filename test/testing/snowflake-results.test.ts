import { createGunzip } from "node:zlib";
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSnowflake } from "../../src/testing/snowflake/index.ts";
import type { SnowflakeStandIn } from "../../src/testing/snowflake/index.ts";
import { connect, destroy, failure, rows, run, wire } from "./snowflake-client.ts";

let standIn: SnowflakeStandIn;
beforeAll(async () => {
  standIn = await startSnowflake({ inlineBytes: 500, chunkBytes: 20_000, longRunningMs: 150 });
});
afterAll(() => standIn.close());

const many = "select seq4() as i, 'row ' || seq4() as s, null as n from table(generator(rowcount => 5000))";

test("a large result comes as inline rows and gzipped chunks that the SDK puts together", async () => {
  const connection = await connect(standIn);
  const { statement } = await run(connection, many, { streamResult: true });
  const seen: unknown[] = [];
  for await (const row of statement.streamRows()) seen.push((row as unknown[])[0]);
  expect(seen).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  await destroy(connection);
});

const download = (
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; encoding: unknown; text: string }> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(url, { headers }, (response) => {
      const zipped = response.headers["content-encoding"] === "gzip";
      const parts: Buffer[] = [];
      const source = zipped ? response.pipe(createGunzip()) : response;
      source.on("data", (part: Buffer) => parts.push(part));
      source.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          encoding: response.headers["content-encoding"],
          text: Buffer.concat(parts).toString(),
        }),
      );
      source.on("error", reject);
    });
    sent.on("error", reject).end();
  });

test("chunks are rows without outer brackets, for those who show the headers", async () => {
  // However busy the machine is: the answer itself is what is looked at.
  await using patient = await startSnowflake({ inlineBytes: 500, chunkBytes: 20_000 });
  const client = await wire(patient);
  const { data } = await client.query(many);
  expect(data).toMatchObject({ returned: 5000, total: 5000, queryResultFormat: "json", statementTypeId: 4096 });
  const inline = data.rowset.length;
  expect(inline + data.chunks!.reduce((sum, chunk) => sum + chunk.rowCount, 0)).toBe(5000);
  const [first] = data.chunks!;
  const { encoding, text } = await download(first!.url, data.chunkHeaders!);
  expect(encoding).toBe("gzip");
  expect(Buffer.byteLength(text)).toBe(first!.uncompressedSize);
  const parsed = JSON.parse(`[${text}]`) as unknown[];
  expect(parsed[0]).toEqual([String(inline), `row ${inline}`, null]);
  expect(parsed).toHaveLength(first!.rowCount);
  expect((await download(first!.url, {})).status).toBe(403);
  expect((await download(`${patient.url}/results/guess`, data.chunkHeaders!)).status).toBe(404);
});

test("a result is given again for its id, with fresh URLs", async () => {
  const client = await wire(standIn);
  const first = await client.query(many);
  const again = await client.request("GET", `/queries/${first.data.queryId}/result?disableOfflineChunks=false`);
  expect(again.data.rowset).toEqual(first.data.rowset);
  expect(again.data.chunks![0]!.url).not.toBe(first.data.chunks![0]!.url);
  expect((await client.request("GET", "/queries/00000000-1111-2222-3333-444444444444/result")).code).toBe("000709");
});

test("the URLs of chunks expire in S3's words, and the result's id gives fresh ones", async () => {
  const client = await wire(standIn);
  const { data } = await client.query(many);
  const [first] = data.chunks!;
  expect((await download(first!.url, data.chunkHeaders!)).status).toBe(200);
  standIn.expireChunkUrls();
  for (const { url } of data.chunks!) {
    const refused = await download(url, data.chunkHeaders!);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("<Error><Code>AccessDenied</Code><Message>Request has expired</Message>");
  }
  const fresh = await client.request("GET", `/queries/${data.queryId}/result`);
  const again = await download(fresh.data.chunks![0]!.url, fresh.data.chunkHeaders!);
  expect(JSON.parse(`[${again.text}]`)).toHaveLength(first!.rowCount);
});

test("a chunk's URL is good for as many requests as it is told to be", async () => {
  const other = await startSnowflake({ inlineBytes: 500, chunkBytes: 20_000, chunkUrlRequests: 2 });
  const client = await wire(other);
  const { data } = await client.query(many);
  const statuses: number[] = [];
  for (let turn = 0; turn < 3; turn++) statuses.push((await download(data.chunks![0]!.url, data.chunkHeaders!)).status);
  expect(statuses).toEqual([200, 200, 403]);
  expect((await download(data.chunks![1]!.url, data.chunkHeaders!)).status).toBe(200);
  await other.close();
});

test("a repeated request is answered with the first result and runs nothing twice", async () => {
  const client = await wire(standIn);
  await client.query("create or replace table once (a int)");
  const first = await client.query("insert into once values (1)", {}, "same-id");
  const again = await client.query("insert into once values (1)", {}, "same-id");
  expect(again.data.queryId).toBe(first.data.queryId);
  expect(again.data.rowset).toEqual([["1"]]);
  expect((await client.query("select count(*) from once")).data.rowset).toEqual([["1"]]);
  expect(standIn.statements().filter(({ requestId }) => requestId === "same-id")).toHaveLength(1);
});

test("an answer lost on its way does not run the statement twice", async () => {
  const connection = await connect(standIn);
  await rows(connection, "create or replace table once (a int)");
  const undo = standIn.inject({ operation: "query", late: true, kind: "reset" });
  expect(await rows(connection, "insert into once values (1)")).toEqual([[1]]);
  undo();
  expect(await rows(connection, "select count(*) from once")).toEqual([[1]]);
  await destroy(connection);
});

test("a statement that takes long is answered with a URL to poll", async () => {
  const client = await wire(standIn);
  const first = await client.query("select system$wait(1) as w");
  expect(first).toMatchObject({ success: true, code: "333333" });
  const url = String(first.data.getResultUrl);
  let answer = await client.request("GET", url);
  while (answer.code === "333333") answer = await client.request("GET", url);
  expect(answer.data.rowset).toEqual([["waited 1 seconds"]]);
  const connection = await connect(standIn);
  expect(await rows(connection, "select system$wait(1)")).toEqual([["waited 1 seconds"]]);
  await destroy(connection);
});

test("an asynchronous statement answers its id at once, its status and its result later", async () => {
  const connection = await connect(standIn);
  const { statement } = await run(connection, "select system$wait(1), 7 as x", { asyncExec: true, streamResult: true });
  const queryId = statement.getQueryId();
  expect(await connection.getQueryStatus(queryId)).toBe("RUNNING");
  const found = await connection.getResultsFromQueryId({ queryId });
  for await (const row of found.streamRows()) expect(row).toMatchObject({ X: 7 });
  expect(await connection.getQueryStatus(queryId)).toBe("SUCCESS");
  expect(await connection.getQueryStatus("11111111-2222-3333-4444-555555555555")).toBe("NO_QUERY_DATA");
  const failed = await run(connection, "select nope", { asyncExec: true, streamResult: true });
  await expect.poll(() => connection.getQueryStatus(failed.statement.getQueryId())).toBe("FAILED_WITH_ERROR");
  await destroy(connection);
});

test("several statements need MULTI_STATEMENT_COUNT, and give a result each", async () => {
  const connection = await connect(standIn);
  expect((await failure(connection, "select 1; select 2")).code).toBe("000008");
  expect(await rows(connection, "select 1; select 'two' as b", { parameters: { MULTI_STATEMENT_COUNT: 2 } })).toEqual([
    [1],
  ]);
  const client = await wire(standIn);
  const both = await client.query(
    "create or replace table m (a int); insert into m values (1), (2); select count(*) from m;",
    {
      parameters: { MULTI_STATEMENT_COUNT: 0 },
    },
  );
  const [, inserted, counted] = String(both.data.resultIds).split(",");
  expect((await client.request("GET", `/queries/${inserted}/result`)).data.rowset).toEqual([["2"]]);
  expect((await client.request("GET", `/queries/${counted}/result`)).data.rowset).toEqual([["2"]]);
  await destroy(connection);
});

test("describeOnly tells the columns and runs nothing", async () => {
  const client = await wire(standIn);
  await client.query("create or replace table once (a int)");
  const { data } = await client.query("select a, a / 2 as half from once", { describeOnly: true });
  expect(data.rowtype.map(({ name, type }) => [name, type])).toEqual([["A", "fixed"], ["HALF", "fixed"]]); // prettier-ignore
  await client.query("insert into once values (1)", { describeOnly: true });
  expect((await client.query("select count(*) from once")).data.rowset).toEqual([["0"]]);
});

test("a body compressed by the client is read", async () => {
  const { gzipSync } = await import("node:zlib");
  const client = await wire(standIn);
  const response = await fetch(`${standIn.url}/queries/v1/query-request?requestId=zipped`, {
    method: "POST",
    headers: { "content-encoding": "gzip", authorization: `Snowflake Token="${client.token}"` },
    body: gzipSync(JSON.stringify({ sqlText: "select 'ü'" })),
  });
  expect(await response.json()).toMatchObject({ data: { rowset: [["ü"]] } });
});

test("faults hit the requests they are meant for, until they are undone", async () => {
  const client = await wire(standIn);
  const undo = standIn.inject({ operation: "query", after: 1, kind: "error", status: 503 });
  expect((await client.query("select 1")).success).toBe(true);
  await expect(client.query("select 1")).rejects.toThrow();
  expect((await client.query("select 1")).success).toBe(true);
  undo();
  for (const kind of ["reset", "cut", "corrupt"] as const) {
    const restore = standIn.inject({ operation: "query", kind, times: Infinity });
    await expect(client.query("select 1")).rejects.toThrow();
    restore();
  }
  expect((await client.query("select 1")).success).toBe(true);
});

test("a status may carry a body of its own", async () => {
  const client = await wire(standIn);
  const body = JSON.stringify({ success: false, code: "390104" });
  const undo = standIn.inject({ operation: "query", kind: "error", status: 401, body });
  expect((await client.query("select 1")).code).toBe("390104");
  undo();
});

test("a black hole answers nothing and does not hold up close()", async () => {
  const other = await startSnowflake();
  const client = await wire(other);
  other.inject({ operation: "query", kind: "hang", times: Infinity });
  const hung = client.query("select 1").catch((error: unknown) => error);
  await other.close();
  expect(await hung).toBeInstanceOf(Error);
});
