/** Writes rows of texts as a Markdown table whose columns line up: it reads as well on a terminal. Only the first column is aligned left. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(3, title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (i === 0 ? (cells[i] ?? "").padEnd(width) : (cells[i] ?? "").padStart(width))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** Writes a number with about three digits. */
export function short(number: number): string {
  if (number >= 1_000_000) return `${short(number / 1_000_000)} M`;
  if (number >= 10_000) return `${Math.round(number / 1000)} k`;
  if (number >= 100) return number.toFixed(0);
  return number.toFixed(number >= 10 ? 1 : 2);
}

const mebibyte = 2 ** 20;

/** Writes a size in bytes as megabytes. */
export function megabytes(bytes: number): string {
  return (bytes / mebibyte).toFixed(0);
}
