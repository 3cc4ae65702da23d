import type { Statement } from "./statement.ts";

/** Refuses, in Redshift's words, what PostgreSQL would run and Redshift does not know. */
export function refuseUnsupported(statement: Statement): void {
  const command = unsupportedCommand(statement);
  if (command) {
    const text = statement.between(0, statement.tokens.length - 1);
    statement.refuse({ code: "0A000", message: `SQL command "${text}" not supported.` });
    return;
  }
  const first = statement.word(0);
  if (first === "copy" && statement.tokens.some((_, at) => statement.words(at, "from", "stdin"))) {
    statement.refuse(noLoadSource);
  } else if (first === "copy" || first === "unload") {
    statement.refuse({ code: "0A000", message: `${first.toUpperCase()} is not supported by the stand-in.` });
  }
  if (first === "values") statement.refuseAt(0);
  const writes = ["insert", "update", "delete", "with"].includes(first);
  for (let at = 0; at < statement.tokens.length; at++) {
    const kind = statement.tokens[at]?.kind;
    if (kind === "escape") statement.refuse({ code: "42704", message: 'type "e" does not exist' });
    else if (kind === "parameter") refuseParameter(statement, at);
    else if (kind === "word") refuseWord(statement, at, writes);
  }
}

/** As users of psycopg2's copy_from() report it; no documentation of Amazon's words it. */
const noLoadSource = {
  code: "XX000",
  message: "LOAD source is not supported. (Hint: only S3 or DynamoDB or EMR based load is allowed)",
};

function unsupportedCommand(statement: Statement): boolean {
  switch (statement.word(0)) {
    case "savepoint":
    case "release":
    case "listen":
    case "unlisten":
    case "notify":
      return true;
    case "rollback":
      return statement.tokens.some((_, index) => statement.word(index) === "to");
    case "create":
      return (
        ["index", "trigger", "sequence", "rule"].includes(statement.word(1)) || statement.words(1, "unique", "index")
      );
    default:
      return false;
  }
}

function refuseWord(statement: Statement, at: number, writes: boolean): void {
  switch (statement.word(at)) {
    case "returning":
      if (writes) statement.refuseAt(at);
      break;
    case "on":
      if (writes && statement.words(at + 1, "conflict")) statement.refuseAt(at);
      break;
    case "values":
      if (statement.word(at - 1) === "(" && statement.word(at + 1) === "(") statement.refuseAt(at);
      break;
    case "for":
      if (["update", "share"].includes(statement.word(at + 1))) {
        statement.refuse({ code: "0A000", message: "SELECT FOR UPDATE/SHARE is not supported." });
      }
      break;
  }
}

/** Parameters are counted in a signed int16. */
function refuseParameter(statement: Statement, at: number): void {
  const number = Number(statement.text(at).slice(1));
  if (number <= 32_767) return;
  statement.refuse({ code: "42P02", message: `there is no parameter $${(number << 16) >> 16}` });
}
