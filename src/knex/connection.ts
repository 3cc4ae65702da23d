import type { Queryable } from "../queryable.ts";

/** What knex takes for a connection: the verbs to run on, and what knex tells it by. */
export class Connection {
  readonly __knexUid: string;
  /** Set while a transaction is knex's owner of it. */
  __knexTxId: string | undefined;
  readonly #verbs: Queryable;
  #reading: { readonly by: { readonly destroyed: boolean }; readonly leave: () => Promise<unknown> } | undefined;

  constructor(uid: string, verbs: Queryable) {
    this.__knexUid = uid;
    this.#verbs = verbs;
  }

  get verbs(): Queryable {
    return this.#verbs;
  }

  /** Notes who reads rows here, and gives the rows. */
  reading(rows: ReturnType<Queryable["stream"]>, by: { readonly destroyed: boolean }): AsyncIterable<unknown> {
    let left: Promise<unknown> | undefined;
    const leave = () => (left ??= rows.return());
    this.#reading = { by, leave };
    const iterator = {
      next: () => rows.next(),
      async return() {
        await leave();
        return { done: true as const, value: undefined };
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  /**
   * Waits until a stream that was left has let go of the session, which does one thing at a time: Node's streams, unlike our own, are
   * left without waiting for it.
   */
  async settled(): Promise<void> {
    if (this.#reading?.by.destroyed === true) await this.#reading.leave();
  }
}
