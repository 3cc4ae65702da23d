import type { LoadError } from "./load-errors.ts";

/** What a COPY INTO did with one file. */
export interface LoadedFile {
  readonly url: string;
  readonly etag: string;
  readonly lastModified: number;
  readonly bytes: number;
  readonly status: "LOADED" | "PARTIALLY_LOADED" | "LOAD_FAILED";
  readonly parsed: number;
  readonly loaded: number;
  readonly errorLimit: number;
  readonly errors: readonly LoadError[];
}

/** One COPY INTO of the past. */
export interface LoadJob {
  readonly queryId: string;
  readonly sessionId: string;
  /** The id of the table. */
  readonly table: number;
  readonly at: number;
  readonly transformed: boolean;
  readonly files: readonly LoadedFile[];
}

/** How long Snowflake remembers which files a table was loaded from. */
const remembered = 64 * 86_400_000;
const keptJobs = 1000;

interface Remembered {
  readonly etag: string;
  readonly at: number;
  readonly isPartial: boolean;
}

/** The loads of an account. */
export interface History {
  record(job: LoadJob): void;
  /** Tells whether a table was loaded from this very content of a file, or from part of it; `uncertain` when that was too long ago to be remembered. */
  isLoaded(table: number, file: { url: string; etag: string }): "loaded" | "partial" | "uncertain" | "no";
  jobs(): readonly LoadJob[];
  /** Forgets what a table was loaded from, as TRUNCATE does. */
  forget(table: number): void;
  clear(): void;
}

/** Makes an empty history. */
export function createHistory(now: () => number): History {
  const jobs: LoadJob[] = [];
  const loads = new Map<number, Map<string, Remembered>>();
  return {
    record: (job) => {
      jobs.push(job);
      if (jobs.length > keptJobs) jobs.shift();
      const known = loads.get(job.table) ?? new Map<string, Remembered>();
      loads.set(job.table, known);
      for (const { url, etag, status } of job.files)
        if (status !== "LOAD_FAILED") known.set(url, { etag, at: job.at, isPartial: status === "PARTIALLY_LOADED" });
    },
    isLoaded: (table, { url, etag }) => {
      const found = loads.get(table)?.get(url);
      if (found?.etag !== etag) return "no";
      if (now() - found.at > remembered) return "uncertain";
      return found.isPartial ? "partial" : "loaded";
    },
    jobs: () => jobs,
    forget: (table) => loads.delete(table),
    clear: () => {
      jobs.length = 0;
      loads.clear();
    },
  };
}
