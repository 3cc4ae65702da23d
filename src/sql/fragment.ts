import { invalidArgument, type WarehouseError } from "../errors.ts";
import type { Bind } from "../values/parameters.ts";
import { BindWriter, checked, type BoundText } from "./bound-text.ts";
import type { Dialect } from "./dialect.ts";
import { quoted } from "./identifiers.ts";
import { closesAt, InList } from "./in-list.ts";
import { Lexer, type TokenKind } from "./lexer.ts";
import { placeholderStyle } from "./placeholder-style.ts";
import { isNamePart } from "./spans.ts";

/** What a fragment is made of. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "identifier"; readonly names: readonly string[]; readonly exact: boolean }
  | { readonly kind: "value"; readonly bind: Bind; readonly where: string }
  | { readonly kind: "list"; readonly binds: readonly Bind[]; readonly where: string };

const brand = Symbol.for("peak-warehouse.Fragment");

/** A piece of SQL with its values, made by the `sql` tag. It never changes, and printing it shows no value. */
export class Fragment {
  constructor(parts: readonly Part[]) {
    // Not enumerable, so that whatever prints or copies this object leaves the values out.
    Object.defineProperty(this, brand, { value: Object.freeze([...parts]) });
    Object.freeze(this);
  }

  /**
   * Answers knex, which asks this of whatever it is told and would leave a condition that it does not know out of the statement.
   *
   * @throws `INVALID_ARGUMENT` always.
   */
  get isRawInstance(): never {
    throw invalidArgument("What sql`…` makes does not go into knex: write knex.raw(…) there, or db.query(sql`…`).");
  }

  /** Gives the text with a question mark for each value. */
  toJSON(): string {
    return outline(this);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `sql\`${outline(this)}\``;
  }
}

/** Tells whether a value is a fragment, also one made by another copy of this package. */
export function isFragment(value: unknown): value is Fragment {
  return typeof value === "object" && value !== null && brand in value;
}

/** Gives what a fragment is made of. */
export function partsOf(fragment: Fragment): readonly Part[] {
  // The constructor of every copy of this package has put the parts there.
  return (fragment as unknown as { [brand]: readonly Part[] })[brand];
}

/** Writes a fragment for people: every value is a question mark. */
function outline(fragment: Fragment): string {
  const pieces = partsOf(fragment).map((part) => {
    if (part.kind === "text") return part.text;
    return part.kind === "identifier" ? part.names.map(quoted).join(".") : "?";
  });
  return pieces.join("");
}

/** Where a value was written in the text. */
interface Hole {
  readonly start: number;
  readonly end: number;
  readonly isList: boolean;
  readonly where: string;
}

/**
 * Writes a fragment in a warehouse's own style.
 *
 * @throws `INVALID_ARGUMENT` where a value would not be a value of its own: inside quotes or a comment, grown together with a
 * word, or an array outside `IN (…)`; and as `bindParameters` does for values and limits.
 */
export function renderFragment(fragment: Fragment, dialect: Dialect): BoundText {
  const writer = new BindWriter(dialect);
  const holes: Hole[] = [];
  let text = "";
  for (const part of partsOf(fragment)) {
    if (part.kind === "text") text += part.text;
    else if (part.kind === "identifier") {
      text += part.names.map((name) => dialect[part.exact ? "exactIdentifier" : "identifier"](name)).join(".");
    } else {
      const { where } = part;
      const isList = part.kind === "list";
      const start = text.length;
      text += isList ? writer.writeList(part.binds, where) : writer.write(part.bind, where);
      holes.push({ start, end: text.length, isList, where });
    }
  }
  if (holes.length > 0) checkHoles(text, holes, dialect);
  return checked(text, writer.binds, dialect);
}

/** Reads the text as the server will and checks that it sees exactly the values that were written. */
function checkHoles(text: string, holes: readonly Hole[], dialect: Dialect): void {
  const lexer = new Lexer(text, dialect.lexis);
  const list = new InList();
  const ahead = holes.values();
  let hole = ahead.next().value;
  while (lexer.next()) {
    const { start, end } = lexer;
    while (hole !== undefined && hole.end <= start) hole = ahead.next().value;
    const isInside = hole !== undefined && start >= hole.start && end <= hole.end;
    if (hole !== undefined && end > hole.start && !isInside) throw misplaced(hole, lexer.kind);
    if (hole?.start === start && touchesWord(text, hole)) throw misplaced(hole, "word");
    if (hole?.isList === true && start === hole.start && !(list.isOpen && closesAt(text, hole.end, dialect.lexis))) {
      throw invalidArgument(
        `${hole.where} is an array, which goes only inside IN (…) by itself: use sql.json(value) to send it as JSON.`,
      );
    }
    if (!isInside && lexer.kind === "placeholder" && takesBind(text, start, dialect)) {
      throw invalidArgument(
        `The sql\`…\` text itself holds ${text.slice(start, end)}, which would take one of its values: write \${value} instead.`,
      );
    }
    list.see(lexer);
  }
}

/** A word that a placeholder touches is read in one way by one server and in another by the next. */
function touchesWord(text: string, { start, end }: Hole): boolean {
  return isNamePart(text, start - 1) || (isNamePart(text, end) && text[end - 1] !== ")");
}

/** Tells whether the server itself would give a bind to this placeholder. */
function takesBind(text: string, start: number, dialect: Dialect): boolean {
  const style = placeholderStyle(text, start);
  return dialect.numberedPlaceholders ? style === "$1" : style === "?" || style === ":1";
}

function misplaced(hole: Hole, kind: TokenKind): WarehouseError {
  const isQuoted = kind === "string" || kind === "identifier" || kind === "comment";
  return invalidArgument(
    isQuoted
      ? `${hole.where} stands inside quotes or a comment: a value needs no quotes, and a name is written with sql.id(name).`
      : `${hole.where} touches a word or number: put a space between them, or write a name with sql.id(name).`,
  );
}
