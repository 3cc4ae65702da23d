import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, type UserConfig } from "tsdown";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** Is a project of a user's, outside this repository, in which the package is installed as built. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
  /** Writes a file of the project's. */
  write(name: string, text: string): Promise<void>;
  /** Runs this very Node in a folder of the project's, with nothing else in its environment, until it ends by itself; rejects where it fails. */
  node(args: readonly string[], where?: Where): Promise<{ readonly stdout: string; readonly stderr: string }>;
}

/** Where a program runs. */
interface Where {
  readonly env?: NodeJS.ProcessEnv;
  /** Within the project's; default that one itself. */
  readonly folder?: string;
}

/**
 * Makes a project in an empty folder with the package as this source builds it, and beside it every package that is installed here.
 *
 * @param omitted - packages that are not there, as if they had been left out of the install.
 */
export async function userProject(omitted: readonly string[] = []): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "peak-project-"));
  const modules = join(folder, "node_modules");
  const own = join(modules, "peak-warehouse");
  await mkdir(own, { recursive: true });
  for (const name of await installed()) {
    if (omitted.includes(name)) continue;
    if (name.startsWith("@")) await mkdir(join(modules, name, ".."), { recursive: true });
    await symlink(join(root, "node_modules", name), join(modules, name));
  }
  await cp(join(root, "package.json"), join(own, "package.json"));
  const { tsdown } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { tsdown: UserConfig };
  // Declarations take thirteen times as long as the code.
  await build({
    ...tsdown,
    config: false,
    cwd: root,
    outDir: join(own, "dist"),
    clean: false,
    dts: false,
    logLevel: "error",
  });
  return {
    folder,
    write: (name, text) => writeFile(join(folder, name), text),
    node: (args, { env, folder: within = "." } = {}) =>
      run(process.execPath, args, {
        cwd: join(folder, within),
        env: { PATH: process.env.PATH, HOME: folder, ...env },
        timeout: 60_000,
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** Lists what is installed here, as `name` and `@scope/name`. */
async function installed(): Promise<string[]> {
  const modules = join(root, "node_modules");
  const names: string[] = [];
  for (const name of await readdir(modules)) {
    if (name.startsWith(".") || name === "peak-warehouse") continue;
    if (name.startsWith("@")) names.push(...(await readdir(join(modules, name))).map((inner) => `${name}/${inner}`));
    else names.push(name);
  }
  return names;
}
