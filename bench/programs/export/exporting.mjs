import { rmSync } from "node:fs";
import { mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { proofs } from "./proofs.mjs";

/**
 * Makes a variant of what opens a client and gives `{ write(sql, path), close() }`.
 *
 * @param format - of the file, which is proved by reading it again with the same reader for all clients.
 */
export function exporting(format, open) {
  return async (server, settings = {}) => {
    const client = await open(server, settings);
    const folder = await mkdtemp(join(tmpdir(), "peak-bench-export-"));
    // Also where the run is broken off.
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, `result.${format}`);
    return {
      run: ({ sql }) => client.write(sql, path),
      prove: async ({ key }) => ({ ...(await proofs[format](path, key)), fileBytes: (await stat(path)).size }),
      close: () => client.close(),
    };
  };
}
