import { afterEach } from "vitest";

/** Closes after each test what the test has opened, the last first. Gives what is handed to it. */
export function closedAfterEach(): <T extends { close(): Promise<void> }>(closable: T) => T {
  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const closable of opened.splice(0).reverse()) await closable.close();
  });
  return (closable) => {
    opened.push(closable);
    return closable;
  };
}

/** Gives what a piece of work fails with. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "nothing failed",
    (error: unknown) => error,
  );
}
