import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import { documents, readDocument, root, type Document } from "./document.ts";
import { anchorsOf, linksOf } from "./links.ts";

/** What is wrong with a link; `undefined` where it leads somewhere. What lies on the network is not looked at. */
function problem(from: Document, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return link.startsWith("https://") ? undefined : `${link} is no https link`;
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? from.path : posix.join(posix.dirname(from.path), file);
  if (!existsSync(join(root, path))) return `there is no ${path}`;
  if (anchor === undefined) return undefined;
  const to = documents.find((document) => document.path === path);
  return to !== undefined && anchorsOf(to).has(anchor) ? undefined : `${path} has no heading for #${anchor}`;
}

describe("the documents' links", () => {
  const others = ["CHANGELOG.md", ".github/CONTRIBUTING.md"].map(readDocument);

  test.each([...documents, ...others])("in $path lead somewhere", (document) => {
    expect(linksOf(document).flatMap((link) => problem(document, link) ?? [])).toEqual([]);
  });

  test("lead from the index to every page, and from the README to the index", () => {
    const [readme, index] = ["README.md", "docs/README.md"].map((path) => documents.find((one) => one.path === path));
    const pages = documents.filter((one) => one !== readme && one !== index).map(({ path }) => posix.basename(path));
    expect(linksOf(index!)).toEqual(expect.arrayContaining(pages));
    expect(linksOf(readme!)).toContain("docs/README.md");
  });

  test("are made of headings as GitHub makes them", () => {
    const text = "# `db.query(sql, params?, options?)`\n## What we set, & why\n## A\n```sh\n# no heading\n```\n## A\n";
    expect([...anchorsOf({ path: "", text })]).toEqual(["dbquerysql-params-options", "what-we-set--why", "a", "a-1"]);
  });
});
