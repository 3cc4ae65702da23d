import type { BoundValue } from "./bind.ts";

/** Is a statement as the client sent it, with what it bound. */
export interface RedshiftStatement {
  readonly pid: number;
  readonly sql: string;
  readonly params?: readonly BoundValue[];
}

/** Keeps what was run: the latest statements, as many as fit. */
export interface Journal {
  /** Adds a statement; gives its number, counted from 1. */
  add(statement: RedshiftStatement): number;
  entries(): readonly RedshiftStatement[];
  /** Forgets them; numbers go on. */
  clear(): void;
}

const keptStatements = 10_000;
// Inserts of 16 MB each must not pile up for the sake of a test that looks at none of them.
const keptCharacters = 32 * 1024 * 1024;

/** Makes an empty journal. */
export function createJournal(): Journal {
  let kept: { readonly statement: RedshiftStatement; readonly size: number }[] = [];
  let characters = 0;
  let count = 0;
  return {
    add(statement) {
      const size = sizeOf(statement);
      kept.push({ statement, size });
      characters += size;
      let dropped = 0;
      for (; kept.length - dropped > keptStatements || characters > keptCharacters; dropped++) {
        characters -= kept[dropped]?.size ?? 0;
      }
      if (dropped > 0) kept = kept.slice(dropped);
      return ++count;
    },
    clear() {
      kept = [];
      characters = 0;
    },
    entries: () => kept.map(({ statement }) => statement),
  };
}

const sizeOf = ({ sql, params = [] }: RedshiftStatement): number =>
  params.reduce((sum, value) => sum + (value?.length ?? 0), sql.length);
