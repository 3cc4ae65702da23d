/** What apache-arrow exports. */
export type Arrow = typeof import("apache-arrow");

/** Loads apache-arrow: only who asks for Arrow waits for it. */
export async function loadArrow(): Promise<Arrow> {
  return import("apache-arrow");
}
