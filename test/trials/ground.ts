import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { LocalWarehouses } from "peak-warehouse/testing";

const run = promisify(execFile);

/** What a trial stands on. */
export interface Ground {
  /** An empty folder for projects. */
  readonly folder: string;
  /** The packed package. */
  readonly tarball: string;
  readonly local: LocalWarehouses;
}

/** Is a project of a user's. */
export interface Project {
  readonly folder: string;
  /** Runs a program of its node_modules, or `node`, there; gives what it printed, and rejects where it fails. */
  run(program: string, args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<string>;
}

/** Tries one way to use the package. Resolves to what was seen, in a line; throws where it does not work. */
export type Trial = (ground: Ground) => Promise<string>;

/** Makes an empty project with these files, and installs the package there with others from the registry, as a user does. */
export async function install(
  { folder: parent, tarball }: Ground,
  name: string,
  {
    files = {},
    beside = [],
    flags = [],
  }: { files?: Readonly<Record<string, string>>; beside?: readonly string[]; flags?: readonly string[] },
): Promise<Project> {
  const folder = join(parent, name);
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name, private: true }));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  await run("npm", ["install", "--no-audit", "--no-fund", ...flags, tarball, ...beside], { cwd: folder });
  const bin = join(folder, "node_modules", ".bin");
  return {
    folder,
    async run(program, args, environment) {
      const path = program === "node" ? process.execPath : join(bin, program);
      const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, HOME: folder, ...environment };
      return (await run(path, args, { cwd: folder, env })).stdout;
    },
  };
}
