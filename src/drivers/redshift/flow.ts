import type { Socket } from "node:net";

/**
 * How much is read before other work of the process has its turn. Where the server is faster than we, libuv would read 2 MB in a turn: 20,000
 * rows of ten columns.
 */
const stretchBytes = 256 * 1024;

/** Lets a socket's bytes come, or not. */
export interface Flow {
  /** Lets nothing more come until `release`. */
  hold(): void;
  release(): void;
  /** Told of bytes that have come: after many of them others have their turn. */
  came(bytes: number): void;
}

/** Makes the flow of a connection. @param socket - gives what it reads from now; TLS puts another one in its place. */
export function flowOf(socket: () => Socket): Flow {
  let held = false;
  let resting = false;
  let sinceRest = 0;

  const rested = () => {
    resting = false;
    sinceRest = 0;
    if (!held) socket().resume();
  };

  return {
    hold() {
      if (held) return;
      held = true;
      socket().pause();
    },
    release() {
      if (!held) return;
      held = false;
      if (!resting) socket().resume();
    },
    came(bytes) {
      sinceRest += bytes;
      if (sinceRest < stretchBytes || resting) return;
      resting = true;
      socket().pause();
      setImmediate(rested);
    },
  };
}
