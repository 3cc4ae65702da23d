import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { install, type Project, type Trial } from "./ground.ts";
import { commonJs, printed, program, typed } from "./programs.ts";
import type { LocalTenant } from "peak-warehouse/testing";

const megabyte = 1_000_000;
const tenants: readonly LocalTenant[] = ["redshift", "snowflake", "snowflake-oauth"];
const types = ["typescript@6", "@types/node@20"];

/** What an install for Redshift alone may take up. */
const redshiftOnlyBytes = 30 * megabyte;
/** What is downloaded of this package alone, and what it takes up. */
const packedBytes = 1.2 * megabyte;
const unpackedBytes = 4.5 * megabyte;

const inMegabytes = (bytes: number): string => `${(bytes / megabyte).toFixed(1)} MB`;

export const trials: Readonly<Record<string, Trial>> = {
  async "packed size"(ground) {
    const packed = (await stat(ground.tarball)).size;
    const project = await install(ground, "size", { flags: ["--omit=optional", "--omit=peer"] });
    const unpacked = await sizeOf(join(project.folder, "node_modules", "peak-warehouse"));
    assert(
      packed <= packedBytes && unpacked <= unpackedBytes,
      `${inMegabytes(packed)} packed, ${inMegabytes(unpacked)} unpacked`,
    );
    return `${inMegabytes(packed)} packed, ${inMegabytes(unpacked)} unpacked`;
  },

  async "Redshift only, --omit=optional"(ground) {
    const files = {
      "app.mjs": `import { connect } from "peak-warehouse"; const db = await connect(); console.log((await db.query("select 1 as one")).rows[0].one); await db.close();`,
    };
    const project = await install(ground, "redshift-only", { files, flags: ["--omit=optional"] });
    assert.equal(await project.run("node", ["app.mjs"], ground.local.env("redshift")), "1\n");
    const bytes = await sizeOf(join(project.folder, "node_modules"));
    assert(bytes < redshiftOnlyBytes, inMegabytes(bytes));
    return inMegabytes(bytes);
  },

  async "import and require"(ground) {
    const project = await install(ground, "modules", { files: { "app.mjs": program, "app.cjs": commonJs } });
    await printsAlike(project, ground.local, ["app.mjs", "app.cjs"]);
    return `${tenants.length} tenants alike; ${inMegabytes(await sizeOf(join(project.folder, "node_modules")))} in all`;
  },

  async "the command"(ground) {
    const project = await install(ground, "command", {});
    const query = ["query", "select 1 as one", "--format", "csv"];
    for (const tenant of tenants) {
      assert.equal(await project.run("peak-warehouse", query, ground.local.env(tenant)), "one\n1\n");
    }
    return project.run("peak-warehouse", ["--version"]).then((version) => version.trim());
  },

  async "TypeScript, node16 and bundler"(ground) {
    const options = {
      target: "es2022",
      strict: true,
      noEmit: true,
      types: ["node"],
      skipLibCheck: false,
      lib: ["es2023", "esnext.disposable"],
    };
    const of = (module: string, moduleResolution: string, files: readonly string[]) =>
      JSON.stringify({ compilerOptions: { ...options, module, moduleResolution }, files });
    const project = await install(ground, "typescript", {
      beside: [...types, "@opentelemetry/api"],
      files: {
        "app.ts": typed,
        "app.mts": typed,
        "node16.json": of("node16", "node16", ["app.ts", "app.mts"]),
        "bundler.json": of("esnext", "bundler", ["app.ts"]),
      },
    });
    await project.run("tsc", ["-p", "node16.json"]);
    await project.run("tsc", ["-p", "bundler.json"]);
    return "compiles from both kinds of modules, with skipLibCheck off";
  },

  async "a bundle by esbuild"(ground) {
    const project = await install(ground, "esbuild", { beside: ["esbuild"], files: { "app.js": program } });
    // What has been CommonJS asks for require(), and snowflake-sdk for __dirname, which an ES module does not have.
    const require = 'import module from "node:module"; const require = module.createRequire(import.meta.url);';
    const bundle = ["app.js", "--bundle", "--platform=node", "--external:parquet-wasm"];
    await project.run("esbuild", [...bundle, "--format=cjs", "--outfile=out/app.cjs"]);
    await project.run("esbuild", [
      ...bundle,
      "--format=esm",
      "--outfile=out/app.mjs",
      "--external:snowflake-sdk",
      `--banner:js=${require}`,
    ]);
    await printsAlike(project, ground.local, ["out/app.cjs", "out/app.mjs"]);
    return `${inMegabytes((await stat(join(project.folder, "out/app.cjs"))).size)}, cjs and esm`;
  },

  async "an external package of Next.js"(ground) {
    const route = `${program.replace("void main();", "")}
      export const dynamic = "force-dynamic";
      export async function GET() { return Response.json(await main()); }`.replace(
      "console.log(JSON.stringify(",
      "return ((",
    );
    const project = await install(ground, "next", {
      beside: ["next@16", "react", "react-dom"],
      files: {
        "next.config.mjs": 'export default { serverExternalPackages: ["peak-warehouse"] };',
        "app/layout.jsx": "export default ({ children }) => <html><body>{children}</body></html>;",
        "app/page.jsx": "export default () => <p>Peak</p>;",
        "app/api/route.js": route,
      },
    });
    await project.run("next", ["build"], { NEXT_TELEMETRY_DISABLED: "1" });
    for (const tenant of tenants) assert.equal(await answerOfNext(project, ground.local.env(tenant)), printed.trim());
    return "built, and answers for each tenant";
  },
};

/** Runs programs as every tenant. */
async function printsAlike(
  project: Project,
  local: Parameters<Trial>[0]["local"],
  programs: readonly string[],
): Promise<void> {
  for (const name of programs) {
    for (const tenant of tenants)
      assert.equal(await project.run("node", [name], local.env(tenant)), printed, `${name} as ${tenant}`);
  }
}

/** Starts the built application, and asks it once. */
async function answerOfNext({ folder }: Project, tenant: NodeJS.ProcessEnv): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: folder, NEXT_TELEMETRY_DISABLED: "1", ...tenant };
  const server = spawn(process.execPath, [join(folder, "node_modules/next/dist/bin/next"), "start", "-p", "0"], {
    cwd: folder,
    env,
  });
  const ended = once(server, "exit");
  try {
    for await (const line of createInterface(server.stdout)) {
      const url = /http:\/\/localhost:\d+/.exec(line)?.[0];
      if (url !== undefined) return await (await fetch(`${url}/api`)).text();
    }
    throw new Error("The server of Next.js has ended.");
  } finally {
    server.kill();
    await ended;
  }
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
