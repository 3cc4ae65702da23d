import { describe, expect, it, onTestFinished } from "vitest";
import { connectWarehouse } from "peak-warehouse";
import {
  bindComplete,
  commandComplete,
  dataRow,
  int32,
  noData,
  parameterDescription,
  parseComplete,
  ready,
  rowDescription,
  startScripted,
} from "./scripted.ts";

type Answers = Readonly<Record<string, readonly Buffer[]>>;

const int4 = 23;
const text = 25;

/** What a server answers that keeps to the protocol; `D2` is its answer to the second Describe, that of the portal. */
const kept: Answers = {
  P: [parseComplete],
  D: [parameterDescription, rowDescription(["a", int4])],
  B: [bindComplete],
  D2: [rowDescription(["a", int4, true])],
  E: [dataRow(int32(1)), dataRow(int32(2)), commandComplete],
  S: [ready],
};

async function opened(changed: Answers) {
  const answers = { ...kept, ...changed };
  const server = await startScripted((type, count) => answers[count > 1 ? `${type}${count}` : type] ?? []);
  onTestFinished(() => server.close());
  const db = await connectWarehouse({ credentials: server.url, tls: false });
  onTestFinished(async () => db.close({ timeoutMs: 100 }));
  server.came.length = 0;
  return { db, server };
}

async function read(changed: Answers) {
  const { db, server } = await opened(changed);
  const table = await db.arrow("select a from t", undefined, { timeoutMs: 5_000 });
  return { values: table.toArray().map((row: { a: unknown }) => row.a), sent: server.came.join("") };
}

describe("a result of columns", () => {
  it("is read where the server keeps to the protocol", async () => {
    expect(await read({})).toEqual({ values: [1, 2], sent: "PDHBDES" });
  });

  it("is read in the form in which it comes, whatever was asked for", async () => {
    const asText = { D2: [rowDescription(["a", int4])], E: [dataRow("1234"), commandComplete] };
    expect(await read(asText)).toMatchObject({ values: [1234] });
  });

  it.each<[string, Answers]>([
    ["ends it without CommandComplete", { E: [dataRow(int32(1))] }],
    ["is ready in the middle of the rows", { E: [dataRow(int32(1)), ready, dataRow(int32(2)), commandComplete] }],
    ["is ready though nobody has sent Sync", { D: [parameterDescription, ready] }],
    ["is ready right behind the columns", { D: [...kept.D!, ready] }],
    [
      "describes other columns among the rows",
      { E: [dataRow(int32(1)), rowDescription(["b", text]), dataRow("abc"), commandComplete] },
    ],
    ["describes the columns of the portal twice", { D2: [...kept.D2!, ...kept.D2!] }],
    ["sends rows of a statement that gives none", { D: [parameterDescription, noData], D2: [noData] }],
    ["sends a form that nobody asked for", { D2: [rowDescription(["a", text, true])] }],
  ])("is damaged where the server %s", async (_how, changed) => {
    await expect(read(changed)).rejects.toMatchObject({ code: "CONNECTION", effect: "unknown" });
  });
});

describe("a result of rows", () => {
  it("is damaged where the server is ready before it has said that the statement is complete", async () => {
    const { db } = await opened({ Q: [rowDescription(["a", text]), dataRow("1"), ready] });
    await expect(db.query("select a from t")).rejects.toMatchObject({ code: "CONNECTION", effect: "unknown" });
  });
});
