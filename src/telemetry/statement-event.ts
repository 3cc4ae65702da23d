import { maskedText } from "./masking.ts";
import { summaryOf, tablesOf } from "./summary.ts";
import { firstKeyword } from "../sql/statements.ts";
import type { ObservedServer, ObservedVerb, QueryEvent, SessionOrigin } from "./events.ts";
import type { Bind } from "../values/parameters.ts";

/** A statement as it is sent. */
export interface ObservedStatement {
  readonly text: string;
  readonly binds: readonly Bind[];
  /** The values of an insert, if it is one. */
  readonly bindRows?:
    { readonly rows: readonly (readonly unknown[])[] } | { readonly types: readonly number[] } | undefined;
}

/** What observers are told of a statement. What takes work to tell is worked out for who reads it. */
export class StatementEvent implements QueryEvent {
  readonly server: ObservedServer;
  readonly sessionId: number;
  readonly verb: ObservedVerb;
  rows = 0;
  bytes = 0;
  rowsAffected: number | undefined;
  queryId: string | undefined;
  isLeft = false;
  declare error?: unknown;
  readonly #origin: SessionOrigin;
  readonly #statement: ObservedStatement;
  #summary: string | undefined;

  constructor(origin: SessionOrigin, statement: ObservedStatement, verb: ObservedVerb) {
    this.server = origin.server;
    this.sessionId = origin.sessionId;
    this.verb = verb;
    this.#origin = origin;
    this.#statement = statement;
  }

  get operation(): string | undefined {
    return firstKeyword(this.#statement.text, this.#origin.dialect);
  }

  get text(): string {
    const { text } = this.#statement;
    return this.#origin.shown.text === "full" ? text : maskedText(text, this.#origin.dialect.lexis);
  }

  get summary(): string {
    return (this.#summary ??= summaryOf(this.#statement.text, this.#origin.dialect.lexis));
  }

  get tables(): readonly string[] {
    return tablesOf(this.#statement.text, this.#origin.dialect.lexis);
  }

  get bindCount(): number {
    const { binds, bindRows } = this.#statement;
    if (bindRows === undefined) return binds.length;
    return "types" in bindRows ? bindRows.types.length : bindRows.rows.reduce((sum, row) => sum + row.length, 0);
  }

  get parameters(): readonly unknown[] | undefined {
    if (this.#origin.shown.parameters !== true) return undefined;
    return this.#statement.binds.map((bind) => (bind.kind === "null" ? null : bind.value));
  }
}
