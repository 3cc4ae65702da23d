import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where the documents lie. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A page in Markdown: the README, or one of `docs/`. */
export interface Document {
  /** From the root: `docs/connect.md`. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of a document. */
export interface Block {
  readonly document: Document;
  /** `ts`, `js`, `sh`. */
  readonly language: string;
  readonly code: string;
  /** The nearest heading above, and the block's line: for the names of tests. */
  readonly heading: string;
  readonly line: number;
  /** What the comment above it says of it. */
  readonly mark: Mark | undefined;
}

/** What is done with a block besides what is done with all of its language: `<!-- runs -->` and its like. */
export interface Mark {
  /**
   * `runs`: as every tenant, and what it prints is the same on both warehouses; `runs differently`: as every tenant; `runs once`: by itself,
   * in no tenant's environment; `prints`: it is what the program before it prints.
   */
  readonly kind: "runs" | "runs differently" | "runs once" | "prints";
  /** Code that is added to the program to use what it defines: what follows in the comment. */
  readonly use: string;
}

/** A table of a document: its header and its rows, cell by cell, without the blanks around them. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The reference. */
export const readme = readDocument("README.md");

/** Every document, the README first. */
export const documents: readonly Document[] = [
  readme,
  ...readdirSync(`${root}/docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => readDocument(`docs/${name}`)),
];

/** Gives one of {@link documents}. Throws where there is no such page. */
export function documentAt(path: string): Document {
  const found = documents.find((document) => document.path === path);
  if (found === undefined) throw new Error(`There is no ${path}.`);
  return found;
}

/** Reads any page in Markdown. */
export function readDocument(path: string): Document {
  return { path, text: readFileSync(`${root}/${path}`, "utf8") };
}

/** A comment of its own lines, or a fenced block, whichever comes first. */
const marked = /^<!-- (runs differently|runs once|runs|prints)\b([^]*?)-->$|^```(\w*)\n([^]*?)^```$|^#+ (.*)$/gm;

/** Gives every fenced block of a document in its order. */
export function blocksOf(document: Document): Block[] {
  const found: Block[] = [];
  let heading = "";
  let mark: Mark | undefined;
  for (const match of document.text.matchAll(marked)) {
    const [, kind, use = "", language = "", code, title] = match;
    if (title !== undefined) heading = title;
    // One of the pattern's words.
    if (kind !== undefined) mark = { kind: kind as Mark["kind"], use };
    if (code === undefined) continue;
    const line = document.text.slice(0, match.index).split("\n").length;
    found.push({ document, language, code: code.replace(/\n$/, ""), heading, line, mark });
    mark = undefined;
  }
  return found;
}

/** Gives every heading of a document, without its marks; what looks like one in a block is none. */
export function headingsOf({ text }: Document): string[] {
  return withoutBlocks(text)
    .split("\n")
    .flatMap((line) => /^#+ (.*)$/.exec(line)?.[1] ?? []);
}

/** Gives a document's text with empty lines for its fenced blocks. */
export function withoutBlocks(text: string): string {
  return text.replace(/^```[^]*?^```$/gm, (block) => block.replace(/.+/g, ""));
}

/** Gives every table of a document in its order. */
export function tablesOf({ text }: Document): Table[] {
  const found = withoutBlocks(text).matchAll(/^(\|.*)\n\| ?:?-.*\n((?:\|.*\n?)*)/gm);
  return [...found].map(([, header = "", rows = ""]) => ({
    header: cells(header),
    rows: rows.trimEnd().split("\n").map(cells),
  }));
}

/** Gives the table whose header begins with these cells. Throws where there is none. */
export function tableOf(document: Document, ...firstCells: readonly string[]): Table {
  const found = tablesOf(document).find(({ header }) => firstCells.every((cell, at) => header[at] === cell));
  if (found === undefined)
    throw new Error(`${document.path} has no table that begins with | ${firstCells.join(" | ")} |.`);
  return found;
}

/** Gives what stands in code marks in a text. */
export function codes(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** A bar in code is no border of a cell here: no table has one. */
function cells(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
