import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, lstat, writeFile } from "node:fs/promises";
import { createServer as createHttpServer, get, type IncomingMessage, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { Writable } from "node:stream";
import * as arrow from "apache-arrow";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordBatches, writeArrow, type ArrowSource } from "../../src/arrow/index.ts";
import { cellsOf } from "./reading.ts";
import { batchOf, columnOf, textVector } from "./vectors.ts";

const column = columnOf("kind", "text");

let folder: string;
let path: string;
/** What a test has opened; the last one is closed first. */
let opened: (() => unknown)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "arrow-"));
  path = join(folder, "result.arrows");
  opened = [() => rm(folder, { recursive: true })];
});
afterEach(async () => {
  for (const close of opened.reverse()) await close();
});

/** Makes batches of one result. */
function batchesOf(...texts: readonly (readonly (string | null)[])[]): arrow.RecordBatch[] {
  const result = recordBatches(arrow, [column], { dictionary: true });
  return texts.map((some) => result.add(batchOf(textVector(column, some))));
}

/** A source as `db.arrowBatches` is one: leaving it ends a `next()` that is pending. */
function sourceOf(batches: Iterable<arrow.RecordBatch>, end: "ends" | "stays pending" | { readonly throws: unknown }) {
  const iterator = batches[Symbol.iterator]();
  let leave: ((result: IteratorResult<arrow.RecordBatch, undefined>) => void) | undefined;
  const source = {
    pulled: 0,
    lefts: 0,
    async next(): Promise<IteratorResult<arrow.RecordBatch, undefined>> {
      source.pulled++;
      const result = iterator.next();
      if (result.done !== true) return result;
      if (end === "ends") return { done: true, value: undefined };
      if (end === "stays pending") return new Promise((resolve) => (leave = resolve));
      throw end.throws;
    },
    return() {
      source.lefts++;
      leave?.({ done: true, value: undefined });
      return Promise.resolve({ done: true as const, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return source;
    },
  };
  return source;
}

/** A batch that is larger than what sockets and streams hold. */
function* largeBatches(count: number): Generator<arrow.RecordBatch> {
  const result = recordBatches(arrow, [column]);
  const large = batchOf(textVector(column, ["x".repeat(4_000_000)]));
  for (let index = 0; index < count; index++) yield result.add(large);
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

/** Gives both ends of a connection. */
async function connection(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer();
  const port = await listening(server);
  const near = connect(port, "127.0.0.1");
  const [far] = (await once(server, "connection")) as [Socket];
  opened.push(() => (near.destroy(), far.destroy()));
  return { near, far };
}

async function responseOf(handler: RequestListener): Promise<IncomingMessage> {
  const port = await listening(createHttpServer(handler));
  const [response] = (await once(get({ port, host: "127.0.0.1", agent: false }), "response")) as [IncomingMessage];
  return response;
}

const textsIn = (bytes: Uint8Array) => cellsOf(arrow.tableFromIPC(bytes).batches, 0);

describe("writeArrow to a path", () => {
  const texts = [["a", null], [], ["b", "a"]];

  it.each([
    ["a table", () => new arrow.Table(batchesOf(...texts))],
    ["batches", () => batchesOf(...texts)],
    ["batches as they come", () => sourceOf(batchesOf(...texts), "ends")],
  ])("writes %s, and tells the rows and bytes", async (_, source: () => ArrowSource) => {
    const written = await writeArrow(source(), path);
    expect(textsIn(await readFile(path))).toEqual(["a", null, "b", "a"]);
    expect(written).toEqual({ rows: 4, bytes: (await stat(path)).size });
    expect(await readdir(folder)).toEqual(["result.arrows"]);
  });

  it("writes the schema of a result without rows", async () => {
    const table = new arrow.Table(new arrow.Schema([new arrow.Field("kind", new arrow.Utf8())]));
    for (const source of [batchesOf([]), table]) {
      expect(await writeArrow(source, path)).toMatchObject({ rows: 0 });
      expect(arrow.tableFromIPC(await readFile(path)).schema.names).toEqual(["kind"]);
    }
  });

  it("leaves nothing behind where the source fails, and rejects with its own reason", async () => {
    for (const reason of [new Error("the server is gone"), new DOMException("left", "AbortError"), "any value"]) {
      const source = sourceOf(largeBatches(3), { throws: reason });
      await expect(writeArrow(source, path)).rejects.toBe(reason);
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it("replaces a file that is there only by a whole one", async () => {
    await writeFile(path, "old");
    await expect(writeArrow(sourceOf(largeBatches(1), { throws: new Error("gone") }), path)).rejects.toThrow("gone");
    expect(await readFile(path, "utf8")).toBe("old");
    await writeArrow(batchesOf(["new"]), path);
    expect(textsIn(await readFile(path))).toEqual(["new"]);
  });

  it("keeps a link, and writes what it leads to", async () => {
    await mkdir(join(folder, "runs"));
    await writeFile(join(folder, "runs", "1"), "old");
    await symlink(join("runs", "1"), path);
    await writeArrow(batchesOf(["new"]), path);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(textsIn(await readFile(join(folder, "runs", "1")))).toEqual(["new"]);
  });

  it("asks nothing of the source where there is no place for the file", async () => {
    const source = sourceOf([], "ends");
    await expect(writeArrow(source, join(folder, "missing", "x"))).rejects.toMatchObject({
      code: "STORAGE",
      vendorCode: "ENOENT",
    });
    await expect(writeArrow(source, folder)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(writeArrow(source, "/dev/null")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(source.pulled).toBe(0);
    expect(source.lefts).toBe(3);
  });
});

describe("writeArrow to a stream", () => {
  it("writes to a socket, and ends it", async () => {
    const { near, far } = await connection();
    const [written, bytes] = await Promise.all([writeArrow(sourceOf(largeBatches(3), "ends"), near), buffer(far)]);
    expect(textsIn(bytes)).toHaveLength(3);
    expect(written).toEqual({ rows: 3, bytes: bytes.length });
  });

  it("writes an HTTP response, and ends it", async () => {
    const response = await responseOf((_, answer) => void writeArrow(batchesOf(["a"], ["b"]), answer));
    expect(textsIn(await buffer(response))).toEqual(["a", "b"]);
  });

  it("pulls no faster than the reader reads, and ends with its deadline where that one has stopped", async () => {
    const { near, far } = await connection();
    far.pause();
    const source = sourceOf(largeBatches(100), "ends");
    const writing = writeArrow(source, near, { timeoutMs: 300 });
    await expect(writing).rejects.toMatchObject({ code: "TIMEOUT", phase: "fetch" });
    expect(source.pulled).toBeLessThan(10);
    expect(source.lefts).toBe(1);
  });

  it("goes on when a slow reader reads again", async () => {
    const { near, far } = await connection();
    far.pause();
    const writing = writeArrow(sourceOf(largeBatches(20), "ends"), near);
    await once(far, "readable");
    far.resume();
    expect(await writing).toMatchObject({ rows: 20 });
  });

  it("breaks off an HTTP response where the source fails, so that its reader does not take a part for the whole", async () => {
    const failed = new Error("the server is gone");
    const writings: Promise<unknown>[] = [];
    const response = await responseOf((_, answer) => {
      writings.push(writeArrow(sourceOf(largeBatches(1), { throws: failed }), answer).catch((error: unknown) => error));
    });
    await expect(buffer(response)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await writings[0]).toBe(failed);
  });

  it("stops a source that is pending when the reader goes away", async () => {
    const { near, far } = await connection();
    const source = sourceOf(batchesOf(["a"]), "stays pending");
    const writing = writeArrow(source, near);
    await once(far, "data");
    far.resetAndDestroy();
    await expect(writing).rejects.toThrow(/ECONNRESET|EPIPE|Premature/);
    expect(source.lefts).toBe(1);
  });

  it("stops a source when the stream is closed without an error, before or under the writing", async () => {
    const { near, far } = await connection();
    const source = sourceOf(batchesOf(["a"]), "stays pending");
    const writing = writeArrow(source, near);
    await once(far, "data");
    near.destroy();
    await expect(writing).rejects.toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
    expect(source.lefts).toBe(1);
    const late = sourceOf(batchesOf(["a"]), "stays pending");
    await expect(writeArrow(late, near)).rejects.toThrow(Error);
    expect(late.lefts).toBe(1);
  });

  it("rejects with the stream's own error, whatever leaving the source throws", async () => {
    const source = sourceOf(largeBatches(3), "ends");
    source.return = () => Promise.reject(new Error("cannot leave"));
    await expect(writeArrow(source, createWriteStream("/dev/full"))).rejects.toMatchObject({ code: "ENOSPC" });
    const refused = new Error("refused");
    const target = new Writable({ write: (_, __, done) => done(refused) });
    await expect(writeArrow(batchesOf(["a"]), target)).rejects.toBe(refused);
  });

  it("ends with the caller's signal, and rejects with its reason", async () => {
    const controller = new AbortController();
    const source = sourceOf(batchesOf(["a"]), "stays pending");
    const { near, far } = await connection();
    const writing = writeArrow(source, near, { signal: controller.signal });
    await once(far, "data");
    const reason = { why: "changed my mind" };
    controller.abort(reason);
    await expect(writing).rejects.toBe(reason);
    expect(source.lefts).toBe(1);
    expect(near.destroyed).toBe(true);
  });
});

describe("writeArrow refuses", () => {
  const refusal = { code: "INVALID_ARGUMENT" };

  it("what is no source", async () => {
    const table = Promise.resolve(new arrow.Table(batchesOf(["a"])));
    for (const source of [undefined, null, "text", {}, table, [{ a: 1 }]]) {
      await expect(writeArrow(source as ArrowSource, path)).rejects.toMatchObject(refusal);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it("a source without any batch: there would be no schema", async () => {
    await expect(writeArrow([], path)).rejects.toMatchObject(refusal);
    await expect(writeArrow(sourceOf([], "ends"), path)).rejects.toMatchObject(refusal);
  });

  it("a batch of another schema than the first", async () => {
    const other = recordBatches(arrow, [column]).add(batchOf(textVector(column, ["a"])));
    const source = sourceOf([...batchesOf(["a"]), other], "ends");
    await expect(writeArrow(source, path)).rejects.toMatchObject(refusal);
    expect(source.lefts).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it("what another copy of apache-arrow made, which would be written so that nobody can read it", async () => {
    const other = createRequire(import.meta.url)("apache-arrow") as typeof arrow;
    const table = new other.Table({ a: other.vectorFromArray(["x"], new other.Utf8()) });
    await expect(writeArrow(table, path)).rejects.toThrow(/another copy of apache-arrow/);
    await expect(writeArrow(table.batches, path)).rejects.toMatchObject(refusal);
  });

  it("what is no target, and options that it does not have", async () => {
    for (const target of [undefined, null, 1, {}]) {
      await expect(writeArrow(batchesOf(["a"]), target as string)).rejects.toMatchObject(refusal);
    }
    await expect(writeArrow(batchesOf(["a"]), path, { timeout: 5 } as object)).rejects.toMatchObject(refusal);
  });
});
