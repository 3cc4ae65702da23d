import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { connectWarehouse } from "peak-warehouse";
import { startLocalWarehouses } from "peak-warehouse/testing";
import { dailyTotals } from "./daily-totals.mjs";

const local = await startLocalWarehouses();
after(() => local.close());

const sales = [
  { day: "2026-01-01", price: "1.10" },
  { day: "2026-01-02", price: "2.20" },
  { day: "2026-01-02", price: "3.30" },
];

for (const tenant of ["redshift", "snowflake"]) {
  describe(`dailyTotals on ${tenant}`, () => {
    let db;
    before(async () => {
      db = await connectWarehouse(local.options(tenant));
    });
    beforeEach(async () => {
      await local.reset();
      await local.seed("sales", sales, { day: "date", price: "decimal(12, 2)" });
    });
    after(() => db.close());

    test("adds up the sales of each day", async () => {
      assert.deepEqual(await dailyTotals(db, "2026-01-01"), [
        { day: "2026-01-01", total: "1.10" },
        { day: "2026-01-02", total: "5.50" },
      ]);
    });

    test("asks once, and lets the warehouse do the counting", async () => {
      await dailyTotals(db, "2026-01-02");
      const asked = local.warehouse(tenant).statements();
      const sent = asked.filter(({ sql }) => sql.includes("from sales")).map(({ params }) => params);
      assert.deepEqual(sent, [["2026-01-02"]]);
    });

    test("tells its caller what the warehouse refused", async () => {
      const fault = { statement: "from sales", kind: "error", message: "Disk full", sqlState: "53100" };
      local.warehouse(tenant).inject(fault);
      await assert.rejects(dailyTotals(db, "2026-01-01"), { code: "QUERY", sqlState: "53100" });
      assert.equal((await dailyTotals(db, "2026-01-02")).length, 1);
    });
  });
}
