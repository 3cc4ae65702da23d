/** Is what a journal keeps of a statement at least; a value that was bound may be a list of values. */
interface Recorded {
  readonly sql: string;
  readonly params?: readonly (Value | readonly Value[])[];
}

type Value = string | Uint8Array | null;

/** Keeps what was run: the latest statements, as many as fit. */
export interface Journal<Statement> {
  /** Adds a statement; gives its number, counted from 1. */
  add(statement: Statement): number;
  entries(): readonly Statement[];
  /** Forgets them; numbers go on. */
  clear(): void;
}

const keptStatements = 10_000;
// Inserts of 16 MB each must not pile up for the sake of a test that looks at none of them.
const keptCharacters = 32 * 1024 * 1024;

/** Makes an empty journal. */
export function createJournal<Statement extends Recorded>(): Journal<Statement> {
  let kept: { readonly statement: Statement; readonly size: number }[] = [];
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

const sizeOf = ({ sql, params = [] }: Recorded): number =>
  params.flat().reduce((sum: number, value) => sum + (value?.length ?? 0), sql.length);
