import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { fileURLToPath } from "node:url";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^peak-warehouse\/opentelemetry$/, replacement: source("src/opentelemetry/index.ts") },
      { find: /^peak-warehouse\/testing$/, replacement: source("src/testing/index.ts") },
      { find: /^peak-warehouse$/, replacement: source("src/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/integration/global.ts"],
    setupFiles: ["test/properties.ts"],
    // Tests wait for servers more than they work.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 120_000,
    coverage: { include: ["src/**/*.ts"], reporter: [["text", { skipFull: true }], "text-summary"] },
  },
});
