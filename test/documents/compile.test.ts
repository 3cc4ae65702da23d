import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blocksOf, documentAt, documents, readme, root, withoutBlocks, type Block } from "./document.ts";
import { compile, program } from "./compiling.ts";
import { agreements } from "./listings.ts";

/** The files of the examples, by their text. */
const examples = new Map(
  readdirSync(join(root, "examples"), { encoding: "utf8", recursive: true })
    .filter((path) => /\.[cm]?[jt]s$/.test(path))
    .map((path) => join(root, "examples", path))
    .map((path) => [readFileSync(path, "utf8").trimEnd(), path]),
);

const programs = documents
  .flatMap(blocksOf)
  .filter(({ language }) => language === "ts" || language === "js")
  .map((block) => ({
    place: `${block.document.path}:${block.line}`,
    path: pathOf(block),
    text: textOf(block),
  }));

/** Where an example lies that a block shows whole, or else beside package.json, so that packages are found; nothing is written there. */
function pathOf({ document, language, code, line }: Block): string {
  const example = examples.get(code);
  if (example !== undefined) return example;
  const ending = language === "ts" ? "ts" : /\brequire\(/.test(code) ? "cjs" : "mjs";
  return join(root, `${document.path.replaceAll("/", "-")}-${line}.${ending}`);
}

/** Each is a module of its own, also without an import; one that runs, with what uses it. */
function textOf(block: Block): string {
  if (block.language === "js" || examples.has(block.code)) return block.code;
  return `${program(block, "declared")}\n${block.mark?.use ?? ""}\nexport {};`;
}

describe("the documents", () => {
  const listed = agreements.map(({ title, text }, index) => ({ title, path: join(root, `listing-${index}.ts`), text }));
  const problems = compile(new Map([...programs, ...listed].map(({ path, text }) => [path, text])));

  test.each(programs)("show code that compiles at $place", ({ path }) => {
    expect(problems.get(path)).toEqual([]);
  });

  test.each(listed)("list $title, all of them and no other", ({ path }) => {
    expect(problems.get(path)).toEqual([]);
  });

  test("show every example of the test kit as it is", () => {
    const shown = blocksOf(documentAt("docs/testing.md")).map(({ code }) => code);
    expect(examples.size).toBeGreaterThan(2);
    expect([...examples].filter(([text]) => !shown.includes(text)).map(([, path]) => path)).toEqual([]);
  });

  test("show the demo's program as it is", () => {
    const shown = blocksOf(readme).find(({ code }) => code.includes("from films"));
    expect(`${shown?.code}\n`).toBe(readFileSync(join(root, "demo/feature-table.ts"), "utf8"));
  });

  test("mark blocks only with what means something, and say what a program prints behind that program", () => {
    const all = documents.flatMap(blocksOf);
    const marks = all.flatMap(({ mark }) => mark ?? []);
    const comments = documents.flatMap(({ text }) => withoutBlocks(text).match(/<!--\s*[\w/-]+/g) ?? []);
    expect(comments.filter((comment) => !comment.endsWith("faults"))).toHaveLength(marks.length);
    const alone = all.filter(({ mark }, at) => mark?.kind === "prints" && !all[at - 1]?.mark?.kind.startsWith("runs"));
    expect(alone).toEqual([]);
  });

  test("show JSON that is JSON", () => {
    for (const { language, code } of documents.flatMap(blocksOf)) {
      if (language === "json") expect(() => JSON.parse(code) as unknown).not.toThrow();
    }
  });

  // A block in a language that nobody checks would be a way around all of the above.
  test("say of every block what language it is in, and that it is one of those", () => {
    const known = ["ts", "js", "sh", "sql", "json", "python", "text", "yaml"];
    expect(documents.flatMap(blocksOf).filter(({ language }) => !known.includes(language))).toEqual([]);
  });
});
