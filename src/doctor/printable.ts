import { redact } from "../errors.ts";

const maxLength = 1_000;

/** Gives the same value with every text in it fit to be printed: without secrets and control characters, and of a bearable length. */
export function printable<T>(value: T, secrets: readonly string[]): T {
  // Texts become texts, arrays arrays and plain objects the same plain objects.
  return cleaned(value, secrets) as T;
}

function cleaned(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") return text(value, secrets);
  if (Array.isArray(value)) return value.map((item) => cleaned(item, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, cleaned(field, secrets)]),
  );
}

/** Twice redacted: a server may have put invisible characters into a secret, and a secret may hold some of its own. */
function text(given: string, secrets: readonly string[]): string {
  const line = redact(given, secrets)
    .replace(/\p{Cf}/gu, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  const safe = redact(line, secrets);
  return safe.length > maxLength ? `${safe.slice(0, maxLength)}…` : safe;
}
