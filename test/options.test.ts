import { inspect } from "node:util";
import { describe, expect, inject, it, vi } from "vitest";
import {
  connectWarehouse,
  getCredentials,
  listWarehouses,
  type ConnectOptions,
  type QueryOptions,
} from "peak-warehouse";
import { startRedshift } from "peak-warehouse/testing";
import { z } from "zod";
import { redshift } from "../src/drivers/redshift/dialect.ts";
import { bindParameters } from "../src/sql/placeholders.ts";
import { redshiftCredentials } from "./integration/credentials.ts";

/** What plain JavaScript may pass. */
const unchecked = (options: unknown): ConnectOptions => options as ConnectOptions;
const throwing = () => {
  throw new RangeError("a trap");
};

describe("options", () => {
  it.each([
    [{ apikey: "x" }, /apiKey is meant/],
    [{ time_out: 1 }, /has no option "time_out"/],
    [{ timeout: 1 }, /timeoutMs is meant/],
    [
      { credentials: "postgresql://u:p@localhost:1/d", pool: { maximum: 3 } },
      /The option pool has no option "maximum"/,
    ],
  ])("%j that do not exist are refused by connectWarehouse()", async (options, message) => {
    const opening = connectWarehouse(unchecked(options));
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toMatchObject({
      code: expect.stringMatching(/INVALID_ARGUMENT|CREDENTIALS/) as string,
    });
  });

  it.each([
    5,
    { timezone: 5 },
    { timezone: null },
    { timezone: "" },
    { tag: 5 },
    { tag: null },
    { tag: "\ud800" },
    { pool: 5 },
    { onWarning: 5 },
    { statementTimeoutMs: 1e300 },
    { statementTimeoutMs: 2_147_483_648 },
    { statementTimeoutMs: "5" },
  ])("of the wrong kind are refused by connectWarehouse(): %j", async (options) => {
    const given = typeof options === "object" ? { credentials: "postgresql://u:p@127.0.0.1:1/d", ...options } : options;
    await expect(connectWarehouse(unchecked(given))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it.each([
    { pool: { max: 0 } },
    { pool: 5 },
    { connectTimeoutMs: "5" },
    { acquireTimeoutMs: 1_000 },
    { schema: 5 },
    { role: {} },
    { warehouse: true },
    { application: "\0" },
    { tls: 5 },
    { proxy: 5 },
  ])("that cannot be right are refused before credentials are fetched, lazy or not: %j", async (options) => {
    const credentials = vi.fn(throwing);
    for (const lazy of [true, false]) {
      const opening = connectWarehouse(unchecked({ credentials, lazy, ...options }));
      await expect(opening).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    expect(credentials).not.toHaveBeenCalled();
  });

  it("that are null count as empty", async () => {
    const noKey = { code: "CREDENTIALS", message: expect.stringContaining("no Peak API key") as string };
    for (const call of [connectWarehouse, getCredentials, listWarehouses]) {
      await expect(call(unchecked(null))).rejects.toMatchObject(noKey);
    }
  });

  it("and arguments of the wrong kind are refused by every verb", async () => {
    const server = await startRedshift({ postgres: inject("postgres") });
    const open = await connectWarehouse({ credentials: redshiftCredentials(server), tls: false });
    // What plain JavaScript sees: verbs that take anything.
    const db = open as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const nothing = () => Promise.resolve();
    const hostile = new Proxy(
      {},
      { get: throwing, ownKeys: throwing, has: throwing, getOwnPropertyDescriptor: throwing },
    );
    try {
      const sent = server.statements().length;
      for (const [verb, ...args] of [
        ["query", 5],
        ["query", "select :a", hostile],
        ["query", "select ?", new Proxy([1], { get: throwing })],
        ["query", "select 1", [], 5],
        ["script", 5],
        ["script", "select 1", 5],
        ["ping", 5],
        ["session", null],
        ["session", nothing, 5],
        ["session", nothing, { timeout: 5 }],
        ["transaction", null],
        ["transaction", nothing, { retry: 5 }],
        ["connectionString"],
        ["connectionString", null],
        ["connectionString", { for: "odbc" }],
      ] as const) {
        await expect(db[verb]?.(...args), `${verb} ${args.length}`).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      }
      expect(server.statements()).toHaveLength(sent);
      await expect(db.ping?.(null)).resolves.toBeUndefined();
      await expect(db.query?.("select 1 as one", undefined, null)).resolves.toMatchObject({ rows: [{ one: 1 }] });
      await expect(db.script?.("select 1 as one", null)).resolves.toMatchObject([{ rows: [{ one: 1 }] }]);
      await expect(db.session?.(() => "at once", null)).resolves.toBe("at once");
      await expect(db.transaction?.(() => "at once", null)).resolves.toBe("at once");
    } finally {
      await open.close();
      await server.close();
    }
  });

  it("of a query are told apart from parameters", () => {
    const options: Readonly<Record<keyof QueryOptions, unknown>> = {
      signal: AbortSignal.timeout(1_000),
      timeoutMs: 1,
      rowMode: "array",
      integers: "bigint",
      decimals: "number",
      timestamps: "date",
      maxRows: 1,
      maxBytes: 1,
      decoding: "fast",
      tag: "nightly",
      schema: z.object({}),
    };
    for (const [name, value] of Object.entries(options)) {
      const bind = () => bindParameters("select 1 as a", { [name]: value }, redshift);
      expect(bind).toThrow(`If ${name} is meant as an option: options are the third argument.`);
    }
  });

  it("that do not exist are refused by a query before it is sent", async () => {
    const server = await startRedshift({ postgres: inject("postgres") });
    const db = await connectWarehouse({ credentials: redshiftCredentials(server), tls: false });
    try {
      const query = db.query("select 1", [], { timeout: 5 } as object);
      await expect(query).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await expect(query).rejects.toThrow(/timeoutMs is meant/);
      expect(inspect(db)).toBe("Warehouse(redshift, open)");
    } finally {
      await db.close();
      await server.close();
    }
    expect(inspect(db)).toBe("Warehouse(redshift, closed)");
  });
});
