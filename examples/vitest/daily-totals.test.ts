import { connectWarehouse, type Warehouse } from "peak-warehouse";
import { startLocalWarehouses, type LocalWarehouses } from "peak-warehouse/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dailyTotals } from "./daily-totals.ts";

let local: LocalWarehouses;
beforeAll(async () => {
  local = await startLocalWarehouses();
}, 60_000);
afterAll(() => local.close());

const sales = [
  { day: "2026-01-01", price: "1.10" },
  { day: "2026-01-02", price: "2.20" },
  { day: "2026-01-02", price: "3.30" },
];

describe.each(["redshift", "snowflake"] as const)("dailyTotals on %s", (tenant) => {
  let db: Warehouse;
  beforeAll(async () => {
    db = await connectWarehouse(local.options(tenant));
  });
  beforeEach(async () => {
    await local.reset();
    await local.seed("sales", sales, { day: "date", price: "decimal(12, 2)" });
  });
  afterAll(() => db.close());

  test("adds up the sales of each day", async () => {
    expect(await dailyTotals(db, "2026-01-01")).toEqual([
      { day: "2026-01-01", total: "1.10" },
      { day: "2026-01-02", total: "5.50" },
    ]);
  });

  test("asks once, and lets the warehouse do the counting", async () => {
    await dailyTotals(db, "2026-01-02");
    const asked = local.warehouse(tenant).statements();
    expect(asked.filter(({ sql }) => sql.includes("from sales"))).toMatchObject([{ params: ["2026-01-02"] }]);
  });

  test("tells its caller what the warehouse refused", async () => {
    local.warehouse(tenant).inject({ statement: "from sales", kind: "error", message: "Disk full", sqlState: "53100" });
    await expect(dailyTotals(db, "2026-01-01")).rejects.toMatchObject({ code: "QUERY", sqlState: "53100" });
    expect(await dailyTotals(db, "2026-01-02")).toHaveLength(1);
  });
});
