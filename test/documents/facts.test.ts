import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sql } from "peak-warehouse";
import { apiLimits } from "../../src/credentials/request.ts";
import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { redshiftDriver } from "../../src/drivers/redshift/index.ts";
import { columnOf } from "../../src/drivers/redshift/types.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import { snowflakeDriver } from "../../src/drivers/snowflake/index.ts";
import { columnsOf } from "../../src/drivers/snowflake/types.ts";
import { poolLimits } from "../../src/pool-options.ts";
import { toBind } from "../../src/values/parameters.ts";
import { codes, documentAt, readme, tableOf, tablesOf } from "./document.ts";

/** The cell of the row whose first cell is this one. */
function cell(table: ReturnType<typeof tableOf>, row: string, column: string): string {
  const found = table.rows.find(([first]) => first === row);
  return found?.[table.header.indexOf(column)] ?? `(no cell ${row} / ${column})`;
}

const grouped = (value: number, separator: string) => String(value).replace(/\B(?=(\d{3})+$)/g, separator);

describe("the README's types", () => {
  const types = tableOf(readme, "`type` of the column", "Redshift", "Snowflake");
  const row = (type: string) => `\`${type}\``;

  test("have every type of Redshift in the row of its kind", () => {
    const oids = Array.from({ length: 10_000 }, (_, oid) => oid);
    const columns = oids.map((dataTypeID) => columnOf({ name: "c", dataTypeID, dataTypeModifier: -1 }));
    // These are of the leader node's catalog, or have no name of their own.
    const unnamed = /^OID \d+$|^"char"$|^ABSTIME$|^UNKNOWN$/;
    for (const { type, nativeType } of columns.filter(({ nativeType }) => !unnamed.test(nativeType))) {
      expect(cell(types, row(type), "Redshift").split(", "), nativeType).toContain(nativeType);
    }
  });

  test("have the scale of a NUMERIC and of a NUMBER decide", () => {
    const modifier = (precision: number, scale: number) => ((precision << 16) | scale) + 4;
    const integer = columnOf({ name: "c", dataTypeID: 1700, dataTypeModifier: modifier(38, 0) });
    const decimal = columnOf({ name: "c", dataTypeID: 1700, dataTypeModifier: modifier(38, 2) });
    const [whole, cents] = columnsOf(
      [0, 2].map((scale) => ({ name: `c${scale}`, type: "fixed", precision: 38, scale })),
    );
    expect([integer.type, decimal.type, whole?.type, cents?.type]).toEqual([
      "integer",
      "decimal",
      "integer",
      "decimal",
    ]);
    expect(cell(types, row("integer"), "Redshift")).toContain("NUMERIC(p,0)");
    expect(cell(types, row("decimal"), "Snowflake")).toBe("NUMBER(p,s)");
  });

  const wireTypes =
    "real text boolean date time timestamp_ntz timestamp_ltz timestamp_tz binary variant object array map geography geometry vector decfloat";

  test.each(wireTypes.split(" "))("have Snowflake's %s in the row of its kind", (type) => {
    const [column] = columnsOf([{ name: "c", type, precision: null, scale: null }]);
    expect(cell(types, row(column!.type), "Snowflake").split(", ")).toContain(column!.nativeType.toUpperCase());
  });
});

describe("the README's binds", () => {
  const samples: Readonly<Record<string, readonly [value: unknown, kind: string]>> = {
    null: [null, "null"],
    "42": [42, "integer"],
    "42n": [42n, "integer"],
    "1.5": [1.5, "float"],
    NaN: [NaN, "float"],
    Infinity: [Infinity, "float"],
    true: [true, "boolean"],
    '"text"': ["text", "text"],
    "new Date()": [new Date(), "timestamp"],
    "new Uint8Array([1, 2])": [new Uint8Array([1, 2]), "binary"],
    "sql.json({ a: 1 })": [sql.json({ a: 1 }), "json"],
  };
  const shown = tableOf(readme, "JavaScript value", "is sent as").rows.flatMap(([first = ""]) => codes(first));

  test.each(shown.filter((code) => code !== "[1, 2]"))("sends %s as it says", (code) => {
    const [value, kind] = samples[code]!;
    expect(toBind(value, "it").kind).toBe(kind);
  });

  test("refuse a list that is not inside IN", () => {
    expect(shown).toContain("[1, 2]");
    expect(() => toBind([1, 2], "it")).toThrow(/IN/);
  });
});

