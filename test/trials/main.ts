import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startLocalWarehouses } from "peak-warehouse/testing";
import { clearEnvironment } from "../integration/global.ts";
import { trials } from "./trials.ts";

// Packs the package, and tries it as its users will, each time in an empty project: npm run trials [-- NAME]
clearEnvironment(process.env);
const only = process.argv[2] ?? "";
const chosen = Object.entries(trials).filter(([name]) => name.includes(only));
if (chosen.length === 0)
  throw new Error(`No trial is named like ${JSON.stringify(only)}: ${Object.keys(trials).join("; ")}`);

const folder = await mkdtemp(join(tmpdir(), "peak-trials-"));
const local = await startLocalWarehouses();
try {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const { stdout } = await promisify(execFile)("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
  // The build prints before it.
  const [packed] = JSON.parse(stdout.slice(stdout.lastIndexOf("\n[") + 1)) as [{ readonly filename: string }];
  for (const [name, attempt] of chosen) {
    try {
      console.log(`✓ ${name}: ${await attempt({ folder, tarball: join(folder, packed.filename), local })}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`✗ ${name}:`, error);
    }
  }
} finally {
  await local.close();
  await rm(folder, { recursive: true });
}
