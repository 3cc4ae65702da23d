/** Sets rows as a table for the terminal: numbers to the right, everything else to the left, two blanks between columns. */
export function table(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const columns = Object.keys(rows[0] ?? {}).map((name) => {
    const cells = [name, ...rows.map((row) => shown(row[name]))];
    const width = Math.max(...cells.map((cell) => cell.length));
    const toTheRight = rows.every((row) => row[name] === null || typeof row[name] === "number");
    return cells.map((cell) => (toTheRight ? cell.padStart(width) : cell.padEnd(width)));
  });
  const lines = [-1, ...rows.keys()].map((row) => columns.map((cells) => cells[row + 1]).join("  "));
  return lines.map((line) => `  ${line.trimEnd()}\n`).join("");
}

function shown(value: unknown): string {
  return value === null ? "null" : typeof value === "string" ? value : JSON.stringify(value);
}
