import type { CallReport } from "./worker.ts";
import type { Kind } from "./tables.ts";

/** Counts calls by what they were and how they ended. */
export interface Tally {
  record(call: CallReport): void;
  /** How many calls there were, and how many of them ended well. */
  totals(): { readonly calls: number; readonly done: number };
  /** What was done on each warehouse, as a table. */
  table(): string;
}

interface Line {
  readonly kind: Kind;
  readonly operation: string;
  readonly ms: number[];
  readonly results: Map<string, number>;
}

/** Makes an empty tally. */
export function openTally(): Tally {
  const lines = new Map<string, Line>();
  return {
    record({ kind, operation, ms, result }) {
      const key = `${kind} ${operation}`;
      const line = lines.get(key) ?? { kind, operation, ms: [], results: new Map<string, number>() };
      lines.set(key, line);
      line.ms.push(ms);
      line.results.set(result, (line.results.get(result) ?? 0) + 1);
    },
    totals() {
      const all = [...lines.values()];
      return {
        calls: all.reduce((sum, { ms }) => sum + ms.length, 0),
        done: all.reduce((sum, { results }) => sum + (results.get("done") ?? 0), 0),
      };
    },
    table() {
      const rows = [...lines.values()]
        .sort((one, other) => one.kind.localeCompare(other.kind) || one.operation.localeCompare(other.operation))
        .map(({ kind, operation, ms, results }) => [
          kind,
          operation,
          String(ms.length),
          quantile(ms, 0.5).toFixed(0),
          quantile(ms, 0.99).toFixed(0),
          [...results].sort().map(([result, count]) => `${result} ${count}`).join(", "), // prettier-ignore
        ]);
      return aligned([["warehouse", "operation", "calls", "p50 ms", "p99 ms", "ended with"], ...rows]);
    },
  };
}

/** Gives the value below which that part of the numbers lies; 0 for none. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

/** Sets rows of text in columns as wide as their widest cell. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()).join("\n"); // prettier-ignore
}
