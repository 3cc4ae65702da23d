import type { Queryable } from "../queryable.ts";

/** What knex takes for a connection: the verbs to run on, and what knex tells it by. Sessions are lent query by query. */
export class Connection {
  readonly __knexUid: string;
  /** Set while a transaction is knex's owner of it. */
  __knexTxId: string | undefined;
  readonly #verbs: Queryable;

  constructor(uid: string, verbs: Queryable) {
    this.__knexUid = uid;
    this.#verbs = verbs;
  }

  get verbs(): Queryable {
    return this.#verbs;
  }
}
