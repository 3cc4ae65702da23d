import { createFaults, means, type FaultCount, type Faults } from "../faults.ts";
import type { StatementFault } from "../stand-in.ts";
import type { RedshiftError } from "./errors.ts";

/** Says how statements, or logins, go wrong. */
export type RedshiftFault = RedshiftStatementFault | RedshiftLoginFault | RedshiftClosedPort;

/** Says how statements go wrong. */
export type RedshiftStatementFault = StatementFault | RedshiftReset | RedshiftConflict;

/** The connection is cut with a TCP reset in the place of the statement. */
export type RedshiftReset = FaultCount & { readonly statement: RegExp | string; readonly kind: "reset" };

/** Is a conflict with another transaction that a statement is to lose; its own is then rolled back. */
export type RedshiftConflict = FaultCount & {
  readonly kind: "conflict";
  readonly statement?: never;
  /** Who loses: `commit` is COMMIT and END; `statement`, the default, any but those, BEGIN, ROLLBACK and SET. */
  readonly on?: "statement" | "commit";
  /** `1023`, the default, is a serializable isolation violation; `concurrent` is the same under snapshot isolation. */
  readonly error?: "1023" | "concurrent";
};

/** New sessions are refused with a FATAL of these words, for example `connection limit "500" exceeded for non-bootstrap users`. */
export type RedshiftLoginFault = FaultCount & {
  readonly operation: "login";
  readonly kind: "error";
  readonly message: string;
  /** Default 53300. */
  readonly sqlState?: string;
};

/** The port is closed to new sessions until that is undone. */
export interface RedshiftClosedPort {
  readonly operation: "login";
  readonly kind: "closed";
}

/** Is how a statement goes wrong. */
export type Mishap =
  | { readonly kind: "error"; readonly error: RedshiftError }
  | { readonly kind: "hold"; readonly undone: Promise<void> }
  | { readonly kind: "reset" };

const control = /^\s*(?:begin|start|commit|end|rollback|abort|set|reset)\b/i;

/** Whether the text commits the transaction. */
export const isCommit = (sql: string): boolean => /^\s*(?:commit|end)\b/i.test(sql);

/** Makes the faults of statements, none at first. */
export const createSqlFaults = (): Faults<RedshiftStatementFault, string> =>
  createFaults(
    { kinds: { error: ["statement"], hold: ["statement"], reset: ["statement"], conflict: [] } },
    (fault, sql) => {
      if (fault.kind !== "conflict") return means(fault.statement, sql);
      return fault.on === "commit" ? isCommit(sql) : !control.test(sql);
    },
  );

/** Makes the faults of logins, none at first. */
export const createLoginFaults = (): Faults<RedshiftLoginFault, undefined> =>
  createFaults({ kinds: { error: ["message"] }, operations: ["login"] }, () => true);

/** Counts a statement and tells how it goes wrong, if it does. */
export function mishapOf(faults: Faults<RedshiftStatementFault, string>, sql: string): Mishap | undefined {
  const met = faults.next(sql);
  if (!met) return undefined;
  const { fault, undone } = met;
  if (fault.kind === "hold") return { kind: "hold", undone };
  if (fault.kind === "reset") return { kind: "reset" };
  if (fault.kind === "conflict") return { kind: "error", error: conflicts[fault.error ?? "1023"] };
  const { sqlState: code = "XX000", message = "Failure asked for by the test" } = fault;
  return { kind: "error", error: { code, message } };
}

/** Words and fields as clients report them: snowplow-rdb-loader#557 and amazon-redshift-jdbc-driver#147 on GitHub. */
const conflicts: Readonly<Record<"1023" | "concurrent", RedshiftError>> = {
  "1023": {
    code: "XX000",
    message: "1023",
    detail:
      "Serializable isolation violation on table - 100167, transactions forming the cycle are: 55705701, 55705754 (pid:16606)",
  },
  concurrent: { code: "XX000", message: "could not complete because of conflict with concurrent transaction" },
};
