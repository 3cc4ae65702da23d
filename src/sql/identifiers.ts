import { invalidArgument } from "../errors.ts";

/**
 * Writes a name in double quotes, which both warehouses read the same way: a quote inside is doubled, nothing else is special.
 *
 * @throws `INVALID_ARGUMENT` for what is not a name anywhere: not a string, empty, with NUL or half a surrogate pair in it.
 */
export function quoted(name: unknown): string {
  if (typeof name !== "string" || name === "")
    throw invalidArgument("A name must be a string of at least one character.");
  if (/\0|\p{Surrogate}/u.test(name)) {
    throw invalidArgument("A name holds a NUL character or half a surrogate pair, which cannot be sent.");
  }
  return `"${name.replaceAll('"', '""')}"`;
}
