import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { compile } from "./documents/compiling.ts";
import { root } from "./documents/document.ts";

/** An `@example` of a docstring. */
interface Example {
  /** What it stands at: `src/warehouse.ts:84`. */
  readonly place: string;
  readonly code: string;
}

/** An option of one of the types that calls take. */
interface Option {
  readonly name: string;
  readonly text: string;
}

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(join(root, "src", path), "utf8");
    return ts.createSourceFile(`src/${path}`, text, ts.ScriptTarget.ESNext, true);
  });

describe("an example in a docstring", () => {
  const examples = sources.filter(({ text }) => text.includes("@example")).flatMap(examplesOf);
  // Beside package.json, so that packages are found; nothing is written there.
  const programs = examples.map((example, at) => ({ ...example, path: join(root, `docstring-${at}.ts`) }));
  const problems = compile(new Map(programs.map(({ path, code }) => [path, program(code)])));

  test.each(programs)("compiles at $place", ({ path }) => {
    expect(problems.get(path)).toEqual([]);
  });

  test("is there for each of the main verbs", () => {
    const shown = examples.map(({ code }) => code).join("\n");
    const verbs = "query stream batches arrowBatches arrow script describe insert unload load export tables columns";
    const calls = [...verbs.split(" "), "session", "transaction", "connectionString"].map((verb) => `db.${verb}`);
    for (const call of [...calls, "connectWarehouse", "getCredentials", "listWarehouses", "writeArrow", "diagnose"]) {
      expect(shown).toMatch(new RegExp(`\\b${call.replace(".", "\\.")}[<(]`));
    }
  });
});

describe("the docstring of an option", () => {
  test("tells its default", () => {
    // Those of the command and of the SQL that the stand-ins read are nobody's to pass.
    const options = sources
      .filter(({ fileName }) => !/^src\/(?:cli|testing\/\w+\/(?:bulk|sql))\//.test(fileName))
      .flatMap(optionsOf);
    expect(options.length).toBeGreaterThan(100);
    expect(options.filter(({ text }) => !/\bdefault/i.test(text)).map(({ name }) => name)).toEqual([]);
  });
});

function examplesOf(source: ts.SourceFile): Example[] {
  return descendants(source)
    .flatMap((node) => ts.getJSDocTags(node).map((tag) => ({ node, tag })))
    .filter(({ node, tag }) => tag.tagName.text === "example" && tag.parent.parent === node)
    .map(({ tag }) => {
      const line = source.getLineAndCharacterOfPosition(tag.getStart()).line + 1;
      const code = /^```ts\n([^]*)\n```$/.exec(ts.getTextOfJSDocComment(tag.comment) ?? "")?.[1];
      if (code === undefined) throw new Error(`The example at ${source.fileName}:${line} is no fenced block of ts.`);
      return { place: `${source.fileName}:${line}`, code };
    });
}

/** Completes an example: it is about a `db` that is open already, unless it opens one. */
function program(code: string): string {
  const opened = /\bconst db\b/.test(code) ? "" : `declare const db: import("peak-warehouse").Warehouse;\n`;
  return `${opened}${code}\nexport {};`;
}

/** The optional properties of the exported interfaces that are options by their name. */
function optionsOf(source: ts.SourceFile): Option[] {
  return source.statements
    .filter(ts.isInterfaceDeclaration)
    .filter((declaration) => ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Export)
    .filter(({ name }) => /(?:Options|Overrides|ResultLimits|Filter)$/.test(name.text))
    .flatMap(({ name, members }) =>
      members
        .filter((member) => member.questionToken !== undefined)
        .map((member) => ({
          name: `${name.text}.${member.name?.getText()}`,
          text: ts
            .getJSDocCommentsAndTags(member)
            .map((comment) => comment.getText())
            .join("\n"),
        })),
    );
}

function descendants(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [node];
  ts.forEachChild(node, (child) => {
    found.push(...descendants(child));
  });
  return found;
}
