import type { BoundValue } from "./bind.ts";
import type { Translation } from "./sql/translate.ts";

/** Rewrites a DataRow of PostgreSQL's. */
export type RowRewrite = (row: Buffer) => Buffer;

/** Is a statement that is prepared. */
export interface Prepared {
  readonly sql: string;
  readonly translation: Translation;
}

/** Is a statement that is bound. */
export interface Portal extends Prepared {
  readonly params: readonly BoundValue[];
  rewrite?: RowRewrite | undefined;
}

/** Is a message whose answer is still to come; of a hidden one the client knows nothing, and gets no answer. */
export type Step = { readonly hidden?: boolean } & (
  | ({ readonly kind: "query"; readonly number: number; rewrite?: RowRewrite | undefined } & Prepared)
  | ({ readonly kind: "parse" } & Prepared)
  | { readonly kind: "describe"; readonly portal?: Portal | undefined }
  | { readonly kind: "execute"; readonly number: number; readonly portal: Portal }
  | { readonly kind: "bind" | "close" | "call" | "sync" }
);

/** Is what the two directions of a session know together. */
export interface Exchange {
  readonly steps: Step[];
  readonly prepared: Map<string, Prepared>;
  /** Names of statements that Redshift has dropped and PostgreSQL still has. */
  readonly dropped: Set<string>;
  readonly portals: Map<string, Portal>;
  /** The portal that stopped at a row limit. */
  suspended: Portal | undefined;
  /** `I`, `T` or `E`, as the last ReadyForQuery said. */
  status: string;
}

/** Makes the exchange of a session that has just logged in. */
export const createExchange = (): Exchange => ({
  steps: [],
  prepared: new Map(),
  dropped: new Set(),
  portals: new Map(),
  suspended: undefined,
  status: "I",
});
