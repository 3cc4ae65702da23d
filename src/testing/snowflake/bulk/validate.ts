import type { EarlierResult } from "../binder/bound.ts";
import { table as answerTable } from "../engine/answers.ts";
import type { Batch, Run } from "../engine/run.ts";
import { tableOf } from "../engine/targets.ts";
import { compilationError } from "../errors.ts";
import type { Name } from "../sql/ast.ts";
import { errorColumns, errorRow } from "./load-errors.ts";

/**
 * Gives all errors of an earlier COPY INTO a table, `_last` being the session's last one. Throws for a statement that loaded nothing into the
 * table, as one that ABORT_STATEMENT ended, and for a load with a transformation, which VALIDATE does not support.
 */
export function loadErrors(path: readonly Name[], queryId: string, run: Run): EarlierResult {
  const { table } = tableOf(path, run);
  const { account, session } = run;
  const jobs = [...account.bulk.history.jobs(), ...(session.transaction?.loads ?? [])].filter((one) => one.table === table.id); // prettier-ignore
  const job =
    queryId.toLowerCase() === "_last"
      ? jobs.filter(({ sessionId }) => sessionId === session.id).at(-1)
      : jobs.find((one) => one.queryId === queryId.toLowerCase());
  if (job === undefined)
    throw compilationError("001044", "42P13", `Invalid argument for function 'VALIDATE': no COPY INTO this table has the query id '${queryId}'`); // prettier-ignore
  if (job.transformed)
    throw compilationError("001044", "42P13", "VALIDATE does not support COPY statements that transform data during a load."); // prettier-ignore
  const rows = job.files.flatMap(({ errors }) => errors.map(errorRow));
  const { columns, batches } = answerTable(0, errorColumns, rows);
  const [batch] = batches as readonly [Batch]; // a table answers in one
  return { columns, cells: batch.columns };
}
