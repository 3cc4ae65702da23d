import type { Batch } from "./columns/batch.ts";
import type { Execution } from "./driver.ts";

/** Makes an execution that gives what `next` gives, and is the given one in everything else. */
export function through<B extends Batch>(execution: Execution<Batch>, next: Execution<B>["next"]): Execution<B> {
  return {
    columns: execution.columns,
    queryId: execution.queryId,
    get summary() {
      return execution.summary;
    },
    cancel: async () => execution.cancel(),
    next,
  };
}
