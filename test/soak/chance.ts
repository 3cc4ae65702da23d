/** Random choices that a seed repeats. */
export interface Chance {
  /** A number from 0 to 1, 1 excluded. */
  draw(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** Deals the cards of a pack in random order, and shuffles anew after the last: whatever is in it comes up. */
  deck<T>(cards: readonly T[]): () => T;
}

/** Makes the choices of one actor: the same seed and name make the same ones, whatever the other actors do meanwhile. */
export function chanceOf(seed: number, actor: string): Chance {
  // FNV-1a, so that actors with similar names draw nothing alike.
  let state = Buffer.from(actor).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), seed ^ 0x811c9dc5);
  // mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough to shuffle with.
  const draw = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number => low + Math.floor(draw() * (high - low + 1));
  const pick = <T>(items: readonly T[]): T => {
    const item = items[between(0, items.length - 1)];
    if (item === undefined) throw new Error("There is nothing to pick from.");
    return item;
  };
  const deck = <T>(cards: readonly T[]): (() => T) => {
    let left: T[] = [];
    return () => {
      if (left.length === 0) left = [...cards];
      const card = pick(left);
      left.splice(left.indexOf(card), 1);
      return card;
    };
  };
  return { draw, between, pick, deck };
}
