import type { Socket } from "node:net";

/** What becomes of the bytes of one direction: they pass, wait, or get lost. */
export type Flow = "pass" | "hold" | "drop";

/** One direction of a connection. */
export interface Lane {
  /** Takes what the sender has sent. */
  push(piece: Buffer): void;
  /** Takes the sender's end, which comes after its bytes. */
  end(): void;
  /** Changes what becomes of the bytes from now on; those that wait follow them. */
  set(flow: Flow): void;
  /** Lets the next bytes pass one at a time. */
  drip(bytes: number): void;
  /** Damages the next bytes. */
  corrupt(bytes: number): void;
}

const end = Symbol("the sender's end");

/** Makes the direction towards a socket. */
export function lane(to: Socket): Lane {
  const waiting: (Buffer | typeof end)[] = [];
  let flow: Flow = "pass";
  /** So many bytes more come one at a time. */
  let singleBytes = 0;
  let dripping = false;
  let damagedBytes = 0;

  const deliver = (item: Buffer | typeof end): void => {
    if (to.destroyed || to.writableEnded) return;
    if (item === end) to.end();
    else to.write(item);
  };

  const drip = (): void => {
    dripping = false;
    const [first] = waiting;
    if (flow === "pass" && Buffer.isBuffer(first)) {
      deliver(first.subarray(0, 1));
      singleBytes--;
      if (first.length === 1) waiting.shift();
      else waiting[0] = first.subarray(1);
    }
    pump();
  };

  const pump = (): void => {
    if (flow === "drop") waiting.length = 0;
    if (flow !== "pass" || dripping) return;
    if (singleBytes === 0 || waiting[0] === end) for (const item of waiting.splice(0)) deliver(item);
    else if (waiting.length > 0) {
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
    drip(bytes) {
      singleBytes = bytes;
    },
    corrupt(bytes) {
      damagedBytes = bytes;
    },
  };
}
