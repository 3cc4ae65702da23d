import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { connectWarehouse, type Progress, type Warehouse } from "peak-warehouse";
import { startLocalWarehouses, type LocalWarehouses } from "peak-warehouse/testing";

/** What the warehouse itself says of work that waits. */
describe("the progress of a bulk operation", () => {
  let local: LocalWarehouses;
  const open: Warehouse[] = [];
  beforeAll(async () => {
    local = await startLocalWarehouses({ postgres: inject("postgres") });
  });
  afterAll(async () => {
    for (const db of open) await db.close();
    await local.close();
  });

  const connect = async (tenant: "redshift" | "snowflake", max = 10) => {
    const { PEAK_API_KEY: apiKey, PEAK_BASE_URL: baseUrl } = local.env(tenant);
    const db = await connectWarehouse({ apiKey, baseUrl, pool: { max } });
    open.push(db);
    return db;
  };

  /** Unloads while something holds the warehouse up, and lets go of it when the phase was told. */
  const phasesOf = async (db: Warehouse, name: string, phase: Progress["phase"], release: () => void) => {
    const phases: string[] = [];
    await db.unload("select 1 as a", `s3://peak-tenant/phases/${name}/`, {
      overwrite: "replace",
      onProgress: (progress) => {
        if (phases.at(-1) !== progress.phase) phases.push(progress.phase);
        if (progress.phase === phase && phases.length > 1) release();
      },
    });
    return phases;
  };

  it("tells of Redshift's queue", async () => {
    const db = await connect("redshift");
    const release = local.redshift.inject({ statement: /^unload/i, kind: "hold", times: Infinity });
    const told: Progress["phase"][] = [];
    const unloading = db.unload("select 1 as a", "s3://peak-tenant/phases/queue/", {
      onProgress: ({ phase }) => told.push(phase),
    });
    // Its own, before a session is there, and at least one of the server's.
    await vi.waitFor(() => expect(told.filter((phase) => phase === "queued").length).toBeGreaterThan(1), 5_000);
    expect(told).not.toContain("running");
    release();
    await unloading;
    expect(told.at(-1)).toBe("running");
  });

  it("tells of a virtual warehouse that is being resumed", async () => {
    const db = await connect("snowflake");
    local.snowflake.suspendWarehouse();
    const phases = await phasesOf(db, "resumed", "resuming warehouse", () => local.snowflake.resumeWarehouse());
    expect(phases).toEqual(["queued", "resuming warehouse", "running"]);
  });

  it("goes without where no session is left to ask", async () => {
    const db = await connect("redshift", 1);
    expect(await phasesOf(db, "alone", "running", () => undefined)).toEqual(["queued", "running"]);
  });

  it("says that work is running where nobody can be asked while it runs", async () => {
    const db = await connect("redshift", 1);
    local.s3.inject({ operation: "PutObject", key: /phases\/held\//, kind: "hold" });
    // It is let go of by what it is told.
    expect(await phasesOf(db, "held", "running", () => local.s3.release())).toEqual(["queued", "running"]);
  });
});
