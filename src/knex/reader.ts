import type { Writable } from "node:stream";

/** Streams, and ends what is read with whatever goes wrong: knex's runner listens to no promise of its client's, and its reader would wait for ever. */
export async function tellingReader(into: Writable, stream: () => Promise<void>): Promise<void> {
  try {
    await stream();
  } catch (error) {
    into.destroy(error as Error);
    throw error;
  }
}
