import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyText } from "../../../src/drivers/redshift/load.ts";
import { unloadText } from "../../../src/drivers/redshift/unload.ts";
import { takeApart, type Grammar } from "../../bulk/grammar.ts";
import { loadOrders, unloadOrders } from "../../bulk/orders.ts";

/** docs.aws.amazon.com/redshift, "UNLOAD" */
const unload: Grammar = [
  ["UNLOAD", /UNLOAD \(LITERAL\d+\)/],
  ["TO", /TO LITERAL\d+/],
  ["IAM_ROLE", /IAM_ROLE (?:default|LITERAL\d+)/],
  ["REGION", /REGION (?:AS )?LITERAL\d+/],
  ["FORMAT", /FORMAT AS (?:CSV|PARQUET|JSON)/],
  ["PARTITION BY", /PARTITION BY \(NAME\d+(?:, NAME\d+)*\) INCLUDE/],
  ["MANIFEST", /MANIFEST VERBOSE/],
  ["HEADER", /HEADER/],
  ["DELIMITER", /DELIMITER AS LITERAL\d+/],
  ["compression", /BZIP2|GZIP|ZSTD/],
  ["NULL", /NULL AS LITERAL\d+/],
  ["overwrite", /ALLOWOVERWRITE|CLEANPATH/],
  ["PARALLEL", /PARALLEL OFF/],
  ["MAXFILESIZE", /MAXFILESIZE \d+(?:\.\d+)? MB/],
  ["EXTENSION", /EXTENSION LITERAL\d+/],
];

/** docs.aws.amazon.com/redshift, "COPY" */
const copy: Grammar = [
  ["COPY", /COPY NAME\d+(?: \(NAME\d+(?:, NAME\d+)*\))?/],
  ["FROM", /FROM LITERAL\d+/],
  ["IAM_ROLE", /IAM_ROLE (?:default|LITERAL\d+)/],
  ["REGION", /REGION (?:AS )?LITERAL\d+/],
  ["FORMAT", /FORMAT AS (?:CSV|PARQUET|JSON LITERAL\d+)/],
  ["DELIMITER", /DELIMITER AS LITERAL\d+/],
  ["compression", /BZIP2|GZIP|ZSTD/],
  ["DATEFORMAT", /DATEFORMAT AS LITERAL\d+/],
  ["TIMEFORMAT", /TIMEFORMAT AS LITERAL\d+/],
  ["SERIALIZETOJSON", /SERIALIZETOJSON/],
  ["MANIFEST", /MANIFEST/],
  ["IGNOREHEADER", /IGNOREHEADER AS \d+/],
  ["nulls", /NULL AS LITERAL\d+|EMPTYASNULL/],
  ["errors", /MAXERROR \d+|IGNOREALLERRORS/],
  ["NOLOAD", /NOLOAD/],
];

describe("an UNLOAD", () => {
  it("is made of the documented clauses, whatever its texts hold", () => {
    fc.assert(
      fc.property(unloadOrders, (order) => {
        const { clauses } = takeApart(unloadText(order), unload);
        expect(clauses.UNLOAD?.[1]).toBe(order.query);
        expect(clauses.TO).toEqual(["TO", order.url]);
        expect(clauses.IAM_ROLE).toEqual(["IAM_ROLE", order.access.roles.join(",")]);
        expect(clauses["PARTITION BY"]?.slice(2, -1) ?? []).toEqual(order.partitionBy);
        expect(clauses.MAXFILESIZE === undefined).toBe(order.maxFileBytes === undefined);
        if (order.format !== "csv") expect(clauses).not.toHaveProperty("DELIMITER");
      }),
    );
  });

  it("of Parquet says nothing that Parquet does not go with", () => {
    fc.assert(
      fc.property(unloadOrders, (order) => {
        const { order: told } = takeApart(unloadText({ ...order, format: "parquet", compression: "none" }), unload);
        expect(told).not.toEqual(expect.arrayContaining(["HEADER"]));
        for (const clause of ["DELIMITER", "NULL", "compression", "EXTENSION", "HEADER"])
          expect(told).not.toContain(clause);
      }),
    );
  });

  it("gives a query with a LIMIT of its own one around it, and leaves any other as it is", () => {
    const [order] = fc.sample(unloadOrders, { numRuns: 1, seed: 1 });
    const inner = (query: string) => takeApart(unloadText({ ...order!, query }), unload).clauses.UNLOAD?.[1];
    expect(inner("select a from t limit 5 -- few")).toBe("SELECT * FROM (select a from t limit 5 -- few\n)");
    expect(inner("select top 5 a from t")).toBe("SELECT * FROM (select top 5 a from t\n)");
    expect(inner("(select a from t limit 5)")).toBe("SELECT * FROM ((select a from t limit 5)\n)");
    expect(inner("select a from (select a from t limit 5) x")).toBe("select a from (select a from t limit 5) x");
    expect(inner(`select 'limit' as "limit" from t`)).toBe(`select 'limit' as "limit" from t`);
  });
});

describe("a COPY", () => {
  it("is made of the documented clauses, whatever its texts hold", () => {
    fc.assert(
      fc.property(loadOrders, (order) => {
        const { clauses } = takeApart(copyText(order, order.format === "parquet"), copy);
        expect(clauses.SERIALIZETOJSON !== undefined).toBe(order.format === "parquet");
        expect(clauses.FROM).toEqual(["FROM", order.url]);
        expect(clauses.COPY?.slice(2) ?? []).toEqual(order.columns ?? []);
        expect(clauses.NOLOAD === undefined).toBe(!order.dryRun);
      }),
    );
  });

  it("lets as many errors pass as are allowed: MAXERROR is how many are too many", () => {
    const [order] = fc.sample(loadOrders, { numRuns: 1, seed: 1 });
    const errors = (maxErrors: number) => takeApart(copyText({ ...order!, maxErrors }), copy).clauses.errors;
    expect(errors(0)).toBeUndefined();
    expect(errors(1)).toEqual(["MAXERROR", "2"]);
    expect(errors(99_999)).toEqual(["MAXERROR", "100000"]);
    expect(errors(Infinity)).toEqual(["IGNOREALLERRORS"]);
  });
});
