import { invalidArgument } from "../errors.ts";
import { isFragment, partsOf, type Fragment } from "../sql/fragment.ts";
import { quoted } from "../sql/identifiers.ts";
import type { GivenName, GivenTable } from "../sql/catalog.ts";

/** Reads the name of a schema, which a text is as a whole. @throws `INVALID_ARGUMENT` for what is no name. */
export function schemaName(given: unknown): GivenName {
  const [name, ...others] = isFragment(given) ? namesOf(given) : [{ name: checkedName(given), exact: false }];
  if (name === undefined || others.length > 0)
    throw invalidArgument("A schema is named by one name, without a database.");
  return name;
}

/**
 * Reads the name of a table: `table` or `schema.table`. In double quotes a part is the name exactly as it stands on the server, as in SQL, and
 * may hold points.
 *
 * @throws `INVALID_ARGUMENT` for what is no name, and for more than two.
 */
export function tableName(given: unknown): GivenTable {
  const names = isFragment(given) ? namesOf(given) : splitName(checkedName(given));
  const [table, schema, ...others] = [...names].reverse();
  if (table === undefined || others.length > 0) {
    throw invalidArgument('A table is named "table" or "schema.table": it must be in the database that is connected.');
  }
  return { schema, table };
}

function checkedName(given: unknown): string {
  quoted(given);
  // quoted() has refused everything else.
  return given as string;
}

function namesOf(fragment: Fragment): GivenName[] {
  const [part, ...others] = partsOf(fragment);
  if (part?.kind !== "identifier" || others.length > 0) {
    throw invalidArgument("A name must be a string, or made by sql.id(…) and nothing else.");
  }
  return part.names.map((name) => ({ name, exact: part.exact }));
}

/** A part in quotes, with every quote inside doubled; or anything up to the next point. */
const part = /"((?:[^"]|"")*)"(?=\.|$)|([^."][^.]*)(?=\.|$)/y;

function splitName(text: string): GivenName[] {
  const names: GivenName[] = [];
  for (let at = 0; at <= text.length; at = part.lastIndex + 1) {
    part.lastIndex = at;
    const found = part.exec(text);
    if (found === null) {
      throw invalidArgument(
        "The name cannot be read: a part is missing, or a quote is not closed. sql.id(schema, table) takes any.",
      );
    }
    const [, exact, plain = ""] = found;
    const name = exact === undefined ? plain : exact.replaceAll('""', '"');
    names.push({ name: checkedName(name), exact: exact !== undefined });
  }
  return names;
}
