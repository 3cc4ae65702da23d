import { listOrRemove } from "../bulk/listing.ts";
import { load } from "../bulk/load.ts";
import { createFileFormat, createStage, describeStage, dropFiles } from "../bulk/stages.ts";
import { unload } from "../bulk/unload.ts";
import { compilationError } from "../errors.ts";
import type { Statement } from "../sql/statement-ast.ts";
import { alterTable } from "./alter.ts";
import { counts, status } from "./answers.ts";
import { createNamespace, createSequence, createTable, createView, drop } from "./define.ts";
import { insert } from "./insert.ts";
import { merge, remove, update } from "./modify.ts";
import type { Answer, Run } from "./run.ts";
import { select } from "./select.ts";
import { createTransaction, parameterOf } from "./session.ts";
import { alterSession, setVariables, unsetVariables, use } from "./settings.ts";
import { comment } from "./comment.ts";
import { describe } from "./describe.ts";
import { show } from "./show.ts";
import { endTransaction, writeTo } from "./storage.ts";
import { tableOf } from "./targets.ts";
import { needsWarehouse, queued } from "./warehouse.ts";

const definitions = new Set<Statement["t"]>([
  "createTable",
  "createView",
  "createSequence",
  "createNamespace",
  "drop",
  "alterTable",
  "truncate",
  "createStage",
  "createFileFormat",
  "dropFiles",
]);
const ordered = new Set<Statement["t"]>(["begin", "commit", "rollback", ...definitions]);

/**
 * Runs one statement in its session. Statements of a transaction, and those that begin or end one, run one after another; all others side by
 * side. DDL commits what is open before it.
 */
export async function execute(statement: Statement, run: Run): Promise<Answer> {
  const { session } = run;
  if (
    parameterOf(session, "AUTOCOMMIT") === "false" &&
    session.transaction === undefined &&
    ["query", "insert", "update", "delete", "merge", "load", "unload"].includes(statement.t)
  )
    session.transaction = createTransaction(run.account.now());
  if (session.transaction === undefined && !ordered.has(statement.t)) return perform(statement, run);
  const before = session.turn;
  const mine = before.then(async () => {
    if (definitions.has(statement.t) && !run.describeOnly) await endTransaction(session, run.account, "commit");
    return perform(statement, run);
  });
  session.turn = mine.catch(() => undefined);
  return mine;
}

async function perform(statement: Statement, run: Run): Promise<Answer> {
  const { session, account } = run;
  if (!run.describeOnly && needsWarehouse(statement)) await account.warehouse.enter(run.signal, run.waits);
  if (run.held) await queued(run.held, run.signal, run.waits);
  if (
    run.describeOnly &&
    !["query", "insert", "update", "delete", "merge", "show", "describe", "describeStage", "unload", "load"].includes(
      statement.t,
    )
  )
    return status(0x6000, "");
  switch (statement.t) {
    case "query":
      return select(statement.query, run);
    case "insert":
      return insert(statement, run);
    case "update":
      return update(statement, run);
    case "delete":
      return remove(statement, run);
    case "merge":
      return merge(statement, run);
    case "createTable":
      return createTable(statement, run);
    case "createView":
      return createView(statement, run);
    case "createSequence":
      return createSequence(statement, run);
    case "createNamespace":
      return createNamespace(statement, run);
    case "drop":
      return drop(statement, run);
    case "alterTable":
      return alterTable(statement, run);
    case "truncate":
      return truncate(statement, run);
    case "begin":
      session.transaction ??= createTransaction(account.now());
      return status(0x5000, "Statement executed successfully.");
    case "commit":
    case "rollback":
      await endTransaction(session, account, statement.t);
      return status(0x5000, "Statement executed successfully.");
    case "use":
      return use(statement, run);
    case "alterSession":
      return alterSession(statement, run);
    case "set":
      return setVariables(statement, run);
    case "unset":
      return unsetVariables(statement, run);
    case "show":
      return withoutRows(await show(statement, run), run);
    case "describe":
      return withoutRows(describe(statement, run), run);
    case "comment":
      return comment(statement, run);
    case "createStage":
      return createStage(statement, run);
    case "createFileFormat":
      return createFileFormat(statement, run);
    case "dropFiles":
      return dropFiles(statement, run);
    case "describeStage":
      return withoutRows(describeStage(statement.path, run), run);
    case "listFiles":
    case "removeFiles":
      return listOrRemove(statement, run);
    case "unload":
      return unload(statement, run);
    case "load":
      return load(statement, run);
  }
}

/** Who asks for a description gets the columns alone. */
const withoutRows = (answer: Answer, { describeOnly }: Run): Answer =>
  describeOnly ? { ...answer, batches: [] } : answer;

async function truncate({ path, ifExists }: Extract<Statement, { t: "truncate" }>, run: Run): Promise<Answer> {
  let target: ReturnType<typeof tableOf>;
  try {
    target = tableOf(path, run);
  } catch (error) {
    if (ifExists) return counts(0x6000, {});
    throw error instanceof Error ? error : compilationError("000603", "XX000", String(error));
  }
  await writeTo(target.table, "exclusive", run, (physical) =>
    run.account.duckdb.run(`DELETE FROM ${physical}`, run.signal),
  );
  // What was loaded before may be loaded again.
  run.account.bulk.history.forget(target.table.id);
  return status(0x6000, "Statement executed successfully.");
}
