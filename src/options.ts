import { invalidArgument } from "./errors.ts";

/**
 * Refuses options that do not exist: plain JavaScript would pass over `{ timeout: 5_000 }` without a word, and run without a
 * deadline.
 *
 * @throws `INVALID_ARGUMENT` naming the option and, where one is spelled alike, the one that is meant.
 */
export function checkOptions<T extends object>(options: T, known: Readonly<Record<keyof T, true>>, call: string): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const meant = Object.keys(known).find((other) => alike(other, name));
    throw invalidArgument(
      `${call} has no option ${JSON.stringify(name)}${meant === undefined ? `; it has ${Object.keys(known).join(", ")}` : `: ${meant} is meant`}.`,
    );
  }
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
