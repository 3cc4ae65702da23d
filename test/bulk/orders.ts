import fc from "fast-check";
import type { CsvForm, LoadOrder, StorageAccess, UnloadOrder } from "../../src/bulk-engine.ts";

/*
 * Orders as the core gives them to a driver: everything in them has been checked, and texts are as hostile as the checks let them be.
 */

const text = fc.string({ unit: "binary", maxLength: 40 }).map((value) => value.replace(/[\0\p{Surrogate}]/gu, "'\\"));
const name = text.filter((value) => value !== "" && Buffer.byteLength(value) < 60);
const names = fc.uniqueArray(name, { maxLength: 3 });

const access: fc.Arbitrary<StorageAccess> = fc.record({
  roles: fc.constantFrom(
    ["default"],
    ["arn:aws:iam::123456789012:role/a"],
    ["arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/b,c"],
  ),
  integration: name,
  region: fc.constantFrom(undefined, "eu-west-1"),
});

const csv: fc.Arbitrary<CsvForm> = fc.record({
  header: fc.boolean(),
  delimiter: fc.constantFrom(",", "|", "\t", "'", ";"),
  nullAs: fc.constantFrom("", "NULL", "it's"),
});

const common = {
  url: text.map((key) => `s3://bucket/${key}`),
  access,
  csv,
  inTransaction: fc.boolean(),
};

const compression = fc.constantFrom("none" as const, "gzip" as const, "zstd" as const, "bzip2" as const);

/** Unloads. */
export const unloadOrders: fc.Arbitrary<UnloadOrder> = fc
  .record({
    ...common,
    query: text.map((value) => `SELECT '${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}' AS "a'b" -- it's`),
    format: fc.constantFrom("parquet" as const, "csv" as const, "json" as const),
    compression,
    partitionBy: names,
    overwrite: fc.constantFrom("error" as const, "replace" as const, "clean" as const),
    maxFileBytes: fc.constantFrom(undefined, 5 * 1024 * 1024, 6_000_000),
    single: fc.boolean(),
    manifest: fc.boolean(),
  })
  .map((order) => ({ ...order, compression: order.format === "parquet" ? "none" : order.compression }));

/** Loads. */
export const loadOrders: fc.Arbitrary<LoadOrder> = fc
  .record({
    ...common,
    table: name.map((value) => `"${value.replaceAll('"', '""')}"`),
    columns: fc.option(fc.uniqueArray(name, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    format: fc.constantFrom("parquet" as const, "csv" as const, "json" as const),
    compression,
    match: fc.constantFrom("name" as const, "position" as const),
    manifest: fc.boolean(),
    maxErrors: fc.constantFrom(0, 3, Infinity),
    dryRun: fc.boolean(),
    force: fc.boolean(),
  })
  .map((order) => ({ ...order, compression: order.format === "parquet" ? "none" : order.compression }));