describe("the README's numbers", () => {
  const settings = {
    overrides: {},
    timezone: "UTC",
    statementTimeoutMs: undefined,
    tag: undefined,
    proxyFor: () => undefined,
    tagOf: () => undefined,
    onNotice: undefined,
    warn: () => undefined,
  };
  const options = tableOf(readme, "option", "default");
  const onRedshift = poolLimits({}, {}, redshiftDriver(settings));
  const onSnowflake = poolLimits({}, {}, snowflakeDriver(settings));
  const defaultOf = (option: string) => cell(options, `\`${option}\``, "default");

  test("are the pool's defaults", () => {
    expect(defaultOf("pool.min")).toBe(String(onRedshift.min));
    expect(defaultOf("pool.max")).toBe(String(onRedshift.max));
    expect(defaultOf("pool.maxLifetimeMs")).toContain(grouped(onRedshift.maxLifetimeMs, " "));
    expect(defaultOf("pool.idleTimeoutMs")).toContain(`${grouped(onRedshift.idleTimeoutMs, " ")} (5 min) on Redshift`);
    expect(defaultOf("pool.idleTimeoutMs")).toContain(
      `${grouped(onSnowflake.idleTimeoutMs, " ")} (30 min) on Snowflake`,
    );
    expect(defaultOf("connectTimeoutMs")).toBe(grouped(onRedshift.connectTimeoutMs, " "));
    expect(defaultOf("acquireTimeoutMs")).toContain(grouped(onRedshift.acquireTimeoutMs, " "));
    expect(readme.text).toContain(
      `runs up to ${snowflakeDriver(settings).statementsPerSession} plain statements at once`,
    );
  });

  test("are the API's limits", () => {
    const { requestTimeoutMs, totalTimeoutMs, waitsMs } = apiLimits;
    const [each, retries, all] = [requestTimeoutMs / 1_000, waitsMs.length, totalTimeoutMs / 1_000];
    expect(cell(tableOf(readme, "what", "how it is"), "a request to the Peak API", "how it is")).toBe(
      `${each} s each, ${retries} retries on 429, 5xx and network failures, \`Retry-After\` is kept, ${all} s in all`,
    );
  });

  test("are the warehouses' limits", () => {
    const limits = tableOf(readme, "what", "Redshift", "Snowflake");
    for (const [name, dialect] of Object.entries({ Redshift: redshift, Snowflake: snowflake })) {
      expect(cell(limits, "values in one statement", name)).toBe(grouped(dialect.maxBinds, ","));
      expect(cell(limits, "length of one statement", name)).toBe(`${dialect.maxStatementBytes / 1_048_576} MB`);
    }
  });

  test("count the demo's films", () => {
    const films = JSON.parse(
      readFileSync(new URL("../../node_modules/vega-datasets/data/movies.json", import.meta.url), "utf8"),
    ) as unknown[]; // An array of films, which is all that counts here.
    expect(readme.text).toContain(`loads ${grouped(films.length, ",")} films`);
  });
});

describe("the README's list of what is set for the whole process", () => {
  test("is what the one place sets that may", () => {
    const source = readFileSync(new URL("../../src/drivers/snowflake/sdk.ts", import.meta.url), "utf8");
    const variables = [...source.matchAll(/process\.env\.(\w+) \?\?= (".*?")/g)].map(
      ([, name, value]) => `process.env.${name} = ${value}`,
    );
    const calls = [...source.matchAll(/sdk\.(configure\(.*?\));/g)].map(([, call]) => call);
    const listed = tableOf(readme, "switch", "otherwise").rows.map(([first = ""]) => codes(first)[0]);
    expect(listed).toEqual([...variables, ...calls]);
    expect(variables).toHaveLength(source.split("process.env.").length - 1);
  });
});

describe("the README's figures of speed", () => {
  const { header, rows } = tableOf(readme, "`query`", "`stream`", "`batches`");

  test.each(rows)("are those of the benchmark's own tables: %s %s %s next to %s", (...row) => {
    const peer = row.at(-1);
    const measured = tablesOf(documentAt("docs/speed.md")).find(({ header }) => header[1] === `speed x ${peer}`);
    const verbs = header.slice(0, -1).flatMap(codes);
    expect(row.slice(0, -1)).toEqual(verbs.map((verb) => cell(measured!, `ours ${verb}`, `speed x ${peer}`)));
  });
});
