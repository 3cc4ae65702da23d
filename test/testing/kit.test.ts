import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { connectWarehouse, type Warehouse } from "peak-warehouse";
import {
  createClock,
  SeedError,
  startLocalWarehouses,
  type LocalTenant,
  type LocalWarehouses,
} from "peak-warehouse/testing";

const tenants = ["redshift", "snowflake-oauth"] as const satisfies readonly LocalTenant[];
const noon = "2031-05-06T12:00:00.250Z";
const clock = createClock(noon);
let local: LocalWarehouses;
const opened: Warehouse[] = [];

beforeAll(async () => {
  local = await startLocalWarehouses({ postgres: inject("postgres"), clock });
});
beforeEach(() => local.reset());
afterAll(async () => {
  for (const db of opened) await db.close();
  await local.close();
});

describe.each(tenants)("the kit on %s", (tenant) => {
  let db: Warehouse;
  const mine = (text: string): string[] =>
    local
      .warehouse(tenant)
      .statements()
      .map(({ sql }) => sql)
      .filter((sql) => sql.includes(text));

  beforeAll(async () => {
    db = await connectWarehouse(local.options(tenant));
    opened.push(db);
  });

  const rows = [
    { id: 1, big: 2n ** 62n, huge: 10n ** 30n, ratio: 0.1, done: true, name: "Ä'\\\n😀", at: new Date("2024-02-29T23:59:59.123Z"), raw: Uint8Array.of(0, 255), doc: { a: [1, null, "x'\\"] }, none: null },
    { id: -2, big: -1n, huge: 1, ratio: 1e-7, done: false, name: "", at: undefined, raw: null, doc: [] },
  ]; // prettier-ignore

  test("seeds exactly what it is given", async () => {
    await local.seed("seeded", rows);
    const types = { integers: "bigint", decimals: "string" } as const;
    const read = await db.query("select * from seeded order by id desc", [], types);
    expect(read.rows).toEqual([
      { id: 1n, big: 2n ** 62n, huge: 10n ** 30n, ratio: 0.1, done: true, name: "Ä'\\\n😀", at: expect.stringContaining("2024-02-29T23:59:59.123") as string, raw: Uint8Array.of(0, 255), doc: { a: [1, null, "x'\\"] }, none: null },
      { id: -2n, big: -1n, huge: 1n, ratio: 1e-7, done: false, name: "", at: null, raw: null, doc: [], none: null },
    ]); // prettier-ignore
  });

  test("seeds in the types of either warehouse, in the place of what was there", async () => {
    const columns = { day: "date", price: "decimal(12, 2)", note: "varchar(max)", content: "super", other: "variant" };
    await local.seed("typed", [{ x: 1 }]);
    await local.seed("typed", [{ day: "2024-01-02", price: "10.10", content: 1, other: "text" }], columns);
    expect((await db.query("select * from typed")).rows).toEqual([
      { day: "2024-01-02", price: "10.10", note: null, content: 1, other: "text" },
    ]);
    await local.seed("typed", [], { only: "integer" });
    expect((await db.query("select * from typed")).columns.map(({ name }) => name)).toEqual(["only"]);
  });

  test("seeds many rows, and names that are words of SQL", async () => {
    const many = Array.from({ length: 2_501 }, (_, id) => ({ id, order: `n${id}` }));
    await local.warehouse(tenant).seed("table", many);
    const name = tenant === "redshift" ? '"table"' : '"TABLE"';
    const read = await db.query(`select count(*) as n, max(id) as last from ${name}`);
    expect(read.rows).toEqual([{ n: 2_501, last: 2_500 }]);
  });

  test("says what is wrong with a seed", async () => {
    const refused = (...seed: Parameters<LocalWarehouses["seed"]>) =>
      local.warehouse(tenant).seed(...seed).catch((error: unknown) => error); // prettier-ignore
    expect(await refused("t", [{ a: 1 }, { a: "x" }])).toMatchObject({
      name: "SeedError",
      message: expect.stringMatching(/^Row 2 of t /) as string,
      table: "t",
      column: "a",
      rowIndex: 1,
    });
    expect(await refused("t", [{ a: () => 1 }])).toBeInstanceOf(SeedError);
    expect(await refused("t", [{ a: new Date(NaN) }])).toMatchObject({ message: expect.stringContaining("Date") as string }); // prettier-ignore
    expect(await refused("t", [])).toMatchObject({ message: expect.stringContaining("columns") as string });
    expect(await refused("a..b", [{ a: 1 }])).toMatchObject({ message: expect.stringContaining("a..b") as string });
    expect(await refused("t", [], { a: "integer); drop table x" })).toMatchObject({ column: "a" });
    const own = await refused("t", [{ a: "no number" }], { a: "integer" });
    expect(own).toMatchObject({ table: "t", message: expect.stringContaining("refused the seed of t") as string });
    expect((own as SeedError).cause).toBeInstanceOf(Error);
  });

  test("refuses the statements that are named, as many as it is told, and records them", async () => {
    const warehouse = local.warehouse(tenant);
    warehouse.inject({ statement: /as broken/, kind: "error", after: 1, message: "out of luck", sqlState: "58030" });
    expect((await db.query("select 1 as broken")).rows).toEqual([{ broken: 1 }]);
    await expect(db.query("select 2 as broken")).rejects.toMatchObject({ code: "QUERY", sqlState: "58030", message: expect.stringContaining("out of luck") as string }); // prettier-ignore
    expect((await db.query("select 3 as broken")).rows).toEqual([{ broken: 3 }]);
    expect(mine("as broken")).toEqual(["select 1 as broken", "select 2 as broken", "select 3 as broken"]);
  });

  test("refuses a statement of a transaction, which leaves nothing", async () => {
    await local.seed("ledger", [], { id: "integer" });
    local.warehouse(tenant).inject({ statement: "values (2)", kind: "error" });
    const work = db.transaction(async (tx) => {
      await tx.query("insert into ledger values (1)");
      await tx.query("insert into ledger values (2)");
    });
    await expect(work).rejects.toMatchObject({ code: "QUERY", message: expect.stringContaining("Failure asked for by the test") as string }); // prettier-ignore
    expect((await db.query("select count(*) as n from ledger")).rows).toEqual([{ n: 0 }]);
  });

  test("holds a statement until it is let go, or its deadline stops it", async () => {
    const warehouse = local.warehouse(tenant);
    const release = warehouse.inject({ statement: "as held", kind: "hold", times: 2 });
    await expect(db.query("select 1 as held", [], { timeoutMs: 200 })).rejects.toMatchObject({ code: "TIMEOUT" });
    const held = db.query("select 2 as held");
    await expect.poll(() => warehouse.running().map(({ sql }) => sql)).toEqual(["select 2 as held"]);
    release();
    expect((await held).rows).toEqual([{ held: 2 }]);
  });

  test("records what was bound", async () => {
    await db.query("select cast(? as integer) as bound, cast(? as varchar(9)) as text", [7, null]);
    const [statement] = local.warehouse(tenant).statements().filter(({ sql }) => sql.includes("as bound")); // prettier-ignore
    expect(statement?.params).toEqual(["7", null]);
  });

  test("starts again on the same sessions after a reset, whatever was left", async () => {
    const other = await connectWarehouse(local.options(tenant));
    opened.push(other);
    await local.seed("left", [{ id: 1 }]);
    await local.warehouse(tenant).query("create schema another");
    local.warehouse(tenant).inject({ statement: "select", kind: "error", times: Infinity });
    const left = other.transaction(async (tx) => {
      await tx.query("insert into left values (2)".replace("left", tenant === "redshift" ? '"left"' : '"LEFT"'));
      await local.reset();
      await tx.query("select 1 as one");
    });
    await left.catch(() => undefined);
    expect(mine("insert")).toEqual([]);
    expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    expect(await db.tables()).toEqual([]);
    await local.seed("left", [{ id: 3 }]);
    expect((await db.tables()).map(({ name }) => name)).toEqual(["left"]);
  });

  test("tells the time of its clock, and no other", async () => {
    const times =
      tenant === "redshift"
        ? "getdate() as a, sysdate as b, current_date as c, now()::timestamp as d, dateadd(day, 1, getdate()) as e"
        : "current_timestamp()::timestamp_ntz(3) as a, localtimestamp::timestamp_ntz(3) as b, current_date as c, sysdate() as d, dateadd(day, 1, current_date) as e";
    const told = async () => Object.values((await db.query(`select ${times}`)).rows[0] ?? {}).map((one) => String(one).slice(0, 19)); // prettier-ignore
    const at = (day: string, time: string, next: string) => [
      `${day}T${time}`,
      `${day}T${time}`,
      day,
      `${day}T${time}`,
      tenant === "redshift" ? `${next}T${time}` : next,
    ];
    expect(await told()).toEqual(at("2031-05-06", "12:00:00", "2031-05-07"));
    clock.advance(13 * 3_600_000);
    expect(await told()).toEqual(at("2031-05-07", "01:00:00", "2031-05-08"));
    clock.set("1999-12-31T23:59:59Z");
    expect(await told()).toEqual(at("1999-12-31", "23:59:59", "2000-01-01"));
    await local.reset();
    expect(await told()).toEqual(at("2031-05-06", "12:00:00", "2031-05-07"));
  });

  test("fills a column by default with the time of its clock", async () => {
    const now = tenant === "redshift" ? "sysdate" : "current_timestamp()::timestamp_ntz";
    await db.query(`create table stamped (id integer, at timestamp default ${now})`);
    await db.query("insert into stamped (id) values (1)");
    clock.advance(60_000);
    await db.query("insert into stamped (id) values (?)", [2]);
    const { rows: read } = await db.query<{ at: string }>("select id, at from stamped order by id");
    expect(read.map(({ at }) => at.slice(0, 19))).toEqual(["2031-05-06T12:00:00", "2031-05-06T12:01:00"]);
  });
});

