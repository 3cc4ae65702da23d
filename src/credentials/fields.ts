import type * as Zod from "zod";
import { isIPv6 } from "node:net";

const placeholderFound = "holds the documentation's placeholder instead of a value";

/** The kinds of field there are. Every message is ours: zod's own might one day quote a value. */
export function fieldKinds(z: typeof Zod) {
  const text = z
    .string({ error: ({ input }) => (input === undefined ? "is missing" : "must be a string") })
    .refine((value) => unsendable(value) === undefined, { error: ({ input }) => unsendable(input) });
  const needed = text.refine((value) => !isPlaceholder(value), { error: placeholderFound });
  return {
    needed,
    optional: z.preprocess((value) => (isMissing(value) ? undefined : value), text.optional()),
    host: text
      .refine((value) => !/<.*>/.test(value), { error: placeholderFound, abort: true })
      .refine(isHost, { error: "must be a host name or an address" }),
    port: (fallback: number) =>
      z.preprocess(
        (value) => (isMissing(value) ? fallback : isText(value) && /^\s*\d+\s*$/.test(value) ? Number(value) : value),
        z
          .number({ error: "must be a number" })
          .refine((value) => Number.isInteger(value) && value >= 1 && value <= 65_535, {
            error: "must be a whole number from 1 to 65535",
          }),
      ),
  };
}

/** Says what keeps a text from being sent, if anything does; never quotes it. */
export function unsendable(text: unknown): string | undefined {
  if (!isText(text)) return undefined;
  // A NUL would end the field on the wire and begin another one.
  if (text.includes("\0")) return "must not hold a NUL character";
  // It has no UTF-8 form, and snowflake-sdk throws a URIError where nobody can catch it.
  if (/\p{Surrogate}/u.test(text)) return "must not hold half a surrogate pair";
  return undefined;
}

/** Takes off what people copy along with a host name: a scheme, slashes, the port. */
export function addressOf(text: string): { host: string; port: string | undefined } {
  const bare = text
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")
    .replace(/\/+$/, "");
  const [, bracketed, name, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(bare) ?? [];
  return { host: bracketed ?? name ?? bare, port };
}

/** Hosts get into URLs and headers: nothing but the letters of a name, or an address. */
function isHost(text: string): boolean {
  return isIPv6(text) || /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u.test(text);
}

/** Tells whether a value is one of those that the documentation shows: `<password>`, `<generated-access-token>`. */
export function isPlaceholder(value: unknown): boolean {
  return isText(value) && /^<[a-z][a-z _-]*>$/i.test(value);
}

/** Tells whether a field counts as missing. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** Tells whether a field is a text. */
export function isText(value: unknown): value is string {
  return typeof value === "string";
}
