import { setImmediate } from "node:timers/promises";

/** Lets the event loop turn so many times: by their number, what is under way comes as far as before, while or after a statement runs. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}