test("a warehouse stays open while the clock moves on for days, and fetches tokens as they run out", async () => {
  const db = await connectWarehouse({ ...local.options("snowflake-oauth"), pool: { max: 2 } });
  opened.push(db);
  clock.advance(11 * 60_000); // The token that was fetched is known to have run out by the stand-in alone.
  const both = [db.query("select 1 as one"), db.query("select 2 as one")];
  expect((await Promise.all(both)).map(({ rows }) => rows[0])).toEqual([{ one: 1 }, { one: 2 }]);
  clock.advance(3 * 86_400_000); // Session and master tokens have, too.
  expect((await db.query("select 3 as one")).rows).toEqual([{ one: 3 }]);
});

test("a clock takes moments only", () => {
  expect(() => createClock("tomorrow")).toThrow(RangeError);
  expect(() => clock.set(NaN)).toThrow("Not a moment");
  expect(createClock(Date.parse(noon)).now()).toBe(createClock(new Date(noon)).now());
});

test("a reset forgets what the API and S3 were asked and told", async () => {
  local.api.disable("redshift-key");
  local.api.inject({ kind: "hang", times: Infinity });
  local.s3.write("s3://peak-tenant/a", "x");
  local.s3.createBucket("another");
  await local.reset();
  const db = await connectWarehouse(local.options("redshift"));
  opened.push(db);
  expect(local.api.requests().map(({ tenant }) => tenant)).toEqual(["redshift"]);
  expect(local.s3.objects("peak-tenant")).toEqual([]);
  expect(() => local.s3.objects("another")).toThrow();
});

