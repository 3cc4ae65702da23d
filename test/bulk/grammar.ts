/** A statement, taken apart by the grammar that its vendor documents. */
export interface Clauses {
  /** What each clause says, by its name; a literal is given as what it stands for. */
  readonly clauses: Readonly<Record<string, readonly string[]>>;
  /** The clauses in the order in which they stand. */
  readonly order: readonly string[];
}

/** What a clause looks like. `LITERAL` stands for a text in quotes, `NAME` for a quoted name. */
export type Grammar = readonly (readonly [name: string, form: RegExp])[];

/**
 * Takes a statement apart, clause by clause, and fails where it holds anything that the grammar does not know, or a clause twice. Written for
 * the tests alone, so that it shares no mistake with what writes the statements.
 */
export function takeApart(text: string, grammar: Grammar): Clauses {
  const { outline, literals, names } = outlined(text);
  const clauses: Record<string, readonly string[]> = {};
  const order: string[] = [];
  let rest = outline.trim();
  while (rest !== "") {
    const found = grammar
      .map(([name, form]) => ({ name, match: new RegExp(`^(?:${form.source})(?=\\s|$)`).exec(rest) }))
      .find(({ match }) => match !== null);
    if (found?.match == null) throw new Error(`no clause of the grammar: ${rest}`);
    if (found.name in clauses) throw new Error(`twice: ${found.name}`);
    order.push(found.name);
    clauses[found.name] = [...found.match[0].matchAll(/LITERAL(\d+)|NAME(\d+)|[^\s(),=]+/g)].map(
      ([word, literal, name]) =>
        literal !== undefined
          ? (literals[Number(literal)] ?? "")
          : name !== undefined
            ? (names[Number(name)] ?? "")
            : word,
    );
    rest = rest.slice(found.match[0].length).trim();
  }
  return { clauses, order };
}

/**
 * Replaces literals and quoted names by numbered words, and leaves comments out, reading all of them as the servers do: a backslash escapes, a
 * quote is doubled.
 */
function outlined(text: string): { outline: string; literals: string[]; names: string[] } {
  const literals: string[] = [];
  const names: string[] = [];
  const quoted = /'((?:[^'\\]|''|\\[^])*)'|"((?:[^"]|"")*)"|--[^\n]*/g;
  const outline = text.replace(quoted, (_, literal?: string, name?: string) => {
    if (literal !== undefined) return `LITERAL${literals.push(unescaped(literal)) - 1}`;
    return name === undefined ? "" : `NAME${names.push(name.replaceAll('""', '"')) - 1}`;
  });
  return { outline, literals, names };
}

function unescaped(literal: string): string {
  return literal.replace(/\\([^])|''/g, (_mark, one: string | undefined) => one ?? "'");
}
