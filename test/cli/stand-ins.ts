import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, inject, vi } from "vitest";
import { startLocalWarehouses, type LocalTenant, type LocalWarehouses } from "peak-warehouse/testing";

/** Gives a test file the stand-ins and a folder of its own, until its last test. */
export function standIns() {
  let local: LocalWarehouses;
  let folder: string;
  beforeAll(async () => {
    local = await startLocalWarehouses({ postgres: inject("postgres") });
    folder = await mkdtemp(join(tmpdir(), "peak-warehouse-cli-"));
  });
  afterEach(() => void vi.unstubAllEnvs());
  afterAll(async () => {
    await local.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get local() {
      return local;
    },
    /** Gives the path of a file in the folder. */
    path: (...names: string[]) => join(folder, ...names),
    /** Puts a tenant into this process's environment, until the test ends. */
    be(tenant: LocalTenant) {
      for (const [name, value] of Object.entries(local.env(tenant))) vi.stubEnv(name, value);
    },
  };
}
