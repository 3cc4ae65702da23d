import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connectWarehouse } from "peak-warehouse";
import { startLocalWarehouses, type LocalTenant, type LocalWarehouses } from "peak-warehouse/testing";
import { program } from "./compiling.ts";
import { blocksOf, documents, readme, root, type Block, type Mark } from "./document.ts";

const tenants: readonly LocalTenant[] = ["redshift", "snowflake", "snowflake-oauth"];
const run = promisify(execFile);

/** A block that is run, and what the document says that it prints. */
interface Program {
  readonly block: Block;
  readonly place: string;
  readonly prints: string | undefined;
}

// The README's programs change the tables, and so come last.
const inOrder = [...documents.filter((document) => document !== readme), readme];

const programs: readonly Program[] = inOrder.flatMap((document) => {
  const blocks = blocksOf(document);
  return blocks.flatMap((block, index) => {
    if (block.mark?.kind.startsWith("runs") !== true) return [];
    const next = blocks[index + 1];
    const prints = next?.mark?.kind === "prints" ? `${next.code}\n` : undefined;
    return [{ block, place: `${document.path}:${block.line}`, prints }];
  });
});
const modules = programs.filter(({ block }) => block.language === "ts" && block.mark?.kind !== "runs once");
const common = programs.filter(({ block }) => block.language === "js" && block.mark?.kind !== "runs once");
const once = programs.filter(({ block }) => block.mark?.kind === "runs once");

/** What each program has printed, and those in CommonJS together. */
interface Printed {
  readonly texts: ReadonlyMap<Program, string>;
  readonly common: string;
}

let local: LocalWarehouses;
let folder: string;
let printed: Readonly<Record<LocalTenant, Promise<Printed>>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "peak-warehouse-documents-"));
  await chmod(folder, 0o755);
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  local = await startLocalWarehouses({ postgres: inject("postgres") });
  const redshift = outputs("redshift");
  const snowflake = outputs("snowflake");
  // Both tenants on Snowflake have the same tables.
  const oauth = snowflake.then(
    () => outputs("snowflake-oauth"),
    () => outputs("snowflake-oauth"),
  );
  printed = { redshift, snowflake, "snowflake-oauth": oauth };
  // Each is waited for by a test of its own.
  await Promise.allSettled([redshift, snowflake]);
});

afterAll(async () => {
  await local.close();
  await rm(folder, { recursive: true, force: true });
});

/** Makes the tables that the examples speak of, as the README shows them, whoever has used them before; and that of the demo. */
async function furnish(tenant: LocalTenant): Promise<void> {
  const db = await connectWarehouse(local.options(tenant));
  const json = db.type === "redshift" ? "super" : "variant";
  const examples = blocksOf(readme).find(({ language }) => language === "sql")?.code ?? "";
  await db.script(`
    drop table if exists events; drop table if exists customers; drop table if exists documents; drop table if exists films;
    ${examples.replace("content super", `content ${json}`)}
    create table films (title varchar(200), released date, certificate varchar(20), gross bigint, dvd_sales bigint,
      budget bigint, rating decimal(3, 1), loaded_at timestamp);
    insert into films values ('Amélie', '2001-11-02', 'R', 174201661, null, 10350000, 8.5, '2026-01-01 00:00:00.000001');`);
  await db.close();
}

/** What is changed of an example to run against the stand-ins; by a text in it. */
const changes: readonly (readonly [text: string, instead: string])[] = [
  ["connectWarehouse({\n  credentials: async", "connectWarehouse({ tls: false,\n  credentials: async"],
];

/** On Node 20 the AWS SDK says that its next versions want a newer one. */
const quietAws = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

/** Runs a text as a program of its own, in an environment that holds nothing else, until it has ended by itself. */
async function output(name: string, text: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  // Of its own, since programs that run at once write files of the same names. As root, PostgreSQL runs as nobody, who has to come in.
  const temporary = await mkdtemp(join(folder, "temporary-"));
  await chmod(temporary, 0o777);
  const { stdout, stderr } = await run(process.execPath, ["--import", "tsx", path], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: folder, TMPDIR: temporary, PORT: "0", ...quietAws, ...environment },
    timeout: 60_000,
  });
  expect(stderr).toBe("");
  return stdout;
}

/** Runs the examples as a tenant, one after the other in one process, and gives what each has printed. */
async function outputs(tenant: LocalTenant): Promise<Printed> {
  await furnish(tenant);
  const mark = "=== next ===\n";
  const lines: string[] = [];
  // Nobody can wait for what CommonJS does not wait for itself, and so that comes last.
  for (const { block, place } of [...modules, ...common]) {
    const isModule = block.language === "ts";
    // A stack of one that fails names its place.
    const file = `${tenant}-${place.replaceAll(/[/:]/g, "-")}.${isModule ? "mts" : "cjs"}`;
    const text = changes.reduce((changed, [from, to]) => changed.replace(from, to), program(block, "opened"));
    await writeFile(join(folder, file), `${text}\n${block.mark?.use ?? ""}`);
    lines.push(`await import("./${file}");`, ...(isModule ? [`process.stdout.write(${JSON.stringify(mark)});`] : []));
  }
  const parts = (await output(`${tenant}.mts`, lines.join("\n"), local.env(tenant))).split(mark);
  return { texts: new Map(modules.map((module, index) => [module, parts[index]!])), common: parts.at(-1)! };
}

/** What a document says that a program prints, and it does not: the block that follows, and the comments behind `console.log(…)`. */
function unsaid({ block, prints }: Program, text: string): string[] {
  const lines = text.split("\n").filter((line) => line !== "");
  const comments = [...block.code.matchAll(/console\.log\(.*\);? *\/\/ (.*)$/gm)].map(([, comment = ""]) => comment);
  // A comment may say more behind it.
  const missing = comments.filter((comment) => !lines.some((line) => comment.startsWith(line)));
  return prints === undefined || prints === text ? missing : [...missing, prints];
}

const kind = (wanted: Mark["kind"]) => modules.filter(({ block }) => block.mark?.kind === wanted);

describe("the documents' programs", () => {
  test.each(tenants)(
    "run as the tenant %s, end by themselves, and print what is said of them",
    async (tenant) => {
      const wrong = [...(await printed[tenant]).texts].flatMap(([module, text]) => {
        const missing = unsaid(module, text);
        return missing.length === 0 ? [] : [{ place: module.place, missing, printed: text }];
      });
      expect(wrong).toEqual([]);
    },
    90_000,
  );

  test("print the same on both warehouses, except where they are about the differences", async () => {
    const all = await Promise.all(
      tenants.map(async (tenant) => {
        const { texts } = await printed[tenant];
        return kind("runs").map((module) => `${module.place}:\n${texts.get(module)}`);
      }),
    );
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
    expect(all[0]?.find((text) => text.startsWith("README.md"))).toContain("[ { one: 1, name: 'Ada' } ]\n");
  });

  test("print something else where they are said to", async () => {
    const [redshift, snowflake] = [await printed.redshift, await printed.snowflake];
    for (const module of kind("runs differently")) {
      expect(redshift.texts.get(module), module.place).not.toBe(snowflake.texts.get(module));
    }
  });

  test.each(tenants)("run as CommonJS, too: %s", async (tenant) => {
    expect(common).not.toEqual([]);
    expect((await printed[tenant]).common).toBe("[ { one: 1 } ]\n".repeat(common.length));
  });

  test.each(once)("run by themselves at $place", async (module) => {
    const text = await output("once.mts", module.block.code, {});
    expect(text).not.toBe("");
    expect(unsaid(module, text)).toEqual([]);
  });
});
