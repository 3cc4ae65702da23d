import type { Call } from "./call.ts";
import type { LeaseKind, Member } from "./members.ts";

interface Waiter {
  readonly kind: LeaseKind;
  resolve(member: Member): void;
  reject(error: unknown): void;
}

/** What becomes of who waits in vain. */
export interface Patience {
  /** When it ends, by `Date.now()`. */
  readonly deadline: number;
  /** Makes the error for its end. */
  readonly expired: () => unknown;
  /** Told that the first in the queue has left: the next one may want less. */
  readonly firstLeft: () => void;
}

/** Those who wait for a session, in the order in which they came. */
export class Waiters {
  readonly #queue: Waiter[] = [];

  get length(): number {
    return this.#queue.length;
  }

  /**
   * Waits for a session. One promise, since a busy pool has many who wait; who is granted a session in the turn of its abort still has it.
   *
   * @throws what the call is aborted with, what the patience says at its end, or what {@link rejectAll} is told.
   */
  add(call: Call, kind: LeaseKind, { deadline, expired, firstLeft }: Patience): Promise<Member> {
    return new Promise((resolve, reject) => {
      const settled = () => {
        clearTimeout(timer);
        forget();
      };
      const waiter: Waiter = {
        kind,
        resolve(member) {
          settled();
          resolve(member);
        },
        reject(error) {
          settled();
          // What a call was aborted with is the caller's own, whatever it is.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(error);
        },
      };
      const leave = (error: unknown) => {
        const place = this.#queue.indexOf(waiter);
        // What else the abort has set off may have served it already.
        if (place < 0) return;
        this.#queue.splice(place, 1);
        waiter.reject(error);
        if (place === 0) firstLeft();
      };
      const timer = setTimeout(() => leave(expired()), deadline - Date.now());
      const forget = call.onAbort(leave);
      this.#queue.push(waiter);
    });
  }

  /** Gives sessions to those who wait, the first first, until there is none for one of them. */
  serve(take: (kind: LeaseKind) => Member | undefined): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const member = take(first.kind);
      if (member === undefined) return;
      this.#queue.shift();
      first.resolve(member);
    }
  }

  /** Gives how many sessions they want, of which each serves so many statements that share it. */
  sessionsWanted(statementsPerSession: number): number {
    const alone = this.#queue.reduce((sum, { kind }) => sum + (kind === "alone" ? 1 : 0), 0);
    return alone + Math.ceil((this.#queue.length - alone) / statementsPerSession);
  }

  rejectAll(error: unknown): void {
    for (const waiter of this.#queue.splice(0)) waiter.reject(error);
  }
}
