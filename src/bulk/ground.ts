import type { Ask, BulkEngine } from "../bulk-engine.ts";
import type { Call, StatementOptions } from "../call.ts";
import type { Batch } from "../columns/batch.ts";
import type { Shape } from "../columns/shape.ts";
import type { Execution } from "../driver.ts";
import type { ResultLimits } from "../limits.ts";
import type { BoundText } from "../sql/bound-text.ts";
import type { Dialect } from "../sql/dialect.ts";
import type { QueryParameters } from "../sql/parameter-source.ts";
import type { Fragment } from "../sql/fragment.ts";
import type { GrantedAccess } from "./access.ts";
import type { ValuePolicy } from "../values/types.ts";
import type { Reporter } from "./progress.ts";

/** A query as the bulk verbs take it: a text, what `` sql`…` `` makes, or a query of `db.knex`. */
export type QuerySource = string | Fragment | KnexQuery;

/** A query that knex has built. */
export interface KnexQuery {
  /** knex's own, by which a query of knex is known. */
  toSQL(): unknown;
}

/** A query whose result is pulled batch by batch. */
export interface Wanted<B extends Batch> {
  readonly query: BoundText;
  readonly shape: Shape<B>;
  readonly values: ValuePolicy;
  readonly limits: ResultLimits;
}

/** A session in the hands of a bulk operation. */
interface Lent {
  readonly ask: Ask;
  /** Runs a query; settles when its first rows are there. */
  readonly read: <B extends Batch>(wanted: Wanted<B>) => Promise<Execution<B>>;
  readonly call: Call;
  /** Waits until what was stopped has ended on the server. Bounded in time, never rejects. */
  readonly settled: () => Promise<void>;
}

/** Works on one session for the length of a call; `changing` where it is not to be used again, `statement` for only one. */
export type OnSession = <T>(
  options: StatementOptions,
  progress: Reporter,
  kind: "statement" | "script" | "changing",
  work: (lent: Lent) => Promise<T>,
) => Promise<T>;

/** What the bulk verbs stand on. */
export interface BulkGround {
  readonly dialect: Dialect;
  readonly engine: BulkEngine;
  readonly onSession: OnSession;
  /** A transaction is open for as long as the verbs live. */
  readonly inTransaction: boolean;
  /** Runs work in a transaction of its own: it commits when the work is done, and is rolled back where that fails. Absent inside one. */
  readonly transaction:
    (<T>(options: StatementOptions, work: (onSession: OnSession) => Promise<T>) => Promise<T>) | undefined;
  /** Asks on another session; absent where there is no pool yet. */
  readonly aside: Ask | undefined;
  /** What the tenant's credentials say of storage. */
  readonly granted: (call: Call) => Promise<GrantedAccess>;
  /** Writes one query with its values in it, without a semicolon. @throws `INVALID_ARGUMENT` for what is not one query. */
  readonly written: (source: QuerySource, params: QueryParameters | undefined) => string;
  /** Reads one statement that changes nothing, with its values. @throws `INVALID_ARGUMENT` for what is none. */
  readonly bound: (source: QuerySource, params: QueryParameters | undefined) => BoundText;
}
