import { play, type Cell, type Verdict } from "./cell.ts";
import type { Ground } from "./ground.ts";

/** So many cells are played at a time. */
const parallel = 8;

/** Plays cells side by side, and one by one those that move the clock. Gives their verdicts, in no order. */
export async function playAll(cells: readonly Cell[], ground: Ground): Promise<Verdict[]> {
  const movesClock = (cell: Cell) => cell.case.unusedMs !== undefined;
  const verdicts: Verdict[] = [];
  const waiting = cells.filter((cell) => !movesClock(cell));
  const player = async () => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift())
      verdicts.push(await play(cell, ground));
  };
  const { random } = Math;
  // snowflake-sdk draws the pause before it repeats a request between 1 and 3 s: a call with a limit of 3 s must not depend on that.
  Math.random = () => 0.1;
  try {
    await Promise.all(Array.from({ length: parallel }, player));
    for (const cell of cells.filter(movesClock)) verdicts.push(await play(cell, ground));
  } finally {
    Math.random = random;
  }
  return verdicts;
}
