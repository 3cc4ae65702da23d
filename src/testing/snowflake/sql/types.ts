import type { TypeRef } from "./ast.ts";
import type { Cursor } from "./cursor.ts";

const temporal = new Set(
  "DATE TIME DATETIME TIMESTAMP TIMESTAMP_NTZ TIMESTAMP_LTZ TIMESTAMP_TZ TIMESTAMPNTZ TIMESTAMPLTZ TIMESTAMPTZ".split(
    " ",
  ),
);

/** Tells whether a word before a string makes a literal of it, as in `date '2024-01-01'`. */
export const isTemporalWord = (word: string): boolean => temporal.has(word);

/** Parses the name of a type with its arguments; whether there is such a type is asked later. */
export function typeRef(at: Cursor): TypeRef {
  const token = at.next();
  if (token.kind !== "word") throw at.unexpected();
  let name = token.value;
  if (name === "DOUBLE") at.takes("PRECISION");
  if (at.takes("VARYING")) name = "VARCHAR";
  if (name === "TIMESTAMP") name = zoned(at);
  const args: number[] = [];
  if (name === "VECTOR" || name === "MAP") throw at.unsupported(`The type ${name}`);
  if ((name === "OBJECT" || name === "ARRAY") && at.sees("(")) throw at.unsupported(`A structured ${name}`);
  if (at.takes("(")) {
    at.list(() => {
      if (at.peek().kind !== "number") throw at.unexpected();
      args.push(Number(at.next().value));
    });
    at.expect(")");
  }
  if (name === "TIMESTAMP") name = zoned(at);
  return { name, args };
}

function zoned(at: Cursor): string {
  if (at.takes("WITH", "LOCAL", "TIME", "ZONE")) return "TIMESTAMP_LTZ";
  if (at.takes("WITH", "TIME", "ZONE")) return "TIMESTAMP_TZ";
  if (at.takes("WITHOUT", "TIME", "ZONE")) return "TIMESTAMP_NTZ";
  return "TIMESTAMP";
}
