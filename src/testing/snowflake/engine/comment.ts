import { shown } from "../binder/names.ts";
import { unknownObject, unsupported } from "../errors.ts";
import type { Name } from "../sql/ast.ts";
import type { Comment } from "../sql/statement-ast.ts";
import { status } from "./answers.ts";
import { keyOf } from "./catalog.ts";
import type { CatalogObject } from "./catalog.ts";
import { fullName } from "./run.ts";
import type { Answer, Run } from "./run.ts";
import { columnOf } from "./targets.ts";

const done = status(0x6000, "Statement executed successfully.");

/** Runs COMMENT ON a schema, a table, a view, or a column of a table. */
export function comment({ kind, path, ifExists, text }: Comment, run: Run): Answer {
  if (kind === "SCHEMA") return onSchema(path, ifExists, text, run);
  const object = found(kind === "COLUMN" ? path.slice(0, -1) : path, run);
  if (object === undefined) {
    if (ifExists) return done;
    throw unknownObject(kind === "COLUMN" ? "Table" : kind.charAt(0) + kind.slice(1).toLowerCase(), shown(path));
  }
  if (kind === "COLUMN") onColumn(object, path.at(-1) ?? "", text);
  else object.comment = text;
  return done;
}

function found(path: readonly Name[], { account, session }: Run): CatalogObject | undefined {
  return account.catalog.find(fullName(path, session), session.temporary);
}

function onColumn(object: CatalogObject, name: Name, text: string): void {
  if (object.t !== "table") throw unsupported("A comment on a column of a view");
  const column = columnOf(object, name);
  object.columns = object.columns.map((one) => (one === column ? { ...one, comment: text } : one));
}

function onSchema(path: readonly Name[], ifExists: boolean, text: string, { account, session }: Run): Answer {
  const [schema = "", database = session.database ?? ""] = [...path].reverse();
  const exists = account.catalog.schemas(database)?.includes(schema) === true;
  if (!exists && !ifExists) throw unknownObject("Schema", shown(path));
  if (exists) account.catalog.schemaComments.set(keyOf([database, schema]), text);
  return done;
}
