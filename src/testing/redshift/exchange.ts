import type { BoundValue } from "./bind.ts";
import type { QueryEntry } from "./history.ts";
import type { Interlude, Outcome } from "./interlude.ts";
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
  /** The message that has bound it, where it must be bound again. */
  readonly bind?: Buffer;
  rewrite?: RowRewrite | undefined;
}

/** Is a message whose answer is still to come; of a hidden one the client knows nothing, and gets no answer. */
export type Step = { readonly hidden?: boolean } & (
  | ({
      readonly kind: "query";
      readonly number: number;
      rewrite?: RowRewrite | undefined;
      readonly entry?: QueryEntry;
    } & Prepared)
  | ({ readonly kind: "parse" } & Prepared)
  | { readonly kind: "describe"; readonly portal?: Portal | undefined }
  | { readonly kind: "execute"; readonly number: number; readonly portal: Portal; readonly entry?: QueryEntry }
  | {
      readonly kind: "interlude";
      readonly sql: string;
      readonly number: number;
      readonly interlude: Interlude;
      readonly ended: (outcome: Outcome) => void;
      readonly skipped: () => void;
    }
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
  /** Whether PostgreSQL skips what it is sent until the next Sync, which has not been sent yet. */
  skipping: boolean;
}

/** Whether the answer to a message is ReadyForQuery, so that an error before it does not skip what comes after. */
export const endsBatch = ({ kind }: Step): boolean => kind === "query" || kind === "call" || kind === "sync";

/** Gives the interlude that is next, which may have started. */
export function nextInterlude({ steps: [step] }: Exchange): Extract<Step, { kind: "interlude" }> | undefined {
  return step?.kind === "interlude" ? step : undefined;
}

/** Makes the exchange of a session that has just logged in. */
export const createExchange = (): Exchange => ({
  steps: [],
  prepared: new Map(),
  dropped: new Set(),
  portals: new Map(),
  suspended: undefined,
  status: "I",
  skipping: false,
});
