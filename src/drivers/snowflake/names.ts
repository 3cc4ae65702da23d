import { invalidArgument } from "../../errors.ts";
import { quoted } from "../../sql/identifiers.ts";

const maxIdentifierCharacters = 255;
const folded = /^[a-z_][a-z0-9_$]*$/;
const foldedNative = /^[A-Z_][A-Z0-9_$]*$/;

/** Writes a name by the one name rule; always quoted, since a list of the words that need it would never be complete. */
export function identifier(name: string): string {
  return exactIdentifier(nativeName(name));
}

/** Gives the name that Snowflake has for what a name means by the one name rule. */
export function nativeName(name: string): string {
  return folded.test(name) ? name.toUpperCase() : name;
}

/** Writes a name as it is. @throws `INVALID_ARGUMENT` for one that Snowflake cannot hold. */
export function exactIdentifier(name: string): string {
  const sql = quoted(name);
  if (name.length > maxIdentifierCharacters) {
    throw invalidArgument(`A name is longer than the ${maxIdentifierCharacters} characters that Snowflake allows.`);
  }
  return sql;
}

/** Gives the name that rows carry for a native one. */
export function columnName(nativeName: string): string {
  return foldedNative.test(nativeName) ? nativeName.toLowerCase() : nativeName;
}
