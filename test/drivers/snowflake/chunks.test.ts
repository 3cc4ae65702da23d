import http from "node:http";
import { gzipSync } from "node:zlib";
import { randomBytes } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { chunkParts, type Fetching } from "../../../src/drivers/snowflake/chunks.ts";
import { serve } from "./server.ts";

type Answer = (response: http.ServerResponse) => void;

/** Rows that take far more than one piece, packed or not. */
const rows = randomBytes(1_500_000).toString("hex");
const packed = gzipSync(rows);

const whole: Answer = (response) => response.end(packed);
const forbidden: Answer = (response) => response.writeHead(403).end();
/** The last bytes of a packed body are what tells that the others are right. */
const damaged: Answer = (response) => response.end(Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)]));

/** Chunks at a server: each answer of a chunk in its turn, the last for ever. A path is `/edition/chunk`. */
async function chunksAt(answers: readonly (readonly Answer[])[], details: Partial<Fetching> = {}) {
  const asked: string[] = [];
  const origin = await serve((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const chunk = Number(path.split("/")[2]);
    const before = asked.filter((one) => one.endsWith(`/${chunk}`)).length - 1;
    const turns = answers[chunk] ?? [];
    turns[Math.min(before, turns.length - 1)]?.(response);
  });
  const agent = new http.Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  let edition = 0;
  const renewed: number[] = [];
  const list = (compressedSize = packed.length, uncompressedSize?: number) => ({
    chunks: answers.map((_, chunk) => {
      const sizes = { compressedSize, uncompressedSize: uncompressedSize ?? null };
      return { url: `${origin}/${edition}/${chunk}`, rowCount: 1, ...sizes };
    }),
    chunkHeaders: {},
  });
  const again = async () => {
    renewed.push(++edition);
    return Promise.resolve(list());
  };
  const start = (...sizes: Parameters<typeof list>) =>
    chunkParts(list(...sizes), { agent, secure: false, again, ...details });
  return { asked, renewed, start, list, agent };
}

async function text(pieces: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = [];
  for await (const piece of pieces) read.push(piece);
  return String(Buffer.concat(read));
}

describe("the chunks of a result", () => {
  it("come in their order, in pieces, plain ones too", async () => {
    const plain: Answer = (response) => response.end('["plain"]');
    const { start } = await chunksAt([[whole], [plain], [whole]]);
    const parts = start();
    expect(await text(parts.next())).toBe(rows);
    expect(await text(parts.next())).toBe('["plain"]');
    const sizes: number[] = [];
    for await (const piece of parts.next()) sizes.push(piece.length);
    expect(sizes.length).toBeGreaterThan(5);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
  });

  it("are unpacked before they are read where they are small, and take no more than was announced", async () => {
    for (const [announced, isWhole] of [
      [rows.length, true],
      [rows.length + 100, true],
      // Whoever says too little of a chunk's size gets no more memory for it.
      [rows.length - 1, false],
      [100, false],
      // Too large to be held unpacked.
      [20 * 1024 * 1024, false],
    ] as const) {
      const { start } = await chunksAt([[whole]]);
      const read: Buffer[] = [];
      for await (const piece of start(packed.length, announced).next()) read.push(piece);
      expect(String(Buffer.concat(read)) === rows).toBe(true);
      expect(read.length === 1).toBe(isWhole);
    }
  });

  it("that say they are smaller than they are, when unpacked, are read nevertheless", async () => {
    // gzip's own count, in the last four bytes of each member, is only that of the last.
    const members = Buffer.concat([gzipSync(rows), gzipSync('["a"]')]);
    for (const announced of [rows.length + 5, 1_000]) {
      const { start } = await chunksAt([[(response) => response.end(members)]]);
      expect((await text(start(packed.length, announced).next())) === `${rows}["a"]`).toBe(true);
    }
  });

  it("are downloaded again where one is damaged, before anything of it has been given", async () => {
    for (const announced of [rows.length, undefined]) {
      const { start, asked } = await chunksAt([[damaged, whole]]);
      expect(await text(start(packed.length, announced).next())).toBe(rows);
      expect(asked).toHaveLength(2);
    }
  });

  it("get fresh addresses when theirs have expired: once for all that are asked for at a time", async () => {
    const { start, asked, renewed } = await chunksAt([
      [forbidden, whole],
      [forbidden, whole],
      [forbidden, whole],
    ]);
    const parts = start();
    for (let part = 0; part < 3; part++) expect(await text(parts.next())).toBe(rows);
    expect(renewed).toEqual([1]);
    expect(asked.sort()).toEqual(["/0/0", "/0/1", "/0/2", "/1/0", "/1/1", "/1/2"]);
  });

  it("are an error where fresh addresses are refused, too", async () => {
    const { start, renewed } = await chunksAt([[forbidden]]);
    await expect(text(start().next())).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringContaining("403") as string,
    });
    expect(renewed).toEqual([1, 2]);
  });

  it("are an error where the fresh answer has other parts", async () => {
    const others = [[], [{ url: "http://127.0.0.1:1/", rowCount: 2 }]];
    for (const chunks of others) {
      const again = async () => Promise.resolve({ chunks, chunkHeaders: {} });
      const { start } = await chunksAt([[forbidden]], { again });
      await expect(text(start().next())).rejects.toThrow("other parts");
    }
  });

  it("are fetched ahead by at most three, and by as many as fit in 32 MB", async () => {
    const many = Array.from({ length: 12 }, () => [whole]);
    for (const [size, ahead] of [
      [packed.length, 3],
      [15 * 1024 * 1024, 1],
      [100 * 1024 * 1024, 0],
    ] as const) {
      const { start, asked } = await chunksAt(many);
      const parts = start(size);
      await text(parts.next());
      await expect.poll(() => asked.length).toBe(1 + ahead);
      await text(parts.next());
      await expect.poll(() => asked.length).toBe(2 + ahead);
      parts.stop();
    }
  });

  it("leave no connection open when they are left, whatever they wait for", async () => {
    let closed = 0;
    const never: Answer = (response) => response.on("close", () => closed++);
    const stuck: Answer = (response) => {
      response.on("close", () => closed++);
      response.write(packed.subarray(0, 1_000));
    };
    const { start, agent, asked } = await chunksAt([[whole], [never], [stuck], [never]]);
    const parts = start();
    await text(parts.next());
    const reading = text(parts.next());
    await expect.poll(() => asked.length).toBe(4);
    parts.stop();
    await expect(reading).rejects.toThrow();
    await expect.poll(() => closed).toBe(3);
    expect(Object.keys(agent.sockets)).toEqual([]);
    await expect(text(parts.next())).rejects.toThrow();
  });
});
