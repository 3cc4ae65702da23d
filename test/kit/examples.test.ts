import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { blocksOf, documentAt, root } from "../documents/document.ts";

const examples = readdirSync(join(root, "examples"), { encoding: "utf8", recursive: true }).filter((path) => /\.\w+$/.test(path)); // prettier-ignore
const shown = blocksOf(documentAt("docs/testing.md")).map(({ code }) => `${code}\n`);

test.each(examples)("the guide shows examples/%s as it is", (path) => {
  expect(shown).toContain(readFileSync(join(root, "examples", path), "utf8"));
});
