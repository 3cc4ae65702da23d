import { describe, expect, it, vi } from "vitest";
import { sql } from "peak-warehouse";
import { closedAfterEach, failure } from "../integration/opened.ts";
import { placesOf } from "../integration/places.ts";

const keep = closedAfterEach();
const places = placesOf(keep);

const insertsOf = (statements: readonly { readonly sql: string }[]) =>
  statements.filter(({ sql: text }) => /^insert/i.test(text)).map(({ sql: text }) => text);

describe("an insert on the wire", () => {
  it.each([
    ["redshift", "snowflake"],
    ["snowflake", "redshift"],
  ] as const)("moves a table from %s to %s, column by column, with every digit", async (from, to) => {
    const [source, target] = await Promise.all([places[from](), places[to]()]);
    const [here, there] = await Promise.all([source.connect(), target.connect()]);
    const columns = (type: "redshift" | "snowflake") =>
      type === "redshift"
        ? "id bigint, d numeric(38,10), f double precision, b boolean, t varchar(100), day date, tm time, ts timestamp, tz timestamptz, j super, x varbyte(10)"
        : "id integer, d number(38,10), f float, b boolean, t varchar(100), day date, tm time, ts timestamp_ntz, tz timestamp_tz, j variant, x binary(10)";
    await here.query(`create table moved (${columns(from)})`);
    await there.query(`create table moved (${columns(to)})`);
    const one = {
      id: Number.MAX_SAFE_INTEGER,
      d: "-9999999999999999999999999999.0123456789",
      f: 0.1,
      b: true,
      t: "it's\\ 🎉",
      day: "0001-01-01",
      tm: "23:59:59.999999",
      ts: "9999-12-31T23:59:59.999999",
      tz: "2024-02-29T12:00:00.000001+00:00",
      j: { a: [1, null, "x"] },
      x: new Uint8Array([0, 255]),
    };
    const none = Object.fromEntries(Object.keys(one).map((key) => [key, key === "id" ? 1 : null]));
    await here.insert("moved", [one, none]);
    await there.insert("moved", here.batches("select * from moved", [], { timeUnit: "microsecond" }));
    await there.insert("moved", here.stream("select * from moved"), { transaction: false });
    const { rows } = await there.query("select * from moved order by id");
    expect(rows).toEqual([none, none, one, one]);
  });

  it("takes as few statements as the limits of the warehouse allow, and none for no rows", async () => {
    const { server, connect } = await places.redshift();
    const db = await connect();
    await db.query("create table tall (n integer)");
    await db.insert("tall", []);
    expect(insertsOf(server.statements())).toEqual([]);
    await db.insert(
      "tall",
      Array.from({ length: 70_000 }, (_, n) => [n]),
    );
    const texts = insertsOf(server.statements());
    expect(texts.map((text) => text.split("$").length - 1)).toEqual([32_767, 32_767, 4_466]);
    expect((await db.query("select count(distinct n) as n from tall")).rows).toEqual([{ n: 70_000 }]);
    const names = Array.from({ length: 1_600 }, (_, at) => `c${at}`);
    await db.query(`create table wide (${names.map((name) => `${name} integer`).join(", ")})`);
    await db.insert(
      "wide",
      Array.from({ length: 50 }, (_, row) => names.map((_name, at) => row * at)),
    );
    expect((await db.query("select sum(c1599) as s, count(*) as n from wide")).rows).toEqual([
      { s: 1_599 * 1_225, n: 50 },
    ]);
  });

  it("sends bulk binds in one statement on Snowflake, never by a stage, and selects where text is converted", async () => {
    const { server, connect } = await places.snowflake();
    const db = await connect();
    await db.query("create table tall (n integer)");
    await db.insert(
      "tall",
      Array.from({ length: 70_000 }, (_, n) => [n]),
    );
    expect(insertsOf(server.statements())).toEqual(
      Array.from({ length: 2 }, () => 'INSERT INTO "TALL" ("N") VALUES (?)'),
    );
    await db.query("create table documents (id integer, j variant, a array, o object)");
    const rows = [{ id: 1, j: "text", a: [1], o: { k: null } }, { id: 2, j: [[]], a: [], o: null }]; // prettier-ignore
    await db.insert("documents", rows);
    expect(insertsOf(server.statements()).at(-1)).toMatch(/SELECT .* FROM VALUES \(\?, \?, \?, \?\), \(/);
    expect((await db.query("select * from documents order by id")).rows).toEqual(rows);
  });

  it("is read as ISO 8601 on Snowflake, whatever formats the session expects", async () => {
    const { connect } = await places.snowflake();
    const db = await connect();
    await db.session(async (session) => {
      await session.query("create temporary table moments (id integer, d date, ts timestamp_ntz, j variant)");
      await session.query("alter session set DATE_INPUT_FORMAT = 'DD/MM/YYYY', TIMESTAMP_INPUT_FORMAT = 'DD/MM/YYYY'");
      const row = { d: "2024-03-04", ts: "2024-03-04T05:06:07" };
      await session.insert("moments", [{ id: 1, ...row }]);
      await session.insert("moments", [{ id: 2, ...row, j: [1] }]);
      expect((await session.query("select * from moments order by id")).rows).toEqual([
        { id: 1, ...row, j: null },
        { id: 2, ...row, j: [1] },
      ]);
    });
  });

  it("goes on with other statements between, and after DDL and rollbacks that drop what was parsed", async () => {
    const { connect } = await places.redshift();
    const db = await connect({ pool: { max: 1 } });
    await db.query("create table kept (id integer)");
    const rows = Array.from({ length: 6 }, (_, id) => [id]);
    for (let round = 0; round < 3; round++) {
      await db.insert("kept", rows, { batchRows: 2 });
      await db.query(`create table kept_${round} (id integer)`);
      await expect(db.insert("kept", [...rows, ["x"]], { batchRows: 2 })).rejects.toMatchObject({ rowIndex: 6 });
    }
    await db.transaction(async (tx) => {
      const source = async function* () {
        for (const row of rows) {
          await tx.query("select count(*) from kept");
          yield row;
        }
      };
      await tx.insert("kept", source(), { batchRows: 1 });
    });
    expect((await db.query("select count(*) as n from kept")).rows).toEqual([{ n: 24 }]);
  });

  it("keeps no statement on the server when it has ended", async () => {
    const { connect } = await places.redshift();
    const db = await connect({ pool: { max: 1 } });
    await db.query("create table kept (id integer)");
    for (const transaction of [true, false]) {
      await db.insert(
        "kept",
        Array.from({ length: 4 }, (_, id) => [id]),
        { batchRows: 2, transaction },
      );
      expect((await db.query("select count(*) as n from pg_prepared_statements")).rows).toEqual([{ n: 0 }]);
    }
  });

  it.each(["signal", "timeoutMs"] as const)("is stopped on the server by its %s, and undone", async (way) => {
    const { server, connect } = await places.redshift();
    const db = await connect();
    await db.query("create table locked (id integer)");
    await db.transaction(async (tx) => {
      await tx.query("lock table locked in share mode");
      const controller = new AbortController();
      const options = way === "signal" ? { signal: controller.signal } : { timeoutMs: 400 };
      const stopped = failure(db.insert("locked", [[1], [2]], { batchRows: 1, ...options }));
      await vi.waitFor(() => expect(insertsOf(server.running())).toHaveLength(1));
      const reason = new Error("enough");
      controller.abort(reason);
      const error = await stopped;
      if (way === "signal") expect(error).toBe(reason);
      else expect(error).toMatchObject({ code: "TIMEOUT", effect: "rolled back" });
      await vi.waitFor(() => expect(insertsOf(server.running())).toEqual([]));
    });
    expect((await db.query("select count(*) as n from locked")).rows).toEqual([{ n: 0 }]);
    await db.insert("locked", [[3]]);
  });

  it("tells a refusal of the server's as a query does, with nothing inserted or with how much was", async () => {
    const { connect } = await places.redshift();
    const db = await connect();
    await db.query("create table checked (id integer not null, v varchar(10))");
    const rows = Array.from({ length: 9 }, (_, id) => ({ id: id === 5 ? null : id, v: "v" }));
    await expect(db.insert("checked", rows, { batchRows: 2 })).rejects.toMatchObject({
      code: "QUERY",
      sqlState: "23502",
    });
    expect((await db.query("select count(*) as n from checked")).rows).toEqual([{ n: 0 }]);
    const error = await failure(db.insert("checked", rows, { batchRows: 2, transaction: false }));
    expect(error).toMatchObject({ code: "QUERY", written: { rows: 4 } });
    await expect(db.insert(sql.id("no_such"), rows)).rejects.toMatchObject({ code: "QUERY" });
  });

  it("gives intervals and times with a zone back as they were read", async () => {
    const { connect } = await places.redshift();
    const db = await connect();
    await db.query("create table spans (z timetz, d interval day to second, y interval year to month)");
    await db.query("insert into spans values ('12:30:00.5+02', '3 days 04:05:06.7', '1 year 2 months')");
    const { rows } = await db.query("select * from spans");
    await db.insert("spans", rows);
    await db.insert("spans", db.batches("select * from spans"));
    expect((await db.query("select * from spans")).rows).toEqual([...rows, ...rows, ...rows, ...rows]);
  });

  it("undoes seventy thousand rows for one", async () => {
    const { connect } = await places.redshift();
    const db = await connect();
    await db.query("create table many (id integer, v varchar(10))");
    const rows = Array.from({ length: 70_002 }, (_, id) => ({ id, v: id === 70_001 ? 1 : "v" }));
    await expect(db.insert("many", rows)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      rowIndex: 70_001,
      path: ["v"],
    });
    expect((await db.query("select count(*) as n from many")).rows).toEqual([{ n: 0 }]);
  });
});
