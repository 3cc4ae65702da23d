import type { Call, StatementOptions } from "./call.ts";
import type { Session } from "./driver.ts";

/** What is done with a session: one statement, one whose rows are read at the caller's pace, several in a row, or any that leave it changed. */
type WorkKind = "statement" | "stream" | "script" | "changing";

/** Lends a session to a piece of work for the length of a call, and tells of the call as soon as it is there. */
export type WithSession = <T>(
  options: StatementOptions,
  kind: WorkKind,
  work: (session: Session, call: Call) => Promise<T>,
  onCall?: (call: Call) => void,
) => Promise<T>;
