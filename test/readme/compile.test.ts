import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { blocks, program } from "./document.ts";

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

describe("the README's code", () => {
  const problems = compile(new Map(programs.map(({ path, text }) => [path, text])));

  test("is there", () => {
    expect(programs.length).toBeGreaterThan(15);
  });

  test.each(programs)("compiles at line $line", ({ path }) => {
    expect(problems.get(path) ?? []).toEqual([]);
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
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (path) => texts.get(path) ?? readFile.call(host, path);
  host.fileExists = (path) => texts.has(path) || fileExists.call(host, path);
  host.getSourceFile = (path, ...how) => {
    const text = texts.get(path);
    return text === undefined ? getSourceFile.call(host, path, ...how) : ts.createSourceFile(path, text, ...how);
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
