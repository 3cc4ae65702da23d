// A lean Snowflake: it answers logins, serves results that were made before, and counts rows that come as bulk binds. `fork`ed by snowflake.ts, so
// that it shares no thread with what is measured. Nothing else is checked and no SQL is run: that is the part of the stand-in in src/testing.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { createSession, parameterList } from "../../src/testing/snowflake/engine/session.ts";
import { success } from "../../src/testing/snowflake/http/reply.ts";
import { createSink, type Bindings } from "./snowflake-sink.ts";
import { createTables, oneRow, status, type Chunk, type Kind, type Prepared } from "./snowflake-tables.ts";

const place = { database: "BENCH", schema: "PUBLIC", warehouse: "COMPUTE_WH", role: "SYSADMIN" };
const session = createSession({ id: "1000000000001", user: "BENCH", now: Date.now(), ...place });
const prepare = createTables();
const sink = createSink();
const served = new Map<string, Chunk>();

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port }); // a TCP server has one
});

// The parent asks what a statement will give, which also makes it; and it ends, and this process with it.
process.on("message", ({ sql }: { sql: string }) => {
  void resultOf(sql).then(({ count, checksum }) => process.send?.({ count, checksum }));
});
process.on("disconnect", () => process.exit());

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://lean");
  const chunk = served.get(pathname);
  if (chunk !== undefined) {
    const headers = {
      "content-type": "binary/octet-stream",
      "content-encoding": "gzip",
      "content-length": chunk.body.length,
    };
    response.writeHead(200, headers).end(chunk.body);
    return;
  }
  const body = await readBody(request);
  const { status, headers, body: text } = success(await dataOf(pathname, body, request.headers.host ?? ""));
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(text) }).end(text);
}

/** What is used of a statement's request. */
interface Query {
  readonly sqlText?: string;
  readonly bindings?: Bindings;
  readonly describeOnly?: boolean;
}

async function readBody(request: IncomingMessage): Promise<Query> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer); // without an encoding the stream gives buffers
  const raw = Buffer.concat(parts);
  const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString("utf8");
  return text === "" ? {} : (JSON.parse(text) as Query); // a client's own request
}

async function dataOf(path: string, { sqlText, ...query }: Query, host: string): Promise<unknown> {
  if (path.endsWith("/login-request")) return login();
  if (sqlText === undefined) return null;
  const result = sink.answer(sqlText, query) ?? (await resultOf(sqlText));
  return resultData(result, host);
}

function login(): Record<string, unknown> {
  return {
    token: "session-token",
    masterToken: "master-token",
    validityInSeconds: 3_600,
    masterValidityInSeconds: 14_400,
    displayUserName: session.user,
    serverVersion: "9.40.0",
    healthCheckInterval: 45,
    sessionId: Number(session.id),
    parameters: parameterList(session),
    sessionInfo: {
      databaseName: place.database,
      schemaName: place.schema,
      warehouseName: place.warehouse,
      roleName: place.role,
    },
    idToken: null,
    mfaToken: null,
  };
}

const select = /^select \* from (mixed|numeric|text) limit (\d+)$/;

async function resultOf(sql: string): Promise<Prepared> {
  const [, table, limit] = select.exec(sql) ?? [];
  // The pattern allows no other table.
  if (table !== undefined) return prepare(table as Kind, Number(limit));
  if (sql === "select 1 as one") return oneRow({ ONE: 1 });
  return status;
}

function resultData(
  { rowtype, inline, chunks, count, kind = 0x1000 }: Prepared,
  host: string,
): Record<string, unknown> {
  return {
    parameters: parameterList(session),
    rowtype,
    rowset: inline,
    total: count,
    returned: count,
    queryId: randomUUID(),
    finalDatabaseName: place.database,
    finalSchemaName: place.schema,
    finalWarehouseName: place.warehouse,
    finalRoleName: place.role,
    numberOfBinds: 0,
    arrayBindSupported: false,
    statementTypeId: kind,
    version: 1,
    queryResultFormat: "json",
    ...(chunks.length > 0 && { chunks: chunks.map((chunk, i) => reference(chunk, i, host)), qrmk: "AAAA" }),
  };
}

function reference(chunk: Chunk, place: number, host: string): Record<string, unknown> {
  const { rowCount, uncompressedSize, body, checksum } = chunk;
  // The same bytes get the same address whichever result they are in.
  const path = `/results/${checksum}-${rowCount}-${uncompressedSize}-${place}`;
  served.set(path, chunk);
  return { url: `http://${host}${path}`, rowCount, uncompressedSize, compressedSize: body.length };
}
