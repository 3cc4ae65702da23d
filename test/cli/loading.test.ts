import { expect, test } from "vitest";
import { importsOf } from "../imports.ts";

test("help and version load commander, and hardly more of the library than its errors", () => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    for (const { target, isPackage, kind } of importsOf(file)) {
      if (kind !== "value" || seen.has(target)) continue;
      seen.add(target);
      if (!isPackage) visit(target);
    }
  };
  visit("cli/main.ts");
  expect(seen).toContain("cli/query.ts");
  const others = [...seen].filter((name) => !name.startsWith("cli/"));
  expect(others.sort()).toEqual(["commander", "errors.ts", "files/whole-file.ts"]);
});
