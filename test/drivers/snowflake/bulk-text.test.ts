import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyText } from "../../../src/drivers/snowflake/load.ts";
import { unloadText } from "../../../src/drivers/snowflake/unload.ts";
import { textLiteral } from "../../../src/sql/literals.ts";
import { takeApart, type Grammar } from "../../bulk/grammar.ts";
import { loadOrders, unloadOrders } from "../../bulk/orders.ts";
import type { UnloadOrder } from "../../../src/bulk-engine.ts";
import type { Column } from "../../../src/values/types.ts";

const flag = "(?:TRUE|FALSE)";
const texts = String.raw`(?:LITERAL\d+(?:, LITERAL\d+)*)?`;
const formatOption = [
  "TYPE = (?:CSV|JSON|PARQUET)",
  "COMPRESSION = (?:AUTO|NONE|GZIP|ZSTD|BZ2|SNAPPY)",
  String.raw`FIELD_DELIMITER = LITERAL\d+`,
  String.raw`FIELD_OPTIONALLY_ENCLOSED_BY = LITERAL\d+`,
  "ESCAPE_UNENCLOSED_FIELD = NONE",
  String.raw`NULL_IF = \(${texts}\)`,
  ...[
    "EMPTY_FIELD_AS_NULL",
    "PARSE_HEADER",
    "USE_LOGICAL_TYPE",
    "BINARY_AS_TEXT",
    "ERROR_ON_COLUMN_COUNT_MISMATCH",
  ].map((word) => `${word} = ${flag}`),
  String.raw`SKIP_HEADER = \d+`,
].join("|");
const fileFormat = new RegExp(String.raw`FILE_FORMAT = \((?:(?:${formatOption})\s?)+\)`);

/** docs.snowflake.com, "COPY INTO <location>". */
const unload: Grammar = [
  ["COPY INTO", /COPY INTO LITERAL\d+/],
  ["FROM", /FROM \(SELECT .*? FROM \(SELECT LITERAL\d+ AS NAME\d+ \n\)\)/s],
  [
    "PARTITION BY",
    /PARTITION BY \(LITERAL\d+ \|\| COALESCE\(.*?\)(?: \|\| LITERAL\d+ \|\| LITERAL\d+ \|\| COALESCE\(.*?\))*\)(?= FILE_FORMAT)/s,
  ],
  ["FILE_FORMAT", fileFormat],
  ["STORAGE_INTEGRATION", /STORAGE_INTEGRATION = NAME\d+/],
  ["OVERWRITE", /OVERWRITE = TRUE/],
  ["SINGLE", /SINGLE = TRUE/],
  ["MAX_FILE_SIZE", /MAX_FILE_SIZE = \d+/],
  ["HEADER", /HEADER = (?:TRUE|FALSE)/],
  ["DETAILED_OUTPUT", /DETAILED_OUTPUT = TRUE/],
];

/** docs.snowflake.com, "COPY INTO <table>". */
const copy: Grammar = [
  ["COPY INTO", /COPY INTO NAME\d+(?: \(NAME\d+(?:, NAME\d+)*\))?/],
  ["FROM", /FROM LITERAL\d+ STORAGE_INTEGRATION = NAME\d+/],
  ["FILE_FORMAT", fileFormat],
  ["MATCH_BY_COLUMN_NAME", /MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE/],
  ["ON_ERROR", /ON_ERROR = (?:CONTINUE|ABORT_STATEMENT)/],
  ["FORCE", /FORCE = TRUE/],
];

const columnsOf = (names: readonly string[]): Column[] =>
  ["a'b", ...names].map((name) => ({ name, nativeName: name, type: "timestamptz", nativeType: "TIMESTAMP_TZ(9)" }));

describe("a COPY INTO a location", () => {
  it("is made of the documented clauses, whatever its texts hold", () => {
    fc.assert(
      fc.property(unloadOrders, (order) => {
        const { clauses } = takeApart(unloadText(order, columnsOf(order.partitionBy)), unload);
        expect(clauses["COPY INTO"]?.[2]?.startsWith(order.url)).toBe(true);
        expect(clauses["PARTITION BY"] === undefined).toBe(order.partitionBy.length === 0);
        expect(clauses.OVERWRITE === undefined).toBe(order.overwrite !== "replace");
        expect(clauses.SINGLE === undefined).toBe(!order.single);
      }),
    );
  });

  it("is divided by a column that is named as the result names it, or exactly", () => {
    const [order] = fc.sample(unloadOrders, 1) as [UnloadOrder];
    for (const name of ["day", "DAY"]) {
      expect(unloadText({ ...order, partitionBy: [name] }, columnsOf(["DAY"]))).toContain('TO_VARCHAR("day"');
    }
    expect(() => unloadText({ ...order, partitionBy: ["Day"] }, columnsOf(["DAY"]))).toThrow(/no column "Day"/);
  });

  it("keeps the names of Parquet's columns, and puts a header into CSV only where it is asked for", () => {
    fc.assert(
      fc.property(unloadOrders, (order) => {
        const { clauses } = takeApart(unloadText(order, columnsOf(order.partitionBy)), unload);
        const named = order.format === "parquet" || (order.format === "csv" && order.csv.header);
        expect(clauses.HEADER?.[1]).toBe(named ? "TRUE" : "FALSE");
      }),
    );
  });
});

describe("a COPY INTO a table", () => {
  it("is made of the documented clauses, whatever its texts hold", () => {
    fc.assert(
      fc.property(loadOrders, (order) => {
        const { clauses } = takeApart(copyText(order, `${textLiteral(order.url)} STORAGE_INTEGRATION = "I"`), copy);
        expect(clauses.FROM?.[1]).toBe(order.url);
        if (order.match === "position")
          expect(clauses["COPY INTO"]?.slice(3) ?? []).toEqual((order.columns ?? []).map(native));
        expect(clauses.FORCE === undefined).toBe(!order.force);
      }),
    );
  });
});

const native = (name: string) => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name.toUpperCase() : name);
