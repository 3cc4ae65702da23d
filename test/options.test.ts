import { inspect } from "node:util";
import { describe, expect, inject, it } from "vitest";
import { connectWarehouse, type ConnectOptions } from "peak-warehouse";
import { startRedshift } from "peak-warehouse/testing";
import { redshiftCredentials } from "./integration/credentials.ts";

/** What plain JavaScript may pass. */
const unchecked = (options: object): ConnectOptions => options;

describe("options", () => {
  it.each([
    [{ apikey: "x" }, /apiKey is meant/],
    [{ time_out: 1 }, /has no option "time_out"/],
    [{ timeout: 1 }, /timeoutMs is meant/],
    [{ credentials: "postgresql://u:p@localhost:1/d", pool: { maximum: 3 } }, /The option pool has no option "maximum"/],
  ])("%j that do not exist are refused by connectWarehouse()", async (options, message) => {
    const opening = connectWarehouse(unchecked(options));
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toMatchObject({
      code: expect.stringMatching(/INVALID_ARGUMENT|CREDENTIALS/) as string,
    });
  });

  it("that do not exist are refused by a query before it is sent", async () => {
    const server = await startRedshift({ postgres: inject("postgres") });
    const db = await connectWarehouse({ credentials: redshiftCredentials(server), tls: false });
    try {
      const query = db.query("select 1", [], unchecked({ timeout: 5 }));
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