test("a reset of the connection ends a statement of Redshift's alone, and the port opens again", async () => {
  const db = await connectWarehouse(local.options("redshift"));
  opened.push(db);
  local.redshift.inject({ statement: "as cut", kind: "reset" });
  await expect(db.query("select 1 as cut")).rejects.toMatchObject({ code: "CONNECTION" });
  local.redshift.inject({ operation: "login", kind: "closed" });
  await local.reset();
  expect((await db.query("select 1 as cut")).rows).toEqual([{ cut: 1 }]);
});

test("a clock may follow a false Date of a test framework", async () => {
  const following = await startLocalWarehouses({ postgres: inject("postgres"), clock: { now: () => Date.now() } });
  try {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date(noon) });
    const today = async (tenant: LocalTenant) => {
      const db = await connectWarehouse(following.options(tenant));
      const { rows } = await db.query<{ today: string }>("select current_date as today");
      await db.close();
      return rows[0]?.today;
    };
    expect(await Promise.all(tenants.map(today))).toEqual(["2031-05-06", "2031-05-06"]);
    vi.setSystemTime(new Date("2031-05-07T12:00:00Z"));
    expect(await Promise.all(tenants.map(today))).toEqual(["2031-05-07", "2031-05-07"]);
  } finally {
    vi.useRealTimers();
    await following.close();
  }
});
