import { cut, widthWithin } from "./display-width.ts";
import type { Paint } from "./paint.ts";

/** A column as a table shows it. */
export interface TableColumn {
  readonly title: string;
  /** Numbers stand to the right, and are never cut: a part of one is another one. */
  readonly isNumber: boolean;
}

/** The cells of a row; `undefined` is NULL. */
export type TableRow = readonly (string | undefined)[];

/** How a table looks once its widths are known. Every text ends its last line. */
export interface Layout {
  /** What stands above the first row. */
  readonly head: string;
  /** Writes one row. */
  row(cells: TableRow): string;
}

/** What a table is shown on. */
export interface Screen {
  /** Columns of the terminal; `undefined` where there is no end to a line. */
  readonly width: number | undefined;
  readonly paint: Paint;
}

const nullText = "NULL";
const narrowest = 8;
/** Where lines have no end, a column is no wider for the sake of those below: one long text would fill all others up with blanks. */
const widest = 200;

/**
 * Chooses the widths of a table by its first rows. Where lines have an end and the columns do not fit, the widest texts are cut; where that
 * would leave too little of them, each row becomes a record of lines instead.
 */
export function tableLayout(columns: readonly TableColumn[], sample: readonly TableRow[], screen: Screen): Layout {
  const limit = screen.width ?? widest;
  const natural = columns.map(({ title }, index) =>
    Math.max(1, ...[title, ...sample.map((row) => row[index] ?? nullText)].map((text) => widthWithin(text, limit))),
  );
  if (screen.width === undefined) return grid(columns, natural, false, screen);
  const room = screen.width - 3 * columns.length + 1;
  const least = natural.map((width, index) => (columns[index]?.isNumber === true ? width : Math.min(width, narrowest)));
  if (sum(least) > room) return records(columns, screen);
  return grid(columns, fitted(natural, least, room), true, screen);
}

/** Gives what remains beyond the columns that need little to those that need much, in equal parts. */
function fitted(natural: readonly number[], least: readonly number[], room: number): number[] {
  let cap = Math.max(...natural, 0);
  const capped = () => natural.map((width, index) => Math.max(Math.min(width, cap), least[index] ?? 0));
  while (sum(capped()) > room) cap--;
  return capped();
}

function grid(columns: readonly TableColumn[], widths: readonly number[], cuts: boolean, { paint }: Screen): Layout {
  const line = (cells: readonly string[], separator: string) =>
    cells
      .map((cell) => ` ${cell} `)
      .join(separator)
      .trimEnd() + "\n";
  const fill = (text: string, index: number, isNumber: boolean) => {
    const width = widths[index] ?? 0;
    const shown = cuts && !isNumber ? cut(text, width) : text;
    const blank = " ".repeat(width - widthWithin(shown, width));
    return isNumber ? blank + shown : shown + blank;
  };
  const titles = columns.map(({ title, isNumber }, index) => paint.bold(fill(title, index, isNumber)));
  const rule = widths.map((width) => "─".repeat(width + 2)).join("┼");
  return {
    head: `${line(titles, paint.dim("│"))}${paint.dim(rule)}\n`,
    row: (cells) =>
      line(
        columns.map(({ isNumber }, index) => {
          const cell = cells[index];
          return cell === undefined ? paint.dim(fill(nullText, index, isNumber)) : fill(cell, index, isNumber);
        }),
        paint.dim("│"),
      ),
  };
}

function records(columns: readonly TableColumn[], { width = Infinity, paint }: Screen): Layout {
  const longest = Math.max(1, Math.floor((width - 3) / 2));
  const titleWidth = Math.max(1, ...columns.map(({ title }) => widthWithin(title, longest)));
  let number = 0;
  return {
    head: "",
    row(cells) {
      number++;
      const lines = columns.map(({ title }, index) => {
        const shown = cut(title, titleWidth);
        const name = paint.bold(shown + " ".repeat(titleWidth - widthWithin(shown, titleWidth)));
        const cell = cells[index];
        const room = Math.max(narrowest, width - titleWidth - 3);
        return `${name} ${paint.dim("│")} ${cell === undefined ? paint.dim(nullText) : cut(cell, room)}\n`;
      });
      return `${paint.dim(`── row ${number} ──`)}\n${lines.join("")}`;
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
