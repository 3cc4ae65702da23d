import { defineConfig } from "vitest/config";
import base from "../../vitest.config.ts";

/** The contract on a real tenant, with the environment as it is: `PEAK_LIVE_SCHEMA=scratch npm run test:live`. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/live/*.live.ts"],
    globalSetup: ["test/live/permission.ts"],
    testTimeout: 120_000,
  },
});
