import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import {
  brokenCsv,
  brokenNdjson,
  emptyParquet,
  exactParquet,
  exactTypes,
  groupedParquet,
  hostileCsv,
  hostileNdjson,
  layoutOf,
  manifest,
  mistypedParquet,
  nestedParquet,
  readBack,
  typesOf,
} from "./files.ts";

test("Parquet of every type holds its extremes, in whatever codec", async () => {
  for (const codec of ["snappy", "zstd", "gzip", "uncompressed"] as const) {
    const { bytes, rows } = await exactParquet(undefined, { codec });
    expect(await readBack(bytes, "parquet")).toEqual(rows);
    expect(await typesOf(bytes)).toEqual(exactTypes);
    expect((await layoutOf(bytes)).codecs).toEqual([codec.toUpperCase()]);
  }
  const some = await exactParquet(["name", "id"]);
  expect(await readBack(some.bytes, "parquet")).toEqual(some.rows);
});

test("Parquet of many row groups, of nested columns, of no rows and of a wrong type is what it says", async () => {
  const grouped = await groupedParquet(10_000, 2_048, "zstd");
  expect(await readBack(grouped.bytes, "parquet")).toEqual(grouped.rows);
  expect(await layoutOf(grouped.bytes)).toEqual({ groupRows: [2048, 2048, 2048, 2048, 1808], codecs: ["ZSTD"] });
  const nested = await nestedParquet();
  expect(await readBack(nested.bytes, "parquet")).toEqual(nested.rows);
  const empty = await emptyParquet();
  expect(await readBack(empty.bytes, "parquet")).toEqual([]);
  expect(await typesOf(empty.bytes)).toEqual({ id: "INTEGER", name: "VARCHAR" });
  expect(await typesOf((await mistypedParquet()).bytes)).toMatchObject({ id: "VARCHAR" });
});

test("CSV is read as its rows with any line end, mark, packing and header", async () => {
  for (const lineEnd of ["\n", "\r\n"] as const)
    for (const hasByteOrderMark of [false, true])
      for (const isGzipped of [false, true]) {
        const { bytes, rows } = hostileCsv({ lineEnd, hasByteOrderMark, isGzipped });
        expect(await readBack(bytes, "csv")).toEqual(rows);
      }
  const { bytes, rows } = hostileCsv({ hasHeader: false });
  const named = rows.map(({ id = null, name = null, amount = null, at = null }) => ({
    column0: id,
    column1: name,
    column2: amount,
    column3: at,
  }));
  expect(await readBack(bytes, "csv", { header: false })).toEqual(named);
});

test("NDJSON is read as its objects, numbers to their last digit", async () => {
  for (const isGzipped of [false, true]) {
    const { bytes, rows } = hostileNdjson({ isGzipped, lineEnd: "\r\n" });
    expect(await readBack(bytes, "json")).toEqual(rows);
  }
});

test("a broken file is broken in the line it names, and nowhere else", async () => {
  for (const wrong of ["text in a number", "no such day", "too large", "column missing", "column too many"] as const)
    for (const hasHeader of [true, false]) {
      const { bytes, badLine, badText, rows } = brokenCsv(wrong, { hasHeader, isGzipped: true });
      const lines = gunzipSync(bytes).toString().split("\n");
      expect(lines[badLine - 1]).toBe(badText);
      lines.splice(badLine - 1, 1);
      const mended = Buffer.from(lines.join("\n"));
      const found = await readBack(mended, "csv", { header: hasHeader });
      expect(found.map((row) => Object.values(row))).toEqual(rows.map((row) => Object.values(row)));
    }
  const { bytes, badLine, badText, rows } = brokenNdjson();
  await expect(readBack(bytes, "json")).rejects.toThrow("Malformed JSON");
  const lines = Buffer.from(bytes).toString().split("\n");
  expect(lines.splice(badLine - 1, 1)).toEqual([badText]);
  expect(await readBack(Buffer.from(lines.join("\n")), "json")).toEqual(rows);
});

test("several files are read one after the other, and a manifest names them as Redshift reads it", async () => {
  const [one, two] = [brokenNdjson().rows, hostileNdjson().rows];
  const mended = Buffer.from(one.map((row) => `${JSON.stringify(row)}\n`).join(""));
  expect(await readBack([mended, hostileNdjson().bytes], "json")).toEqual([...one, ...two]);
  const bytes = manifest([{ url: "s3://b/a", mandatory: true, contentLength: 5 }, { url: "s3://b/c" }]);
  expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({
    entries: [{ url: "s3://b/a", mandatory: true, meta: { content_length: 5 } }, { url: "s3://b/c" }],
  });
});
