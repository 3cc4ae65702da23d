import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { cellOf, cellsOf } from "./reading.ts";
import { columnsOf } from "../../src/columns/shape.ts";
import { flowOf } from "../../src/drivers/redshift/flow.ts";
import { preparedStatement } from "../../src/drivers/redshift/prepared-statement.ts";
import { RedshiftExecution } from "../../src/drivers/redshift/execution.ts";
import { WarehouseError } from "../../src/errors.ts";
import { standardPolicy } from "../../src/values/decode.ts";
import { closedAfterEach, failure } from "../integration/opened.ts";
import { placesOf } from "../integration/places.ts";
import { turns } from "../integration/turns.ts";
import type { WireConnection } from "../../src/drivers/redshift/connection.ts";

const places = placesOf(closedAfterEach());

/** An execution on a connection that only notes what it is asked to send. */
function described() {
  const sent: string[] = [];
  const note = (message: string) => () => void sent.push(message);
  const socket = new Socket();
  socket.write = (bytes: unknown) => {
    sent.push(Buffer.from(bytes as Uint8Array).toString("latin1", 0, 1));
    return true;
  };
  const connection = {
    stream: socket,
    flow: flowOf(() => socket),
    parse: note("parse"),
    describe: note("describe"),
    flush: note("flush"),
    sync: note("sync"),
    execute: note("execute"),
  } as unknown as WireConnection;
  const host = {
    connection,
    prepared: preparedStatement(connection),
    error: (reported: unknown) => new WarehouseError("QUERY", String(reported)),
    lost: () => undefined,
    cancel: async () => Promise.resolve(),
  };
  const statement = { text: "select 1 as n", binds: [], values: standardPolicy, shape: columnsOf({}) };
  const execution = new RedshiftExecution(host, statement, { phase: "execute" });
  // Its session waits for it.
  execution.begun.catch(() => undefined);
  execution.submit();
  return { execution, sent };
}
const fields = [{ name: "n", dataTypeID: 23, dataTypeModifier: -1 }];

describe("columns whose cells are chosen after they have been described", () => {
  it("are run with one Sync, at the end", () => {
    const { execution, sent } = described();
    execution.handleRowDescription({ fields });
    expect(sent).toEqual(["parse", "describe", "flush", "B", "describe", "execute", "sync"]);
  });

  it("are run where there are none", () => {
    const { execution, sent } = described();
    execution.handleNoData();
    expect(sent).toEqual(["parse", "describe", "flush", "B", "describe", "execute", "sync"]);
  });

  it.each(["handleRowDescription", "handleNoData"] as const)(
    "are not run where the call has failed before %s, and the server is told so",
    (handler) => {
      const { execution, sent } = described();
      execution.fail(new Error("mine"));
      execution[handler]({ fields });
      expect(sent).toEqual(["parse", "describe", "flush", "sync"]);
    },
  );

  it("are synced once where the server refuses them, before and after", () => {
    const before = described();
    before.execution.handleError("mine");
    expect(before.sent).toEqual(["parse", "describe", "flush", "sync"]);
    const after = described();
    after.execution.handleRowDescription({ fields });
    after.execution.handleError("mine");
    expect(after.sent.filter((message) => message === "sync")).toHaveLength(1);
  });
});

describe("an error of the server among the rows", () => {
  it("is told when the session is ready again, whether it is waited for by then or asked for", async () => {
    for (const asksBefore of [true, false]) {
      const { execution } = described();
      execution.handleRowDescription({ fields });
      execution.handleRowDescription({ fields });
      const before = asksBefore ? failure(execution.next()) : undefined;
      execution.handleError("mine");
      let told = false;
      const asked = (before ?? failure(execution.next())).then((error) => {
        told = true;
        return error;
      });
      await turns(3);
      expect(told).toBe(false);
      execution.end();
      expect(await asked).toMatchObject({ code: "QUERY", message: "mine" });
      expect(await failure(execution.next())).toMatchObject({ message: "mine" });
    }
  });
});

describe("columns of Redshift", () => {
  it("leave the session whole whenever their call is aborted", async () => {
    const { server, connect, series } = await places.redshift();
    const db = await connect({ pool: { max: 1 } });
    const reason = new Error("mine");
    for (let count = 0; count < 60; count++) {
      const controller = new AbortController();
      const reading = async () => {
        // Statements of few rows and of many, with a parameter and without.
        const text = series(count % 2 === 0 ? 3 : 50_000);
        const stream = count % 3 === 0 ? db.batches(`${text} where 1 = ?`, [1], { signal: controller.signal }) : db.batches(text, undefined, { signal: controller.signal }); // prettier-ignore
        for await (const { columns } of stream) expect(cellsOf(columns[0]!)[0]).toBe(1n);
      };
      const ended = failure(reading());
      await turns(Math.floor(count / 2));
      controller.abort(reason);
      expect([reason, "nothing failed"]).toContain(await ended);
      expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      expect(server.running()).toEqual([]);
    }
  });

  it("are not sent faster than they are read", async () => {
    const { server, connect, series } = await places.redshift();
    const db = await connect();
    const batches = db.batches(series(1_000_000), undefined, { batchRows: 100 });
    await batches.next();
    const written = () => server.sessions()[0]?.bytesWritten ?? 0;
    let last = -1;
    // The state to see is that nothing moves: round trips of another session give it every chance to.
    for (; written() !== last; await db.query("select pg_sleep(0.1)")) last = written();
    expect(last).toBeLessThan(16 * 2 ** 20);
    let rows = 100;
    for await (const { length } of batches) rows += length;
    expect(rows).toBe(1_000_000);
  });

  it("come of whatever gives rows, and of nothing in a transaction that has failed", async () => {
    const { connect } = await places.redshift();
    const db = await connect();
    const one = async (text: string, on = db as Pick<typeof db, "batches">) => {
      for await (const { columns } of on.batches(text)) return cellOf(columns[0]);
      return "nothing came";
    };
    expect(await one("show search_path")).toMatch(/public/);
    expect(await one("explain select 1 as n")).toMatch(/Result/);
    await db.transaction(async (tx) => {
      await tx.query("declare three cursor for select 3 as n");
      expect(await one("fetch 1 from three", tx)).toBe(3n);
    });
    await db.session(async (session) => {
      const failed = session.script("begin; select 1 / 0");
      expect(await failure(failed)).toMatchObject({ code: "QUERY" });
      expect(await failure(session.batches("select 1 as n").next())).toMatchObject({
        code: "QUERY",
        sqlState: "25P02",
      });
      await session.query("rollback");
      expect(await one("select 1 as n", session)).toBe(1n);
    });
  });

  it("have the same cells in binary form as in text, of every type that has one", async () => {
    const { connect } = await places.redshift();
    const db = await connect();
    const text = `select (-32768)::smallint as a, 2147483647::integer as b, (-9223372036854775807 - 1)::bigint as c, 'NaN'::float8 as d,
      '0001-01-01 00:00:00.000001'::timestamp as e, '9999-12-31 23:59:59.999999+00'::timestamptz as f, 0.1::float4 as g, 0.1::float8 as h`;
    const cells = async (decoding: "fast" | "driver") => {
      for await (const { columns } of db.batches(text, undefined, { decoding })) return columns.map(cellOf);
      return [];
    };
    const fast = await cells("fast");
    expect(fast).toEqual(await cells("driver"));
    expect(fast.slice(0, 4)).toEqual([-32_768n, 2_147_483_647n, -(2n ** 63n), NaN]);
    expect(fast.slice(6)).toEqual([0.1, 0.1]);
  });
});
