import { describe, expect, it } from "vitest";
import { columnsOf } from "../../../src/drivers/snowflake/types.ts";
import type { RowType } from "../../../src/drivers/snowflake/result.ts";

function described(type: string, details: Partial<RowType> = {}) {
  const [column] = columnsOf([{ name: "C", type, ...details }]);
  return column;
}

describe("a column of Snowflake", () => {
  it.each<[string, Partial<RowType>, string, string]>([
    ["fixed", { precision: 38, scale: 0 }, "integer", "NUMBER(38,0)"],
    ["fixed", { precision: 12, scale: 2 }, "decimal", "NUMBER(12,2)"],
    ["FIXED", {}, "integer", "NUMBER(38,0)"],
    ["real", {}, "float", "FLOAT"],
    ["text", { length: 16_777_216 }, "text", "VARCHAR(16777216)"],
    ["text", { length: null }, "text", "VARCHAR"],
    ["boolean", {}, "boolean", "BOOLEAN"],
    ["date", {}, "date", "DATE"],
    ["time", { scale: 9 }, "time", "TIME(9)"],
    ["timestamp_ntz", { scale: 0 }, "timestamp", "TIMESTAMP_NTZ(0)"],
    ["timestamp_ltz", { scale: 9 }, "timestamptz", "TIMESTAMP_LTZ(9)"],
    ["timestamp_tz", { scale: 3 }, "timestamptz", "TIMESTAMP_TZ(3)"],
    ["binary", { length: 8_388_608 }, "binary", "BINARY(8388608)"],
    ["variant", {}, "json", "VARIANT"],
    ["object", {}, "json", "OBJECT"],
    ["array", {}, "json", "ARRAY"],
    ["map", {}, "json", "MAP"],
    ["vector", {}, "text", "VECTOR"],
    ["constructor", {}, "text", "CONSTRUCTOR"],
    ["__proto__", {}, "text", "__PROTO__"],
  ])("of wire type %s %j is of type %s, %s", (type, details, columnType, nativeType) => {
    expect(described(type, details)).toMatchObject({ type: columnType, nativeType });
  });

  it("has the name of the one name rule, unless two would have one name", () => {
    const names = (...native: string[]) =>
      columnsOf(native.map((name) => ({ name, type: "text" }))).map(({ name }) => name);
    expect(names("ID", "Mixed", "COUNT(*)", "__PROTO__")).toEqual(["id", "Mixed", "COUNT(*)", "__proto__"]);
    expect(names("ID", "id")).toEqual(["ID", "id"]);
  });
});
