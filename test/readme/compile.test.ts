import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { blocks, codes, headings, program, tableOf, type Table } from "./document.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const programs = blocks()
  .filter(({ language }) => language === "ts" || language === "js")
  .map((block) => ({
    line: block.line,
    // Beside package.json, so that packages are found; nothing is written there.
    path: join(root, `readme-${block.line}.${block.language === "ts" ? "ts" : "cjs"}`),
    // Each is a module of its own, also without an import.
    text: block.language === "ts" ? `${program(block, "declared")}\nexport {};` : block.code,
  }));

/** What the README lists of a type, under the heading or in the table where it does. */
const listings: readonly (readonly [title: string, type: string, names: readonly string[]])[] = [
  ["the options of connectWarehouse()", "keyof peak.ConnectOptions", [...topLevel(connectOptions()), "pool"]],
  ["the options of the pool", "keyof peak.PoolOptions", inside("pool", connectOptions())],
  ["the options of tls", "keyof Extract<peak.TlsOption, object>", inside("tls", connectOptions())],
  ["the options of query()", "keyof peak.QueryOptions", firstCodes(tableOf("option", "meaning"))],
  ["the options of export()", "keyof peak.ExportOptions", firstCodes(tableOf("option of `export`"))],
  ["the options of insert()", "keyof peak.InsertOptions", firstCodes(tableOf("option of `insert`"))],
  ["the options of unload()", "keyof peak.UnloadOptions", firstCodes(tableOf("option of `unload`"))],
  ["the options of load()", "keyof peak.LoadOptions", firstCodes(tableOf("option of `load`"))],
  ["the phases of progress", "peak.ProgressPhase", firstCodes(tableOf("`phase`", "what is happening"))],
  ["the error codes", "peak.ErrorCode", firstCodes(tableOf("`code`", "what happened"))],
  ["the types of columns", "peak.ColumnType", firstCodes(tableOf("`type` of the column"))],
  ["the targets of connection strings", "peak.ConnectionStringTarget", firstCodes(tableOf("`for`", "Redshift"))],
  ["the verbs of a warehouse", 'Exclude<keyof peak.Warehouse, "type" | symbol>', calls(/^`db\.(\w+)/)],
  ["what can be imported", "keyof typeof peak", [...calls(/^`+ ?(?!db\.)(\w+)/), "connect", "WarehouseError"]],
];

function connectOptions(): string[] {
  return firstCodes(tableOf("option", "default"));
}

function topLevel(names: readonly string[]): string[] {
  return names.filter((name) => !name.includes("."));
}

function inside(option: string, names: readonly string[]): string[] {
  return names.filter((name) => name.startsWith(`${option}.`)).map((name) => name.slice(option.length + 1));
}

function firstCodes({ rows }: Table): string[] {
  return rows.flatMap(([first = ""]) => codes(first)).map((code) => code.replaceAll('"', ""));
}

function calls(pattern: RegExp): string[] {
  return headings().flatMap((heading) => pattern.exec(heading)?.[1] ?? []);
}

/** Writes a program that compiles only if the names are those of the type, no fewer and no more. */
function agreement(type: string, names: readonly string[]): string {
  return `import type * as peak from "peak-warehouse";
    type Listed = ${names.map((name) => JSON.stringify(name)).join(" | ")};
    export const leftOut: Record<Exclude<${type}, Listed>, never> = {};
    export const madeUp: Record<Exclude<Listed, ${type}>, never> = {};`;
}

describe("the README", () => {
  const agreements = listings.map(([title, type, names], index) => ({
    title,
    path: join(root, `readme-listing-${index}.ts`),
    text: agreement(type, names),
  }));
  const problems = compile(new Map([...programs, ...agreements].map(({ path, text }) => [path, text])));

  test.each(programs)("shows code that compiles at line $line", ({ path }) => {
    expect(problems.get(path)).toEqual([]);
  });

  test.each(agreements)("lists $title, all of them and no other", ({ path }) => {
    expect(problems.get(path)).toEqual([]);
  });

  test("shows the demo's program as it is", () => {
    const shown = blocks().find(({ code }) => code.includes("from films"));
    expect(`${shown?.code}\n`).toBe(readFileSync(join(root, "demo/feature-table.ts"), "utf8"));
  });
});

/** Compiles texts as files of this project, by its own settings. Gives the messages for each. */
function compile(texts: ReadonlyMap<string, string>): Map<string, string[]> {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const parsed = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const options: ts.CompilerOptions = { ...parsed.options, allowJs: true, checkJs: false };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    readFile: (path) => texts.get(path) ?? disk.readFile(path),
    fileExists: (path) => texts.has(path) || disk.fileExists(path),
    getSourceFile(path, language, onError) {
      const text = texts.get(path);
      return text === undefined
        ? disk.getSourceFile(path, language, onError)
        : ts.createSourceFile(path, text, language);
    },
  };
  const compiled = ts.createProgram([...texts.keys()], options, host);
  const problems = new Map<string, string[]>();
  for (const path of texts.keys()) {
    const source = compiled.getSourceFile(path);
    const found = [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)];
    problems.set(
      path,
      found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
    );
  }
  return problems;
}
