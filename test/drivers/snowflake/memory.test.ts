import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { closedAfterEach } from "../../integration/opened.ts";
import { startProgram } from "../../integration/program.ts";
import { result, startWire } from "../../integration/snowflake-wire.ts";

const keep = closedAfterEach();

const types = "fixed fixed text boolean date timestamp_ntz timestamp_ltz real text fixed".split(" ");
const rowtype = types.map((type, index) => ({
  name: `C${index}`,
  type,
  precision: 38,
  scale: type === "fixed" ? 0 : 9,
}));

/** A chunk of so many rows, 157 bytes each, that gzip makes a quarter of. */
function chunkOf(rowCount: number) {
  const rows = Array.from({ length: rowCount }, (_, n) => {
    const spread = (n * 7_919) % 1_000_003;
    const text = `a longer text with ${spread * spread} in it`;
    const moment = `${1_600_000_000 + spread}.${String(spread * 997).padStart(9, "0")}`;
    return [n, spread, `name${n % 500}`, n % 2 === 0, 19_000 + (n % 900), moment, moment, spread / 7, text, spread].map(
      String,
    );
  });
  const text = JSON.stringify(rows).slice(1, -1);
  return { rowCount: rows.length, uncompressedSize: text.length, body: gzipSync(text) };
}

/** From Node 24 on a young generation is twice as large, and on a busy machine it fills up before it is looked through. */
const limitMegabytes = Number.parseInt(process.versions.node) < 24 ? 120 : 160;

it.each([
  // The largest that the session asks for, and the largest that are unpacked before they are read.
  [16, 10],
  [4, 40],
])(
  `a stream of chunks of %i MB grows its process by less than ${limitMegabytes} MB`,
  async (megabytes, many) => {
    const { body, rowCount, uncompressedSize } = chunkOf(megabytes * 6_600);
    expect(uncompressedSize / 1024 / 1024).toBeCloseTo(megabytes, 0);
    let large = {};
    const server = keep(
      await startWire({
        query: (sql) => (sql === "select large" ? large : result([["1"]])),
        chunk: () => (response) => response.end(body),
      }),
    );
    const url = `http://127.0.0.1:${server.port}/chunk`;
    const chunks = Array.from({ length: many }, () => ({
      url,
      rowCount,
      uncompressedSize,
      compressedSize: body.length,
    }));
    large = result([], { rowtype, chunks, returned: many * rowCount });
    const program = keep(startProgram(new URL("programs/streaming.ts", import.meta.url), [String(server.port)]));
    const { rows, grownBytes } = (await program.said()) as { rows: number; grownBytes: number }; // programs/streaming.ts says so
    expect(rows).toBe(many * rowCount);
    expect(grownBytes).toBeLessThan(limitMegabytes * 1024 * 1024);
  },
  90_000,
);
