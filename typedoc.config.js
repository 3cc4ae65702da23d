import { Converter } from "typedoc";

/**
 * Settings of `npm run docs`: the reference of the three entries, with the README as its first page and docs/ beside it, in site/. Any warning fails it.
 *
 * A program and not JSON for the sake of {@link titleDocuments} and {@link nameHeadingsByTheirCode}.
 *
 * @type {Partial<import("typedoc").TypeDocOptions>}
 */
export default {
  name: "peak-warehouse",
  includeVersion: true,
  // `npm run types` has checked them, and would be waited for twice.
  skipErrorChecking: true,
  entryPoints: ["src/index.ts", "src/testing/index.ts", "src/opentelemetry/index.ts"],
  readme: "README.md",
  projectDocuments: ["docs/*.md"],
  out: "site",
  // No host of the source is known, and a reference that is made again is to be the same.
  disableSources: true,
  hideGenerator: true,
  githubPages: false,
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  groupOrder: ["Documents", "Modules", "Functions", "Variables", "Classes", "Interfaces", "Type Aliases", "*"],
  highlightLanguages: ["ts", "js", "json", "sh", "sql", "python"],
  plugin: [titleDocuments],
  markdownItLoader: nameHeadingsByTheirCode,
  // Properties are not: `port` says what it is. That options tell their defaults, test/docstrings.test.ts sees to.
  requiredToBeDocumented: [
    "Module",
    "Enum",
    "Variable",
    "Function",
    "Class",
    "Interface",
    "TypeAlias",
    "Method",
    "Accessor",
  ],
  validation: {
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    notDocumented: true,
    unusedMergeModuleWith: true,
  },
  treatWarningsAsErrors: true,
};

/**
 * Names the pages of docs/ by their headings instead of their files.
 *
 * @param {import("typedoc").Application} app
 */
function titleDocuments(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, page) => {
    const [, title] = /^# (.+)$/m.exec(page.content.map(({ text }) => text).join("")) ?? [];
    if (title !== undefined) page.name = title;
  });
}

/**
 * Has headings that are code, as most of the README's are, named as elsewhere: `#dbqueryseql-params-options`. typedoc reads a heading's name from
 * its tokens of text, and passes over those of code, which have no parts; so each gets its text as its part.
 *
 * @param parser - markdown-it's.
 */
function nameHeadingsByTheirCode(parser) {
  parser.core.ruler.push("heading_code", ({ tokens, Token }) => {
    for (const [at, { type }] of tokens.entries()) {
      if (type !== "heading_open") continue;
      for (const part of tokens[at + 1].children.filter((child) => child.type === "code_inline")) {
        part.children = [Object.assign(new Token("text", "", 0), { content: part.content })];
      }
    }
  });
}
