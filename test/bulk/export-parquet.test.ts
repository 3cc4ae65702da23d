import * as arrow from "apache-arrow";
import { readParquet, wasmMemory } from "parquet-wasm";
import { describe, expect, it } from "vitest";
import { recordBatches } from "../../src/arrow/index.ts";
import { loadParquetWriter, parquetBytes, type ParquetForm } from "../../src/bulk/parquet/writer.ts";
import { rowsInFooter } from "../../src/bulk/parquet/footer.ts";
import { batchOf, columnOf, textVector } from "../arrow/vectors.ts";
import { emptyParquet, parquet } from "./files.ts";

const form: ParquetForm = { compression: "snappy", rowGroupRows: 1_000 };
const text = columnOf("t", "text");
const writer = await loadParquetWriter();

/** Batches of a result, which ends in an error where one is given. */
function source(texts: readonly (readonly string[])[], column = text, failure?: Error) {
  const batches = recordBatches(arrow, [column]);
  const made = texts.map((some) => ({
    length: some.length,
    bytes: 0,
    recordBatch: batches.add(batchOf(textVector(column, some))),
  }));
  return {
    columns: [column],
    pulled: 0,
    next() {
      const batch = made[this.pulled++];
      return batch === undefined && failure !== undefined ? Promise.reject(failure) : Promise.resolve(batch);
    },
  };
}

async function bytesOf(from: Parameters<typeof parquetBytes>[1]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of parquetBytes(writer, from, form)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// The package names a type of a browser's.
const memoryBytes = () => (wasmMemory() as { readonly buffer: ArrayBufferLike }).buffer.byteLength;
const some = (count: number) => Array.from({ length: count }, (_, index) => `text ${index}`);

describe("the Parquet writer", () => {
  it("writes batches of any size, and row groups no larger than asked", async () => {
    const file = await bytesOf(source([[], some(2_500), some(1), [], some(3)]));
    expect(rowsInFooter(file)).toBe(2_504);
    const table = arrow.tableFromIPC(readParquet(file).intoIPCStream());
    expect([...(table.getChild("t") ?? [])]).toEqual([...some(2_500), ...some(1), ...some(3)]);
  });

  it("rejects with the source's own error, first or on the way", async () => {
    const failure = new Error("the server is gone");
    for (const texts of [[], [some(2_500)]]) {
      await expect(bytesOf(source(texts, text, failure))).rejects.toBe(failure);
    }
  });

  it("tells of rows that it could not write, of which it says nothing itself", async () => {
    const column = columnOf("t", "integer");
    const frame = { column, length: 5, nulls: 0, validity: undefined };
    const numbers = batchOf({ ...frame, layout: "int32", values: new Int32Array(5) });
    const texts = source([some(5)]);
    const rest = [{ ...numbers, recordBatch: recordBatches(arrow, [column]).add(numbers) }];
    const from = { columns: [text], next: async () => (await texts.next()) ?? rest.pop() };
    await expect(bytesOf(from)).rejects.toMatchObject({ code: "STORAGE", message: /of 10 rows it has written 5/ });
  });

  it("lets go of its memory when it is left, begun or not", async () => {
    const leave = async (pulls: number) => {
      const bytes = parquetBytes(writer, source(Array.from({ length: 40 }, () => some(500))), form);
      for (let pull = 0; pull < pulls; pull++) await bytes.next();
      await bytes.return();
    };
    for (let round = 0; round < 10; round++) await leave(round % 3);
    const before = memoryBytes();
    for (let round = 0; round < 100; round++) await leave(round % 3);
    expect(memoryBytes() - before).toBeLessThan(2 * 1024 * 1024);
  });
});

describe("the footer", () => {
  it("is understood of files that others wrote", async () => {
    const wide = Array.from({ length: 40 }, (_, index) => `i + ${index} as c${index}`).join(", ");
    const query = `select ${wide} from range(10000) t(i)`;
    expect(rowsInFooter(Buffer.from(await parquet(query, { groupRows: 2_048 })))).toBe(10_000);
    expect(rowsInFooter(Buffer.from((await emptyParquet()).bytes))).toBe(0);
  });

  it("is none where the bytes are cut, or are no Parquet", async () => {
    const file = await bytesOf(source([some(10)]));
    for (const bytes of [Buffer.alloc(0), file.subarray(0, -1), file.subarray(-9), Buffer.from("PAR1")]) {
      expect(rowsInFooter(bytes)).toBeUndefined();
    }
  });
});
