/** The command was called in a way that makes no sense; nothing was run. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Gives what a flag or an argument must have. @throws {@link UsageError} where it is missing. */
export function needed<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new UsageError(message);
  return value;
}
