import type { Socket } from "node:net";

/** What becomes of the bytes of one direction: they pass, wait, get lost, or come one at a time. */
export type Flow = "pass" | "hold" | "drop" | "drip";

/** One direction of a connection. */
export interface Lane {
  /** Takes what the sender has sent. */
  push(piece: Buffer): void;
  /** Takes the sender's end, which comes after its bytes. */
  end(): void;
  /** Changes what becomes of the bytes from now on; those that wait follow them. */
  set(flow: Flow): void;
  /** Damages the next bytes. */
  corrupt(bytes: number): void;
}

const end = Symbol("the sender's end");

/** Makes the direction towards a socket. */
export function lane(to: Socket): Lane {
  const waiting: (Buffer | typeof end)[] = [];
  let flow: Flow = "pass";
  let dripping = false;
  let damagedBytes = 0;

  const deliver = (item: Buffer | typeof end): void => {
    if (to.destroyed || to.writableEnded) return;
    if (item === end) to.end();
    else to.write(item);
  };

  const drip = (): void => {
    const [first] = waiting;
    if (flow !== "drip" || first === undefined) {
      dripping = false;
      pump();
      return;
    }
    if (first === end || first.length === 1) waiting.shift();
    else waiting[0] = first.subarray(1);
    deliver(first === end ? end : first.subarray(0, 1));
    setImmediate(drip);
  };

  const pump = (): void => {
    if (flow === "drop") waiting.length = 0;
    if (flow === "pass") for (const item of waiting.splice(0)) deliver(item);
    if (flow === "drip" && !dripping && waiting.length > 0) {
      dripping = true;
      setImmediate(drip);
    }
  };

  return {
    push(piece) {
      if (piece.length === 0) return;
      for (let at = 0; at < piece.length && damagedBytes > 0; at++, damagedBytes--) piece[at]! ^= 0x55;
      waiting.push(piece);
      pump();
    },
    end() {
      waiting.push(end);
      pump();
    },
    set(next) {
      flow = next;
      pump();
    },
    corrupt(bytes) {
      damagedBytes = bytes;
    },
  };
}
