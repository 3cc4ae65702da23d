import { clockCall } from "../time.ts";
import { numericName } from "../numerics.ts";
import type { SqlMode } from "./settings.ts";
import type { Statement } from "./statement.ts";

const dateParts = new Set(["dateadd", "datediff", "date_part", "date_add", "date_diff", "datepart"]);

/** Translates what may stand anywhere in a statement: identifiers, type names and the syntax of functions. */
export function translateExpressions(statement: Statement, mode: SqlMode): void {
  for (let at = 0; at < statement.tokens.length; at++) {
    const kind = statement.tokens[at]?.kind;
    if (kind === "quoted" && !mode.caseSensitive) foldQuoted(statement, at);
    if (kind === "word") translateWord(statement, at, mode);
  }
}

function foldQuoted(statement: Statement, at: number): void {
  const text = statement.text(at);
  if (folded(text) !== text) statement.replace(at, at, folded(text));
}

/** Folds a name as Redshift does, ASCII only; the bytes of other letters stay. */
export const folded = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

function translateWord(statement: Statement, at: number, mode: SqlMode): void {
  const called = statement.word(at + 1) === "(";
  const word = statement.word(at);
  if (mode.isClocked) tellTime(statement, at);
  else if (word === "sysdate" && !called) statement.replace(at, at, "localtimestamp");
  const typed = statement.word(at - 1) === ":" || (statement.word(at - 1) === "as" && statement.word(at + 1) === ")");
  if (typed && (word === "numeric" || word === "decimal")) bareNumeric(statement, at);
  if (!called) return;
  switch (word) {
    case "varchar":
    case "nvarchar":
    case "varying":
      if (statement.words(at + 2, "max", ")")) statement.replace(at + 2, at + 2, "65535");
      if (word === "nvarchar") statement.replace(at, at, "varchar");
      break;
    case "numeric":
    case "decimal":
      translateNumeric(statement, at, mode);
      break;
    case "varbyte":
    case "varbinary":
      // The domain that stands for the type takes no length.
      if (statement.tokens[at + 2]?.kind === "number") statement.replace(at + 1, statement.closing(at + 1), "");
      break;
    case "nvl":
      statement.replace(at, at, "coalesce");
      break;
    case "json_serialize":
      // A keyword of PostgreSQL's since 17, unless its schema is named.
      if (statement.word(at - 1) !== ".") statement.replace(at, at, "pg_catalog.json_serialize");
      break;
    case "listagg":
      moveOrder(statement, at);
      break;
    default:
      // The unit is a bare word on Redshift, an argument like any other here.
      if (dateParts.has(word) && statement.tokens[at + 2]?.kind === "word" && statement.word(at + 3) === ",") {
        statement.replace(at + 2, at + 2, `'${statement.word(at + 2)}'`);
      }
  }
}

/** Words that tell the time are no functions, which could be put under a clock; a precision that they are given goes with them. */
function tellTime(statement: Statement, at: number): void {
  const call = statement.word(at - 1) === "." ? undefined : clockCall(statement.word(at));
  if (call) statement.replace(at, statement.word(at + 1) === "(" ? statement.closing(at + 1) : at, call);
}

/** Without a precision the type is NUMERIC(18,0) on Redshift, and of any scale on PostgreSQL. */
export function bareNumeric(statement: Statement, at: number): void {
  if (statement.word(at + 1) !== "(") statement.replace(at, at, numericName(18, 0));
}

/** `NUMERIC(p)` or `NUMERIC(p, s)`, with the precision that Redshift has. */
function translateNumeric(statement: Statement, at: number, { numericTypes }: SqlMode): void {
  const close = statement.closing(at + 1);
  const precision = Number(statement.text(at + 2));
  const scale = close === at + 3 ? 0 : Number(statement.text(at + 4));
  const name = numericName(precision, scale);
  if (precision > 38) {
    statement.refuse({ code: "22023", message: `NUMERIC precision ${precision} must be between 1 and 38` });
  } else if (numericTypes.has(name)) {
    statement.replace(at, close, name);
  }
}

/** `LISTAGG(…) WITHIN GROUP (ORDER BY …)` orders inside the call on PostgreSQL. */
function moveOrder(statement: Statement, at: number): void {
  const close = statement.closing(at + 1);
  if (!statement.words(close + 1, "within", "group", "(")) return;
  const end = statement.closing(close + 3);
  const order = statement.between(close + 4, end - 1);
  statement.replace(close, end, ` ${order})`);
}
