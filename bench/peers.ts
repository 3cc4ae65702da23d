import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const folder = fileURLToPath(new URL(".", import.meta.url));
/** What was installed last; it goes when node_modules goes. */
const stamp = fileURLToPath(new URL("node_modules/.installed", import.meta.url));

/** Installs what this package is compared with, as bench/package-lock.json says, unless that is what is there. */
export async function installPeers(tell: (what: string) => void): Promise<void> {
  const lock = createHash("sha256")
    .update(await readFile(new URL("package-lock.json", import.meta.url)))
    .digest("hex");
  if ((await readFile(stamp, "utf8").catch(() => "")) === lock) return;
  tell("installing the peers");
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder });
  await writeFile(stamp, lock);
}

/** Builds the package: what is measured is what users get. */
export async function build(tell: (what: string) => void): Promise<void> {
  tell("building");
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  await run("npm", ["run", "build"], { cwd, env: { ...process.env, NO_COLOR: "1" } }).catch((error: unknown) => {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string }; // execFile's errors have them
    throw new Error(`The build failed:\n${stdout}${stderr}`, { cause: error });
  });
}

/** Gives the peers' versions by their names. */
export async function peerVersions(): Promise<Record<string, string>> {
  const text = await readFile(new URL("package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { dependencies: Record<string, string> }).dependencies; // this folder's own file
}
