import { createRequire } from "node:module";
import { failed, passed, type Finding } from "./finding.ts";

/** Lists what is at work. @param server - what the server says of itself, where it was asked. */
export function listVersions(server: string | null | undefined): Finding {
  const versions = {
    node: process.version,
    "peak-warehouse": installed("peak-warehouse"),
    pg: installed("pg"),
    "snowflake-sdk": installed("snowflake-sdk"),
    server: server ?? undefined,
  };
  const seen = Object.entries(versions).map(
    ([name, version]) => `${name} ${version ?? (name === "server" ? "not seen" : "not installed")}`,
  );
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    return failed(seen.join(", "), "This package needs Node 20.19 or later: install a newer one.", versions);
  }
  return passed(seen.join(", "), true, versions);
}

/** Reads a package's version without loading it; `undefined` where it is not there, as in a bundle. */
function installed(name: string): string | undefined {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { readonly version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
