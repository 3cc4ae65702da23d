import { notInstalled } from "../optional-package.ts";

/** What apache-arrow exports. */
export type Arrow = typeof import("apache-arrow");

/** Loads apache-arrow: only who asks for Arrow waits for it. @throws `UNSUPPORTED` where it is not installed. */
export async function loadArrow(): Promise<Arrow> {
  return import("apache-arrow").catch(notInstalled("apache-arrow", "Arrow and Parquet"));
}
