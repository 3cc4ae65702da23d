import { Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { preparedStatement } from "../../../src/drivers/redshift/prepared-statement.ts";
import { RedshiftExecution } from "../../../src/drivers/redshift/execution.ts";
import { rowsOf } from "../../../src/columns/shape.ts";
import { flowOf } from "../../../src/drivers/redshift/flow.ts";
import { WarehouseError } from "../../../src/errors.ts";
import { valuePolicy } from "../../../src/values/decode.ts";
import type { Field } from "../../../src/drivers/redshift/types.ts";
import type { WireConnection } from "../../../src/drivers/redshift/connection.ts";

const int4 = 23;
const varchar = 1043;

const twoColumns: readonly Field[] = [
  { name: "a", dataTypeID: int4, dataTypeModifier: -1 },
  { name: "b", dataTypeID: varchar, dataTypeModifier: -1 },
];

/** An execution as its session makes it, and what it asked the session for. */
function execution(fields: readonly Field[] = twoColumns) {
  const asked = { cancels: 0, losses: 0 };
  // Only its flow is controlled here; nothing is sent.
  const socket = new Socket();
  const connection = { stream: socket, flow: flowOf(() => socket) } as unknown as WireConnection;
  const running = new RedshiftExecution(
    {
      connection,
      prepared: preparedStatement(connection),
      error: (reported) => new WarehouseError("QUERY", String(reported)),
      lost: () => asked.losses++,
      cancel: () => {
        asked.cancels++;
        return Promise.resolve();
      },
    },
    { text: "", binds: [], values: valuePolicy({}), shape: rowsOf.array },
    { phase: "fetch" },
  );
  // A session waits for it.
  running.begun.catch(() => undefined);
  if (fields.length > 0) running.handleRowDescription({ fields });
  return { running, asked };
}

function dataRow(cells: readonly (string | null)[], announced = cells.length): Buffer {
  const parts = cells.map((cell) => {
    const bytes = Buffer.from(cell ?? "");
    const length = Buffer.alloc(4);
    length.writeInt32BE(cell === null ? -1 : bytes.length);
    return Buffer.concat([length, bytes]);
  });
  const count = Buffer.alloc(2);
  count.writeInt16BE(announced);
  return frame(Buffer.concat([count, ...parts]));
}

function frame(body: Buffer): Buffer {
  const header = Buffer.from("D0000");
  header.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([header, body]);
}

/** Gives a row to an execution from the middle of a chunk, where other messages follow. */
async function rowOf(message: Buffer): Promise<unknown> {
  const { running } = execution();
  const before = dataRow(["7", "before"]);
  const after = dataRow(["8", "after"]);
  const chunk = Buffer.concat([before, message, after]);
  running.dataRow(chunk, before.length, before.length + message.length);
  running.chunkEnd();
  running.handleCommandComplete({ text: "SELECT 3" });
  running.end();
  return (await running.next())?.rows[0];
}

describe("an error of the server", () => {
  it.each(["FATAL", "PANIC"])("that is %s ends the session, though nothing more comes", (severity) => {
    const { running, asked } = execution();
    running.handleError({ severity, message: "terminating connection" });
    expect(asked.losses).toBe(1);
  });

  it("that is none of these leaves it to the next ReadyForQuery", () => {
    const { running, asked } = execution();
    running.handleError({ severity: "ERROR", message: "syntax error" });
    expect(asked.losses).toBe(0);
  });
});

describe("a row on Redshift's wire", () => {
  it("is read cell by cell, NULL and the empty text apart", async () => {
    expect(await rowOf(dataRow(["1", "one"]))).toEqual([1, "one"]);
    expect(await rowOf(dataRow([null, ""]))).toEqual([null, ""]);
    expect(await rowOf(dataRow([null, null]))).toEqual([null, null]);
  });

  it("that is not as long as it says never borrows from its neighbour", async () => {
    const whole = dataRow(["1", "one"]);
    const damaged = [
      frame(Buffer.alloc(0)),
      frame(Buffer.from([0])),
      frame(Buffer.from([0, 2])),
      frame(Buffer.from([0, 2, 255, 255, 255, 255])),
      frame(Buffer.from([0, 2, 255, 255, 255, 255, 255, 255])),
      frame(whole.subarray(5, whole.length - 1)),
      frame(Buffer.concat([whole.subarray(5), Buffer.from([0])])),
      dataRow(["1"]),
      dataRow(["1", "2", "3"]),
      dataRow(["1", "2"], 3),
      dataRow(["1", "2"], -1),
    ];
    for (const message of damaged) {
      await expect(rowOf(message)).rejects.toMatchObject({ code: "CONNECTION", phase: "fetch" });
    }
  });

  it("of any bytes is a row or the one error, never another one", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 30 }), async (body) => {
        try {
          expect(await rowOf(frame(Buffer.from(body)))).toHaveLength(2);
        } catch (error) {
          expect(WarehouseError.is(error)).toBe(true);
        }
      }),
    );
  });

  it("that comes before its columns is damage, not dropped", async () => {
    const { running, asked } = execution([]);
    const row = dataRow(["1", "one"]);
    running.dataRow(row, 0, row.length);
    await expect(running.begun).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringContaining("a row before its columns") as string,
    });
    expect(asked.cancels).toBe(1);
  });

  it("is waited for no more once the server sends what nobody asked for, and the statement is stopped", async () => {
    const { running, asked } = execution();
    running.handlePortalSuspended();
    running.handlePortalSuspended();
    await expect(running.next()).rejects.toMatchObject({ code: "QUERY", effect: "unknown" });
    expect(asked.cancels).toBe(1);
    const copy = execution();
    copy.running.handleCopyData();
    await expect(copy.running.next()).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect(copy.asked.cancels).toBe(1);
  });

  it("with a value that cannot be given fails the call with column and row, and stops the statement", async () => {
    const { running, asked } = execution();
    for (const row of [dataRow(["1", "one"]), dataRow(["x", "two"])]) running.dataRow(row, 0, row.length);
    running.chunkEnd();
    running.handleCommandComplete({ text: "SELECT 3" });
    await expect(running.next()).rejects.toMatchObject({
      code: "INVALID_VALUE",
      message: expect.stringContaining('Column "a" (INTEGER), row 2') as string,
    });
    expect(asked.cancels).toBe(1);
  });
});
