import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { codes, documentAt, root, tablesOf } from "./document.ts";

const quoted = tablesOf(documentAt("docs/troubleshooting.md")).flatMap(({ header, rows }) => {
  const column = header.indexOf("message");
  return column === -1 ? [] : rows.flatMap((row) => codes(row[column] ?? ""));
});

/** The source as its messages read: texts that are joined by `+` are one, and what is escaped is itself. */
const source = readdirSync(`${root}/src`, { encoding: "utf8", recursive: true })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => readFileSync(`${root}/src/${path}`, "utf8"))
  .join("\n")
  .replace(/["'`]\s*\+\s*["'`]/g, "")
  .replace(/\\(["'`])/g, "$1");

/** Gives a message's clauses, which may be written in several places. What differs from time to time is `…` in the document, and not looked for. */
function fixedParts(message: string): string[] {
  return message
    .split(/…|(?<=[:.]) | (?=\()/)
    .map((part) => part.replace(/:$/, "").trim())
    .filter((part) => /\p{L}{2}/u.test(part));
}

describe("the messages that the page on troubleshooting explains", () => {
  test.each(quoted)("are ones that this package writes: %s", (message) => {
    expect(fixedParts(message)).not.toEqual([]);
    expect(fixedParts(message).filter((part) => !source.includes(part))).toEqual([]);
  });

  test("are told from others", () => {
    expect(fixedParts("No session was free within the … of …: all")).toEqual([
      "No session was free within the",
      "of",
      "all",
    ]);
    expect(source).not.toContain("No session is free");
  });
});
