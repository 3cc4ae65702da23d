import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Connection } from "snowflake-sdk";
import { startSnowflake } from "../../src/testing/snowflake/index.ts";
import type { SnowflakeStandIn } from "../../src/testing/snowflake/index.ts";
import { connect, destroy, failure, rows } from "./snowflake-client.ts";

let standIn: SnowflakeStandIn;
let a: Connection;
let b: Connection;
beforeAll(async () => {
  standIn = await startSnowflake();
});
afterAll(() => standIn.close());
beforeEach(async () => {
  [a, b] = [await connect(standIn), await connect(standIn)];
  await rows(a, "create or replace table account (id int, amount int)");
  await rows(a, "insert into account values (1, 10), (2, 20)");
});
afterEach(async () => {
  await Promise.all([destroy(a), destroy(b)]);
});

const total = "select count(*), sum(amount) from account";
const waiting = (connection: Connection, sql: string): { settled: () => boolean; done: Promise<unknown> } => {
  let settled = false;
  const done = rows(connection, sql).finally(() => (settled = true));
  return { settled: () => settled, done };
};
/** Waits until a statement of this text runs, and has had a turn of the event loop or two. */
const runs = (text: string): Promise<unknown> =>
  expect.poll(() => standIn.running().some(({ sql }) => sql.includes(text))).toBe(true);

test("others see what a transaction wrote once it commits, and all of it at once", async () => {
  await rows(a, "begin");
  await rows(a, "update account set amount = amount - 5 where id = 1");
  await rows(a, "insert into account values (3, 5)");
  expect(await rows(a, total)).toEqual([[3, 30]]);
  expect(await rows(b, total)).toEqual([[2, 30]]);
  await rows(a, "commit");
  expect(await rows(b, "select * from account order by id")).toEqual([[1, 5], [2, 20], [3, 5]]); // prettier-ignore
});

test("a rollback leaves nothing behind", async () => {
  await rows(a, "begin transaction");
  await rows(a, "delete from account");
  await rows(a, "insert into account values (9, 9)");
  expect(await rows(a, total)).toEqual([[1, 9]]);
  await rows(a, "rollback");
  expect(await rows(a, total)).toEqual([[2, 30]]);
});

test("a failed statement leaves the transaction open with what had succeeded", async () => {
  await rows(a, "begin");
  await rows(a, "insert into account values (3, 30)");
  expect((await failure(a, "insert into account select 4, 'x'")).code).toBe("100038");
  expect((await failure(a, "selct")).code).toBe("001003");
  expect(await rows(a, "select current_transaction() is not null")).toEqual([[true]]);
  await rows(a, "commit");
  expect(await rows(b, total)).toEqual([[3, 60]]);
});

test("a transaction reads what others commit meanwhile", async () => {
  await rows(a, "begin");
  expect(await rows(a, total)).toEqual([[2, 30]]);
  await rows(b, "insert into account values (3, 30)");
  expect(await rows(a, total)).toEqual([[3, 60]]);
  await rows(a, "rollback");
});

test("a second writer waits for the first, then works on what that left", async () => {
  await rows(a, "begin");
  await rows(a, "update account set amount = amount + 1");
  const second = waiting(b, "update account set amount = amount * 2");
  await runs("amount * 2");
  expect(await rows(b, total)).toEqual([[2, 30]]);
  expect(second.settled()).toBe(false);
  await rows(a, "commit");
  await second.done;
  expect(await rows(b, "select amount from account order by id")).toEqual([[22], [42]]);
});

test("inserts of several transactions do not wait for one another", async () => {
  await rows(a, "begin");
  await rows(b, "begin");
  await rows(a, "insert into account values (3, 30)");
  await rows(b, "insert into account values (4, 40)");
  await Promise.all([rows(a, "commit"), rows(b, "commit")]);
  expect(await rows(a, total)).toEqual([[4, 100]]);
});

test("a writer that waits can be cancelled, and LOCK_TIMEOUT ends the wait", async () => {
  await rows(a, "begin");
  await rows(a, "update account set amount = 0");
  await rows(b, "alter session set lock_timeout = 1");
  expect((await failure(b, "delete from account")).code).toBe("000625");
  await rows(b, "alter session unset lock_timeout");
  const cancelled = new Promise((resolve) => {
    const statement = b.execute({ sqlText: "delete from account -- waits", complete: (error) => resolve(error?.code) });
    void runs("-- waits").then(() => statement.cancel());
  });
  expect(await cancelled).toBe("000604");
  await rows(a, "rollback");
  expect(await rows(b, total)).toEqual([[2, 30]]);
});

test("of two transactions that wait for each other one is stopped", async () => {
  await rows(a, "create or replace table other (x int) as select 1");
  await rows(a, "begin");
  await rows(b, "begin");
  await rows(a, "update account set amount = 1");
  await rows(b, "update other set x = 2");
  const first = waiting(a, "update other set x = 3");
  await runs("x = 3");
  expect((await failure(b, "update account set amount = 2")).code).toBe("000625");
  await rows(b, "rollback");
  await first.done;
  await rows(a, "commit");
  expect(await rows(b, "select x from other")).toEqual([[3]]);
});

test("DDL commits what is open", async () => {
  await rows(a, "begin");
  await rows(a, "insert into account values (3, 30)");
  await rows(a, "create or replace table other (x int)");
  await rows(a, "rollback");
  expect(await rows(b, total)).toEqual([[3, 60]]);
});

test("AUTOCOMMIT = FALSE begins a transaction with the first statement", async () => {
  await rows(a, "alter session set autocommit = false");
  await rows(a, "insert into account values (3, 30)");
  expect(await rows(b, total)).toEqual([[2, 30]]);
  await rows(a, "rollback");
  expect(await rows(a, total)).toEqual([[2, 30]]);
});

test("closing a session rolls its transaction back and lets the next writer on", async () => {
  const c = await connect(standIn);
  await rows(c, "begin");
  await rows(c, "update account set amount = 0");
  const next = waiting(a, "update account set amount = amount + 1");
  await runs("amount + 1");
  await destroy(c);
  await next.done;
  expect(await rows(a, total)).toEqual([[2, 32]]);
});

test("a temporary table is its session's alone and hides a lasting one", async () => {
  await rows(a, "create temporary table account as select 7 as id, 70 as amount");
  expect(await rows(a, total)).toEqual([[1, 70]]);
  expect(await rows(b, total)).toEqual([[2, 30]]);
  await rows(a, "begin");
  await rows(a, "insert into account values (8, 80)");
  await rows(a, "rollback");
  await rows(a, "drop table account");
  expect(await rows(a, total)).toEqual([[2, 30]]);
});

test("one session runs statements side by side", async () => {
  const started = performance.now();
  await Promise.all(Array.from({ length: 8 }, () => rows(a, "select system$wait(300, 'milliseconds')")));
  expect(performance.now() - started).toBeLessThan(1500);
});
