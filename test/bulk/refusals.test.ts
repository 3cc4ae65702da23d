import { describe, expect, it } from "vitest";
import { checkStaged } from "../../src/bulk/insert/staged-columns.ts";
import { load, type LoadOptions } from "../../src/bulk/load.ts";
import { unload, type UnloadOptions } from "../../src/bulk/unload.ts";
import { redshiftBulk } from "../../src/drivers/redshift/bulk.ts";
import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflakeBulk } from "../../src/drivers/snowflake/bulk.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import type { BulkGround } from "../../src/bulk/ground.ts";
import type { Column } from "../../src/values/types.ts";

/** Nothing may be asked of it. */
const sent = new Error("it was sent");
const ground = {
  onSession: () => Promise.reject(sent),
  inTransaction: false,
  transaction: undefined,
  aside: undefined,
  granted: () => Promise.reject(sent),
  written: String,
  bound: () => {
    throw sent;
  },
} satisfies Partial<BulkGround>;
const on = {
  redshift: { ...ground, dialect: redshift, engine: redshiftBulk },
  snowflake: { ...ground, dialect: snowflake, engine: snowflakeBulk },
} satisfies Record<string, BulkGround>;
type Warehouse = keyof typeof on;

const url = "s3://bucket/prefix/";
const outcome = async (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
const loading = async (warehouse: Warehouse, options: LoadOptions) => outcome(load(on[warehouse], "t", url, options));
const unloading = async (warehouse: Warehouse, options: UnloadOptions) =>
  outcome(unload(on[warehouse], "select 1", url, options));

describe("what a warehouse cannot do", () => {
  // prettier-ignore
  it.each<[Warehouse, LoadOptions, string]>([
    ["redshift", { force: false }, "force: false is not possible here: Redshift does not remember what it has loaded, and loads files again."],
    ["redshift", { onError: 1 }, "onError is not possible here: from Parquet Redshift loads all rows or none."],
    ["redshift", { dryRun: true }, "dryRun is not possible here: Redshift does not check Parquet without loading it."],
    ["redshift", { region: "eu-west-1" }, "region is not possible here: Redshift loads Parquet from its own region only."],
    ["redshift", { match: "name" }, 'match: "name" is not possible here: for parquet Redshift goes by position.'],
    ["redshift", { format: "csv", header: true, match: "name" }, 'match: "name" is not possible here: for csv Redshift goes by position.'],
    ["snowflake", { manifest: true }, "manifest is not possible here: Snowflake reads no manifests: give the files' prefix."],
    ["snowflake", { match: "position" }, 'match: "position" is not possible here: for parquet Snowflake goes by name.'],
    ["snowflake", { format: "csv", header: true, match: "name", columns: ["a"] }, "columns is not possible here: of CSV that is matched by name Snowflake takes all columns that the table has."],
  ])("is not sent as a load: %s, %o", async (warehouse, options, message) => {
    expect(await loading(warehouse, options)).toMatchObject({ code: "UNSUPPORTED", message });
  });

  it.each<[UnloadOptions, string]>([
    [{ manifest: true }, "Snowflake writes no manifests: the result lists the files."],
    [
      { partitionBy: "day", overwrite: "replace" },
      'With partitionBy Snowflake gives files names that no other has, and replaces none: say overwrite "clean" or "error".',
    ],
  ])("is not sent as an unload: %o on Snowflake", async (options, message) => {
    expect(await unloading("snowflake", options)).toMatchObject({ code: "UNSUPPORTED", message });
    expect(await unloading("redshift", options)).toBe(sent);
  });

  it("is not staged for an insert: columns that a COPY of Parquet does not fill", () => {
    const refusal = (warehouse: Warehouse, nativeTypes: readonly string[]) => {
      const columns = nativeTypes.map((nativeType, at): Column => {
        const name = `c${at}`;
        return { name, nativeName: name, type: "text", nativeType };
      });
      return () => checkStaged(columns, on[warehouse]);
    };
    const common = ["BOOLEAN", "DATE", "VARCHAR(7)"];
    expect(refusal("redshift", [...common, "REAL", "TIMESTAMPTZ", "NUMERIC(38,0)", "CHAR(1)"])).not.toThrow();
    expect(refusal("snowflake", [...common, "FLOAT", "TIME(9)", "TIMESTAMP_TZ(9)", "NUMBER(38,0)"])).not.toThrow();
    expect(refusal("redshift", ["SUPER", "BIGINT", "VARBYTE", "TIME", "TIMETZ", "INTERVAL"])).toThrow(
      'A Parquet file cannot carry "c0" (SUPER), "c2" (VARBYTE), "c3" (TIME), "c4" (TIMETZ), "c5" (INTERVAL) into Redshift: insert these rows without the option via.',
    );
    expect(refusal("snowflake", ["VARIANT", "TIME(3)", "ARRAY", "BINARY(8)", "GEOGRAPHY"])).toThrow(
      'A Parquet file cannot carry "c0" (VARIANT), "c2" (ARRAY), "c3" (BINARY(8)), "c4" (GEOGRAPHY) into Snowflake: insert these rows without the option via.',
    );
  });

  it("is refused of what is well-formed: an option that is wrong before it comes first", async () => {
    const wrong = { match: "sideways" } as object;
    expect(await loading("redshift", { force: false, ...wrong })).toMatchObject({ code: "UNSUPPORTED" });
    expect(await loading("redshift", { dryRun: true, ...wrong })).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await unloading("snowflake", { overwrite: "replace", partitionBy: "day", single: true })).toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("leaves out nothing that the other can", async () => {
    const text = { format: "csv", onError: 3, dryRun: true } as const;
    expect(await loading("redshift", { ...text, manifest: true, region: "eu-west-1", force: true })).toBe(sent);
    expect(await loading("snowflake", { ...text, header: true, match: "name", force: false })).toBe(sent);
    expect(await loading("snowflake", { onError: 3, dryRun: true })).toBe(sent);
  });
});
