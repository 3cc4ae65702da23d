import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { connectWarehouse, sql, type Warehouse } from "peak-warehouse";
import { startRedshift, startSnowflake, type RedshiftStandIn, type SnowflakeStandIn } from "peak-warehouse/testing";
import { redshiftCredentials, snowflakeCredentials } from "./integration/credentials.ts";

describe("Redshift's catalog", () => {
  let server: RedshiftStandIn;
  let db: Warehouse;
  beforeAll(async () => {
    server = await startRedshift({ postgres: inject("postgres") });
    await server.query("create schema publish; create schema spectrum");
    db = await connectWarehouse({ credentials: redshiftCredentials(server), tls: false });
    await db.script(`
      create table t (id bigint distkey, "Day" date, name varchar(10)) compound sortkey ("Day", id);
      create table public.t (other integer);
      create table public.only_here (a integer);
      create view v as select id from t;
      create view late as select name, id from t with no schema binding;
      create materialized view mv as select id from t;`);
    await server.query(`create foreign data wrapper outside; create server lake foreign data wrapper outside;
      create foreign table spectrum.clicks (at timestamp, url varchar(200)) server lake`);
  });
  afterAll(async () => {
    await db.close();
    await server.close();
  });

  it("lists views of every kind, and external tables in external schemas", async () => {
    const kinds = async (schema?: string) => (await db.tables({ schema })).map(({ name, kind }) => `${name}: ${kind}`);
    expect(await kinds()).toEqual(["late: view", "mv: materialized view", "t: table", "v: view"]);
    expect(await kinds("spectrum")).toEqual(["clicks: external table"]);
    expect(await kinds("PUBLIC")).toEqual(["only_here: table", "t: table"]);
    expect((await db.schemas()).map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      "public: local",
      "publish: local",
      "spectrum: external",
    ]);
  });

  it("tells distribution and sort keys of tables, and of nothing else", async () => {
    expect(await db.columns("t")).toMatchObject([
      { name: "id", distKey: true, sortKey: 2 },
      { name: "day", distKey: false, sortKey: 1 },
      { name: "name", distKey: false, sortKey: undefined, length: 10 },
    ]);
    expect(await db.columns("spectrum.clicks")).toMatchObject([
      { name: "at", type: "timestamp", nullable: undefined, distKey: undefined },
      { name: "url", length: 200 },
    ]);
  });

  it("describes late-binding views", async () => {
    expect(await db.columns("late")).toMatchObject([
      { name: "name", type: "text", length: 10, position: 1 },
      { name: "id", type: "integer", distKey: undefined },
    ]);
  });

  it("finds a table without a schema where a query finds it: temporary ones first, then along the search path", async () => {
    const names = async (table: string) => (await db.columns(table)).map(({ name }) => name);
    expect(await names("t")).toEqual(["id", "day", "name"]);
    expect(await names("T")).toEqual(["id", "day", "name"]);
    expect(await names("public.t")).toEqual(["other"]);
    expect(await names("only_here")).toEqual(["a"]);
    const temporary = await db.session(async (session) => {
      await session.query("create temporary table t (temporary integer)");
      return session.columns("t");
    });
    expect(temporary).toMatchObject([{ name: "temporary" }]);
  });

  it("tells names that differ in case only, where the cluster does", async () => {
    await db.session(async (session) => {
      await session.query("set enable_case_sensitive_identifier to true");
      await session.query('create table "Cased" ("Id" integer, "id" integer)');
      expect(await session.columns("Cased")).toMatchObject([{ name: "Id" }, { name: "id" }]);
      expect(await session.tables({ like: "C%" })).toMatchObject([{ name: "Cased", nativeName: "Cased" }]);
      await session.query('drop table "Cased"');
    });
  });

  it("reads nothing that only a superuser may read", () => {
    const texts = server.statements().map(({ sql: text }) => text);
    const views = new Set(texts.flatMap((text) => text.match(/\b(?:svv|stv|stl|pg|sys)_\w+/g) ?? []));
    expect([...views].sort()).toEqual(["svv_all_columns", "svv_all_schemas", "svv_all_tables", "svv_columns", "svv_mv_info", "svv_redshift_columns"]); // prettier-ignore
  });

  it("describes without an Execute", async () => {
    // A session that has to be opened runs statements of its own.
    await db.ping();
    const before = server.statements().length;
    expect(await db.describe("delete from t")).toEqual([]);
    expect(await db.describe("select id from t where id = ?", [1])).toMatchObject([{ name: "id" }]);
    expect(server.statements().length).toBe(before);
  });
});

describe("Snowflake's catalog", () => {
  let server: SnowflakeStandIn;
  let db: Warehouse;
  beforeAll(async () => {
    server = await startSnowflake();
    db = await connectWarehouse({ credentials: snowflakeCredentials(server), tls: false });
    await db.script(`
      create schema if not exists other;
      use schema publish;
      create table events (id integer autoincrement, at timestamp_tz, "lower" integer, doc variant);
      create table "events" (a integer);
      create table "My.Table" ("my.column" integer);
      insert into events (id) values (1), (2);
      comment on schema other is 'elsewhere';`);
  });
  afterAll(async () => {
    await db.close();
    await server.close();
  });

  it("leaves names as they are that would become one, and reaches each exactly", async () => {
    const tables = await db.tables({ like: "%vent%" });
    expect(tables).toMatchObject([{ name: "events", nativeName: "events" }]);
    const all = await db.tables({ like: "%" });
    expect(all.map(({ name, nativeName }) => [name, nativeName])).toEqual([
      ["EVENTS", "EVENTS"],
      ["My.Table", "My.Table"],
      ["events", "events"],
    ]);
    expect(await db.columns("events")).toHaveLength(4);
    expect(await db.columns("EVENTS")).toHaveLength(4);
    expect(await db.columns('"events"')).toMatchObject([{ name: "a" }]);
    expect(await db.columns(sql.id.exact("PUBLISH", "events"))).toMatchObject([{ name: "a" }]);
    expect(await db.columns('publish."My.Table"')).toMatchObject([{ name: "my.column" }]);
  });

  it("tells rows, owners and comments, and what a temporary table is", async () => {
    expect(await db.tables({ like: "EVENTS" })).toMatchObject([{ kind: "table", rowCount: 2 }]);
    expect(await db.schemas()).toMatchObject([
      { name: "other", kind: "local", owner: "PEAK_ROLE", comment: "elsewhere" },
      { name: "public", comment: undefined },
      { name: "publish" },
    ]);
    const listed = await db.session(async (session) => {
      await session.query("create temporary table mine (a integer)");
      return session.tables({ like: "mine" });
    });
    expect(listed).toMatchObject([{ kind: "temporary table" }]);
  });

  it("needs no virtual warehouse: it asks by SHOW, and for the session's place", async () => {
    await db.ping();
    const before = server.statements().length;
    await db.schemas();
    await db.tables();
    await db.tables({ schema: "*" });
    await db.columns("events");
    const kinds = new Set(server.statements().slice(before).map(({ sql: text }) => text.replace(/^(show \w+|select current_database).*/s, "$1"))); // prettier-ignore
    expect([...kinds].sort()).toEqual(["select current_database", "show columns", "show objects", "show schemas"]);
  });
});
