import { describe, expect, it } from "vitest";
import { columnOf } from "../../../src/drivers/redshift/types.ts";

const described = (dataTypeID: number, dataTypeModifier = -1) => {
  const { type, nativeType, precision, scale } = columnOf({ name: "c", dataTypeID, dataTypeModifier });
  return { type, nativeType, precision, scale };
};
/** PostgreSQL packs precision and scale into the modifier, and adds 4. */
const numeric = (precision: number, scale: number) => described(1700, ((precision << 16) | scale) + 4);

describe("a column of Redshift", () => {
  it.each([
    [16, "boolean", "BOOLEAN"],
    [21, "integer", "SMALLINT"],
    [23, "integer", "INTEGER"],
    [20, "integer", "BIGINT"],
    [26, "integer", "OID"],
    [700, "float", "REAL"],
    [701, "float", "DOUBLE PRECISION"],
    [1082, "date", "DATE"],
    [1083, "time", "TIME"],
    [1266, "timetz", "TIMETZ"],
    [1114, "timestamp", "TIMESTAMP"],
    [1184, "timestamptz", "TIMESTAMPTZ"],
    [1188, "interval", "INTERVAL YEAR TO MONTH"],
    [4000, "json", "SUPER"],
    [6551, "binary", "VARBYTE"],
    [3000, "text", "GEOMETRY"],
    [19, "text", "NAME"],
  ])("with OID %i is of type %s, %s", (oid, type, nativeType) => {
    expect(described(oid)).toEqual({ type, nativeType, precision: undefined, scale: undefined });
  });

  it("tells an exact number's precision and scale, and counts one without a scale as an integer", () => {
    expect(numeric(12, 2)).toEqual({ type: "decimal", nativeType: "NUMERIC(12,2)", precision: 12, scale: 2 });
    expect(numeric(38, 0)).toEqual({ type: "integer", nativeType: "NUMERIC(38,0)", precision: 38, scale: 0 });
    expect(numeric(38, 37)).toEqual({ type: "decimal", nativeType: "NUMERIC(38,37)", precision: 38, scale: 37 });
  });

  it("counts an exact number of unknown scale as a decimal, since it may have a fraction", () => {
    expect(described(1700)).toEqual({ type: "decimal", nativeType: "NUMERIC", precision: undefined, scale: undefined });
  });

  it("tells a text's length where there is one", () => {
    expect(described(1043, 260).nativeType).toBe("VARCHAR(256)");
    expect(described(1042, 14).nativeType).toBe("CHAR(10)");
    expect(described(1043).nativeType).toBe("VARCHAR");
  });

  it("of a type that nobody knows is text", () => {
    expect(described(987_654)).toMatchObject({ type: "text", nativeType: "OID 987654" });
  });

  it("keeps its name as the server folded it", () => {
    const column = columnOf({ name: "__proto__", dataTypeID: 23, dataTypeModifier: -1 });
    expect(column).toMatchObject({ name: "__proto__", nativeName: "__proto__" });
  });
});
