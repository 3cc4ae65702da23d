import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import {
  firstKeyword,
  holdsSeveralStatements,
  entersNewSchema,
  needsSession,
  splitStatements,
} from "../../src/sql/statements.ts";
import { corpus } from "./corpus.ts";
import { sqlSoup } from "./soup.ts";

const dialects: readonly Dialect[] = [redshift, snowflake];
const texts = (text: string, dialect: Dialect) => splitStatements(text, dialect).map((statement) => statement.text);

describe.each(dialects)("splitting on $name", (dialect) => {
  it("cuts at semicolons outside quotes, comments and parentheses of text", () => {
    const text = "select ';' as \"a;b\" -- c;\n; /* ; */ select $$;$$ ;\n";
    expect(texts(text, dialect)).toEqual(["select ';' as \"a;b\" -- c;", "/* ; */ select $$;$$"]);
  });

  it("leaves out what holds only comments", () => {
    expect(texts(" ; -- a\n ; /* b */ ", dialect)).toEqual([]);
    expect(texts("", dialect)).toEqual([]);
  });

  it("keeps a quoted procedure body whole", () => {
    const procedure = "create procedure p() as $$ begin select 1; select 2; end; $$ language plpgsql";
    expect(texts(`${procedure}; call p()`, dialect)).toEqual([procedure, "call p()"]);
  });

  it("agrees with itself about whether there are several", () => {
    fc.assert(
      fc.property(sqlSoup, (text) => {
        expect(holdsSeveralStatements(text, dialect)).toBe(splitStatements(text, dialect).length > 1);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(corpus.filter(({ on }) => on === dialect.name || on === "both"))("keeps whole: $sql", ({ sql }) => {
    expect(texts(`${sql}\n;\n${sql}\n`, dialect)).toEqual([sql, sql]);
  });
});

describe("splitting Snowflake's blocks", () => {
  it.each([
    "begin select 1; select 2; end",
    "declare x int; y int default 1; begin x := 1; return x; end",
    "begin if (a = 1) then select 1; elseif (a = 2) then select 2; end if; end",
    "begin for i in 1 to 3 do select :i; end for; while (true) do break; end while; end",
    "begin repeat select 1; until (true) end repeat; loop break; end loop; end",
    "begin case (x) when 1 then select 1; else select 2; end case; select case when a then b end; end",
    "begin begin select 1; end; begin select 2; exception when other then select 3; end; end",
    "begin begin transaction; insert into t select 1; commit; end",
    "begin let t.end := 1; select x as end; select 2; end",
    "create procedure p() returns int language sql as begin select 1; return 1; end",
    "create or replace procedure p() returns int language sql as declare x int; begin x := 1; return x; end",
    "create task t schedule = '1 minute' as begin select 1; select 2; end",
  ])("keeps whole: %s", (block) => {
    expect(texts(`${block}; select 1`, snowflake)).toEqual([block, "select 1"]);
  });

  it("still sees transactions as single statements", () => {
    expect(texts("begin; select 1; end", snowflake)).toEqual(["begin", "select 1", "end"]);
    expect(texts("begin transaction; select 1; commit", snowflake)).toEqual([
      "begin transaction",
      "select 1",
      "commit",
    ]);
    expect(texts("begin name a; select 1; commit", snowflake)).toEqual(["begin name a", "select 1", "commit"]);
    expect(texts("begin work; update t set a = 1; end;", redshift)).toHaveLength(3);
  });
});

describe.each(dialects)("the first keyword on $name", (dialect) => {
  it("is found behind comments, parentheses and empty statements, in upper case", () => {
    expect(firstKeyword(" -- a\n/* b */ ;(( Select 1", dialect)).toBe("SELECT");
    expect(firstKeyword("\uFEFFbegin", dialect)).toBe("BEGIN");
    expect(firstKeyword("", dialect)).toBeUndefined();
    expect(firstKeyword("'select'", dialect)).toBeUndefined();
  });
});

describe.each(dialects)("what needs a session on $name", (dialect) => {
  it.each([
    ["begin", "BEGIN"],
    ["/* x */ Start transaction", "START"],
    ["; commit", "COMMIT"],
    ["rollback", "ROLLBACK"],
    ["set a = 1", "SET"],
    ["use schema x", "USE"],
    ["declare c cursor for select 1", "DECLARE"],
    ["alter session set timezone = 'UTC'", "ALTER SESSION"],
    ["alter -- x\n session unset a", "ALTER SESSION"],
    ["create temp table t (a int)", "CREATE TEMP"],
    ["create or replace local temporary table t as select 1", "CREATE TEMPORARY"],
  ])("is told for %s", (text, reason) => {
    expect(needsSession(text, dialect)).toBe(reason);
  });

  it.each([
    "select 1",
    "with a as (select 1) select * from a",
    "create table temp (a int)",
    "create or replace table t as select 'temp'",
    "alter table session add a int",
    "alter table t rename to session",
    "insert into temp select 1",
    "select 'into temp' from t -- into temp",
    "show tables",
    "setval",
    "",
    "-- begin",
  ])("is not %s", (text) => {
    expect(needsSession(text, dialect)).toBeUndefined();
  });
});

describe("what needs a session on one of them", () => {
  it("knows Redshift's other words for the end of a transaction, prepared statements and temporary tables", () => {
    for (const text of ["end", "abort", "reset all", "prepare p as select 1", "deallocate p"]) {
      expect(needsSession(text, redshift)).toBe(text.split(" ")[0]?.toUpperCase());
    }
    expect(needsSession("create table #t (a int)", redshift)).toBe("CREATE TABLE #");
    expect(needsSession("create table if not exists #t (a int)", redshift)).toBe("CREATE TABLE #");
    expect(needsSession("select a into temp t from u", redshift)).toBe("SELECT INTO TEMP");
    expect(needsSession("with x as (select 1) select a into /* x */ temporary table t from x", redshift)).toBe(
      "SELECT INTO TEMPORARY",
    );
    expect(needsSession("(select a into #t from u)", redshift)).toBe("SELECT INTO #");
    expect(needsSession("select a into t from u", redshift)).toBeUndefined();
    expect(needsSession("select a from u; select a into temp t from u", redshift)).toBeUndefined();
  });

  it("knows that a Snowflake session is in the schema or database that it has made", () => {
    for (const text of ["create schema s", "CREATE OR REPLACE TRANSIENT SCHEMA if not exists s", "create database d"]) {
      expect(entersNewSchema(text, snowflake)).toBe(true);
      expect(entersNewSchema(text, redshift)).toBe(false);
    }
    for (const text of [
      "create table schema_of (a int)",
      "drop schema s",
      "create or replace transient table t (a int)",
    ]) {
      expect(entersNewSchema(text, snowflake)).toBe(false);
    }
  });

  it("knows Snowflake's UNSET and its other ways to make something temporary", () => {
    expect(needsSession("unset day", snowflake)).toBe("UNSET");
    expect(needsSession("create volatile table t (a int)", snowflake)).toBe("CREATE VOLATILE");
    expect(needsSession("create or replace secure temporary view v as select 1", snowflake)).toBe("CREATE TEMPORARY");
    expect(needsSession("create or replace global temp stage s", snowflake)).toBe("CREATE TEMP");
    expect(needsSession("create transient table t (a int)", snowflake)).toBeUndefined();
    expect(needsSession("create function f() returns int volatile as '1'", snowflake)).toBeUndefined();
  });
});
