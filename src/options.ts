import { invalidArgument } from "./errors.ts";

/**
 * Gives a call's options, which count as empty where they are missing or null. Refuses those that do not exist: plain JavaScript would
 * pass over `{ timeout: 5_000 }` without a word, and run without a deadline.
 *
 * @throws `INVALID_ARGUMENT` for what is no object; else naming the option and, where one is spelled alike, the one that is meant.
 */
export function checkOptions<T extends object>(
  given: T | null | undefined,
  known: Readonly<Record<keyof T, true>>,
  call: string,
): Partial<T> {
  const options: Partial<T> = given ?? {};
  if (typeof options !== "object" || Array.isArray(options))
    throw invalidArgument(`${call} takes its options as an object.`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const meant = Object.keys(known).find((other) => alike(other, name));
    throw invalidArgument(
      `${call} has no option ${JSON.stringify(name)}${meant === undefined ? `; it has ${Object.keys(known).join(", ")}` : `: ${meant} is meant`}.`,
    );
  }
  return options;
}

/** @throws `INVALID_ARGUMENT` for what is neither true nor false nor missing: plain JavaScript may pass anything. */
export function checkFlag(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean") throw invalidArgument(`${name} must be true or false.`);
}

/** The same but for case, separators and a unit at the end: `apikey`, `api_key` and `timeout` are like `apiKey` and `timeoutMs`. */
function alike(one: string, other: string): boolean {
  const bare = (name: string) =>
    name
      .toLowerCase()
      .replace(/[^a-z]/g, "")
      .replace(/ms$/, "");
  return bare(one) === bare(other);
}
