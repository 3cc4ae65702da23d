import type { RedshiftError } from "./errors.ts";

/** Is a conflict with another transaction that a statement is to lose. */
export interface RedshiftConflict {
  /** Who loses: `commit` is COMMIT and END; `statement` any but those, BEGIN, ROLLBACK and SET. */
  readonly on: "statement" | "commit";
  /** Which of them from now on, counted from 1 over all sessions; default 1. */
  readonly nth?: number;
  /** `1023`, the default, is a serializable isolation violation; `concurrent` is the same under snapshot isolation. */
  readonly error?: "1023" | "concurrent";
}

/** Keeps the conflicts that are still to come. */
export interface Conflicts {
  /** Returns what undoes it. */
  add(conflict: RedshiftConflict): () => void;
  /** Counts a statement and gives the error that it is to meet, if any. */
  next(sql: string): RedshiftError | undefined;
}

const control = /^\s*(?:begin|start|commit|end|rollback|abort|set|reset)\b/i;

/** Whether the text commits the transaction. */
export const isCommit = (sql: string): boolean => /^\s*(?:commit|end)\b/i.test(sql);

/** Makes an empty list. */
export function createConflicts(): Conflicts {
  const waiting = new Set<{ readonly conflict: RedshiftConflict; left: number }>();
  return {
    add(conflict) {
      const entry = { conflict, left: conflict.nth ?? 1 };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    },
    next(sql) {
      const meets = isCommit(sql) ? "commit" : control.test(sql) ? undefined : "statement";
      let lost: RedshiftConflict | undefined;
      for (const entry of waiting) {
        if (entry.conflict.on !== meets || --entry.left > 0) continue;
        waiting.delete(entry);
        lost ??= entry.conflict;
      }
      return lost && errors[lost.error ?? "1023"];
    },
  };
}

/** Words and fields as clients report them: snowplow-rdb-loader#557 and amazon-redshift-jdbc-driver#147 on GitHub. */
const errors: Readonly<Record<"1023" | "concurrent", RedshiftError>> = {
  "1023": {
    code: "XX000",
    message: "1023",
    detail:
      "Serializable isolation violation on table - 100167, transactions forming the cycle are: 55705701, 55705754 (pid:16606)",
  },
  concurrent: { code: "XX000", message: "could not complete because of conflict with concurrent transaction" },
};
