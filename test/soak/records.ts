import { kinds, type Kind } from "./tables.ts";
import { openLedger, type Ledger } from "./ledger.ts";
import { heapFinding, type Finding } from "./promises.ts";
import { openTally, type Tally } from "./tally.ts";
import type { ClientReport } from "./client.ts";
import type { CallReport } from "./worker.ts";

/** How long a call may take whose deadline is 4 s: cancelling, and closing the session, take some seconds at the worst. */
const latestMs = 10_000;
/** A transaction also waits for its rollback, or for the answer to its COMMIT: 10 s each. */
const latestTransactionMs = 30_000;

/** What the client has told of itself while it ran. */
export interface Records {
  readonly tally: Tally;
  readonly ledgers: ReadonlyMap<Kind, Ledger>;
  hear(report: ClientReport): void;
  /** What the calls, the heap and the process speak for and against. */
  findings(): Finding[];
}

/** Makes empty records; they are not the client's, whose heap must hold nothing but the library. */
export function openRecords(): Records {
  const tally = openTally();
  const ledgers = new Map(kinds.map((kind) => [kind, openLedger(kind)]));
  const [unexplained, late, strays]: [string[], string[], string[]] = [[], [], []];
  const heap: number[] = [];

  const hearCall = (call: CallReport): void => {
    const { kind, operation, ms, writes = [], raises = [] } = call;
    tally.record(call);
    ledgers.get(kind)?.record(writes, raises);
    if (call.unexplained !== undefined) unexplained.push(`${kind}, ${operation}: ${call.unexplained}`);
    const latest = operation.startsWith("transaction") ? latestTransactionMs : latestMs;
    if (ms > latest) late.push(`${kind}, ${operation}: ${ms.toFixed(0)} ms`);
  };

  return {
    tally,
    ledgers,
    hear(report) {
      switch (report.type) {
        case "call":
          hearCall(report.call);
          break;
        case "heap":
          heap.push(report.bytes);
          break;
        case "stray":
          strays.push(report.what);
      }
    },
    findings: () => [
      { promise: "every answer is right, and every error is one that the library promises here", against: unexplained },
      { promise: "no call outlives its deadline by more than it takes to clean up", against: late },
      { promise: "no unhandled rejection, no uncaught exception, no warning", against: strays },
      heapFinding(heap),
    ],
  };
}
