import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What a file imports when it is loaded: nothing of what it imports late, and no types. */
function importsOf(file: URL): string[] {
  const statement = /^(?:import|export) (?!type\b)(?:([^"';]*) from )?"([^"]+)"/gm;
  return [...readFileSync(file, "utf8").matchAll(statement)]
    .filter(([, names = ""]) => !/^\{\s*(?:type \w+,?\s*)+\}$/.test(names))
    .map(([, , specifier = ""]) => specifier);
}

test("help and version load commander, and hardly more of the library than its errors", () => {
  const source = new URL("../../src/", import.meta.url);
  const seen = new Set<string>();
  const visit = (file: URL): void => {
    for (const specifier of importsOf(file)) {
      const found = specifier.startsWith(".") ? new URL(specifier, file) : undefined;
      const name = found?.href.slice(source.href.length) ?? specifier;
      if (seen.has(name)) continue;
      seen.add(name);
      if (found !== undefined) visit(found);
    }
  };
  visit(new URL("cli/main.ts", source));
  expect(seen).toContain("cli/query.ts");
  const others = [...seen].filter((name) => !/^(?:cli\/|node:)/.test(name));
  expect(others.sort()).toEqual(["commander", "errors.ts", "files/whole-file.ts"]);
});
