import { readFileSync } from "node:fs";

/** A fenced block of the README. */
export interface Block {
  /** `ts`, `js`, `sh`. */
  readonly language: string;
  readonly code: string;
  /** The nearest heading above, and the block's line: for the names of tests. */
  readonly heading: string;
  readonly line: number;
  /** What the comment above it says: run as every tenant (`runs`), run by itself (`runs once`), or only compiled. */
  readonly runs: "as every tenant" | "once" | undefined;
}

/** A table of the README: its header and its rows, cell by cell, without the blanks around them. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The README's text. */
export const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

const lines = readme.split("\n");

/** Gives every fenced block in its order. */
export function blocks(): Block[] {
  const found: Block[] = [];
  let heading = "";
  let mark: Block["runs"];
  for (let line = 0; line < lines.length; line++) {
    const text = lines[line] ?? "";
    if (text.startsWith("#")) heading = text.replace(/^#+ /, "");
    if (text.startsWith("<!-- runs")) mark = text.includes("runs once") ? "once" : "as every tenant";
    if (!text.startsWith("```")) continue;
    const end = lines.indexOf("```", line + 1);
    found.push({
      language: text.slice(3),
      code: lines.slice(line + 1, end).join("\n"),
      heading,
      line: line + 1,
      runs: mark,
    });
    mark = undefined;
    line = end;
  }
  return found;
}

/** Gives every heading, without its marks. */
export function headings(): string[] {
  return lines.filter((line) => /^#+ /.test(line)).map((line) => line.replace(/^#+ /, ""));
}

/** Gives the table whose header begins with these cells. Throws where there is none. */
export function tableOf(...firstCells: readonly string[]): Table {
  const start = lines.findIndex((line) => firstCells.every((cell, at) => cells(line)[at] === cell));
  if (start === -1) throw new Error(`The README has no table that begins with | ${firstCells.join(" | ")} |.`);
  const rows = lines.slice(start + 2);
  const length = rows.findIndex((line) => !line.startsWith("|"));
  return { header: cells(lines[start] ?? ""), rows: rows.slice(0, length).map(cells) };
}

/** Gives what stands in code marks in a cell. */
export function codes(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** A bar in code is no border of a cell here: the README has none. */
function cells(line: string): string[] {
  return line.startsWith("|")
    ? line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim())
    : [];
}

/**
 * Completes a block to a program: one that imports nothing of this package is about a `db` that is open already.
 *
 * @param opened what `db` is: declared for the compiler, opened for a run.
 */
export function program({ code, language }: Block, opened: "declared" | "opened"): string {
  if (language === "js" || code.includes('from "peak-warehouse')) return code;
  if (opened === "declared") return `declare const db: import("peak-warehouse").Warehouse;\n${code}`;
  return `import { connectWarehouse } from "peak-warehouse";\nconst db = await connectWarehouse();\n${code}\nawait db.close();`;
}
