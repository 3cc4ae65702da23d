import type { Name, StagePlace } from "./ast.ts";
import type { Cursor } from "./cursor.ts";

/** Tells whether a stage comes next, written bare or as a string. */
export const seesStage = (at: Cursor): boolean =>
  at.peek().kind === "stage" || (at.peek().kind === "string" && at.peek().value.startsWith("@"));

const part = /"((?:[^"]|"")*)"|([^./"]+)/y;

/** Parses `@[database.][schema.]stage[/path]`, bare or as a string. Throws 0A000 for the stages of users and tables. */
export function stagePlace(at: Cursor): StagePlace {
  if (!seesStage(at)) throw at.unexpected();
  const { value: raw } = at.peek();
  if (/^@[~%]/.test(raw) || /^@[^/]*\.%/.test(raw)) throw at.unsupported("The internal stage of a user or a table");
  const path: Name[] = [];
  let offset = 1;
  do {
    part.lastIndex = offset;
    const match = part.exec(raw);
    if (match === null) throw at.unexpected();
    path.push(match[1]?.replaceAll('""', '"') ?? (match[2] ?? "").toUpperCase());
    offset = part.lastIndex + 1;
  } while (raw[offset - 1] === "." && path.length < 3);
  if (offset <= raw.length && raw[offset - 1] !== "/") throw at.unexpected();
  at.next();
  return { path, rest: raw.slice(offset) };
}
