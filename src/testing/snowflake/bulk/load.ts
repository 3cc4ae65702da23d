import type { StoredObject } from "../../s3/storage.ts";
import { shown as shownTypes, status, table as answerTable } from "../engine/answers.ts";
import { contextOf } from "../engine/run.ts";
import type { Answer, Batch, Run } from "../engine/run.ts";
import { parameterOf } from "../engine/session.ts";
import { writeTo } from "../engine/storage.ts";
import { columnOf, tableOf } from "../engine/targets.ts";
import { compilationError, unsupported } from "../errors.ts";
import type { Load } from "../sql/bulk-ast.ts";
import { wireCell } from "../types/storage.ts";
import { candidates } from "./candidates.ts";
import type { LoadedFile } from "./history.ts";
import { aborting, errorColumns, errorRow } from "./load-errors.ts";
import { locationOf, onStorage } from "./locations.ts";
import { checkMapping } from "./mapping.ts";
import { optionReader } from "./option-reader.ts";
import { loadOne } from "./one-file.ts";
import type { FileLoad, LoadPlan } from "./one-file.ts";
import { policyOf, verdictOn } from "./policy.ts";
import { formatIn, refuseSecrets } from "./stages.ts";
import { withFormats } from "./text-context.ts";

const loadId = 0x3600;
const { text, number } = shownTypes;

/** Runs COPY INTO table: all files that are good enough, or none of them when it fails. */
export async function load(statement: Load, run: Run): Promise<Answer> {
  const plan = planOf(statement, run);
  checkMapping(plan.mapping);
  if (run.describeOnly) return results([]);
  const { mode } = plan;
  if (mode !== undefined) return validate(plan, mode, run);
  const { account, session, signal } = run;
  const owner = session.transaction ?? {};
  // One load of a table at a time: of two that see the same file, one loads it.
  await account.locks.acquire(-plan.mapping.table.id, "exclusive", owner, signal, Number(parameterOf(session, "LOCK_TIMEOUT")) * 1000); // prettier-ignore
  try {
    return await writeTo(plan.mapping.table, "shared", run, (physical) => loadAll(plan, physical, run));
  } finally {
    if (session.transaction === undefined) account.locks.releaseAll(owner);
  }
}

function planOf(statement: Load, run: Run): LoadPlan {
  const { table, name } = tableOf(statement.path, run);
  const read = optionReader(statement.options, run.text);
  refuseSecrets(read);
  for (const option of ["FILE_PROCESSOR", "LOAD_MODE"]) if (read.has(option)) throw unsupported(option);
  const location = locationOf(statement.from, read.path("STORAGE_INTEGRATION"), run);
  const format = formatIn(read, run, location.format);
  const enforced = read.flag("ENFORCE_LENGTH", true);
  const truncate = read.flag("TRUNCATECOLUMNS", !enforced);
  if (read.has("ENFORCE_LENGTH") && truncate === enforced)
    throw compilationError("001006", "22023", "ENFORCE_LENGTH and TRUNCATECOLUMNS contradict each other.");
  const match = read.word("MATCH_BY_COLUMN_NAME", ["CASE_SENSITIVE", "CASE_INSENSITIVE", "NONE"], "NONE");
  if (match !== "NONE" && statement.columns.length > 0)
    throw unsupported("MATCH_BY_COLUMN_NAME with a list of columns");
  const [, rows] = /^RETURN_(\d+)_ROWS$/.exec(read.anyWord("VALIDATION_MODE") ?? "") ?? [];
  const mode = rows ?? (read.has("VALIDATION_MODE") ? read.word("VALIDATION_MODE", ["RETURN_ERRORS", "RETURN_ALL_ERRORS"], "RETURN_ERRORS") : undefined); // prettier-ignore
  if (mode !== undefined && statement.query !== undefined)
    throw compilationError("001006", "22023", "VALIDATION_MODE does not support COPY statements that transform data during a load."); // prettier-ignore
  return {
    mapping: {
      table,
      targets: statement.columns.length === 0 ? table.columns : statement.columns.map((one) => columnOf(table, one)),
      query: statement.query,
      match,
      format,
      truncate,
      context: withFormats(contextOf(run).context, format.formats),
    },
    tableName: name[2],
    location,
    files: read.has("FILES") ? read.list("FILES", []) : undefined,
    pattern: read.text("PATTERN", undefined),
    policy: policyOf(read),
    sizeLimitBytes: read.whole("SIZE_LIMIT", Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER),
    purge: read.flag("PURGE", false),
    force: read.flag("FORCE", false),
    uncertain: read.flag("LOAD_UNCERTAIN_FILES", false),
    failedOnly: read.flag("RETURN_FAILED_ONLY", false),
    mode,
  };
}

async function loadAll(plan: LoadPlan, physical: string, run: Run): Promise<Answer> {
  const { account, session } = run;
  const { table, query } = plan.mapping;
  const files = await candidates(plan, run);
  if (files.length === 0) return status(loadId, "Copy executed with 0 files processed.");
  const done: LoadedFile[] = [];
  const inserts: string[] = [];
  const scratch: string[] = [];
  try {
    let bytes = 0;
    for (const file of files) {
      if (bytes > plan.sizeLimitBytes) break;
      bytes += file.bytes;
      const loaded = await loadOne(file, plan, run, scratch);
      const verdict = verdictOn(plan.policy, loaded, plan.mapping);
      const [first] = loaded.errors;
      if (verdict.stops && first !== undefined) throw aborting(first);
      const names = table.columns.map((column) => column.physical).join(", ");
      if (verdict.loads)
        inserts.push(`INSERT INTO ${physical} (${names}) SELECT ${names} FROM ${loaded.table} ORDER BY r`);
      done.push(reported(file, loaded, verdict));
    }
    if (inserts.length > 0) await account.duckdb.transact(inserts);
  } finally {
    for (const one of scratch) await account.duckdb.run(`DROP TABLE IF EXISTS ${one}`);
  }
  const job = { queryId: run.queryId, sessionId: session.id, table: table.id, at: account.now(), transformed: query !== undefined, files: done }; // prettier-ignore
  if (session.transaction === undefined) account.bulk.history.record(job);
  else session.transaction.loads.push(job);
  if (plan.purge) await purge(done, run);
  return results(plan.failedOnly ? done.filter((file) => file.status !== "LOADED") : done);
}

const reported = (
  { url, etag, bytes, lastModified }: StoredObject,
  { parsed, rowCount, errors }: FileLoad,
  { loads, errorLimit }: ReturnType<typeof verdictOn>,
): LoadedFile => ({
  url,
  etag,
  bytes,
  lastModified: lastModified.getTime(),
  status: !loads || (rowCount === 0 && errors.length > 0) ? "LOAD_FAILED" : errors.length > 0 ? "PARTIALLY_LOADED" : "LOADED", // prettier-ignore
  parsed,
  loaded: loads ? rowCount : 0,
  errorLimit,
  errors,
});

/** Removes the files that were loaded. Snowflake reports no error when that fails. */
async function purge(files: readonly LoadedFile[], run: Run): Promise<void> {
  const urls = files.filter((file) => file.status !== "LOAD_FAILED").map(({ url }) => url);
  await onStorage(run, (storage) => storage.remove(urls)).catch(() => undefined);
}

function results(files: readonly LoadedFile[]): Answer {
  const columns = [
    ["file", text], ["status", text], ["rows_parsed", number], ["rows_loaded", number], ["error_limit", number], ["errors_seen", number],
    ["first_error", text], ["first_error_line", number], ["first_error_character", number], ["first_error_column_name", text],
  ] as const; // prettier-ignore
  const rows = files.map(({ url, status: state, parsed, loaded, errorLimit, errors }) => {
    const [first] = errors;
    return [
      url, state, parsed, loaded, errorLimit, errors.length,
      first?.message ?? null, first?.line ?? null, first?.character ?? null, first?.column ?? null,
    ]; // prettier-ignore
  });
  return answerTable(loadId, columns, rows);
}

/** Runs a load that loads nothing: gives the errors, or the first rows where there are none. */
async function validate(plan: LoadPlan, mode: string, run: Run): Promise<Answer> {
  const scratch: string[] = [];
  try {
    const loads: FileLoad[] = [];
    for (const file of await candidates(plan, run)) loads.push(await loadOne(file, plan, run, scratch));
    const errors = loads.flatMap((one) => one.errors);
    const most = Number(mode);
    if (Number.isNaN(most)) return answerTable(loadId, errorColumns, errors.map(errorRow));
    const [first] = errors;
    if (first !== undefined) throw aborting(first);
    return await firstRows(loads, most, plan, run);
  } finally {
    for (const one of scratch) await run.account.duckdb.run(`DROP TABLE IF EXISTS ${one}`);
  }
}

async function firstRows(loads: readonly FileLoad[], most: number, plan: LoadPlan, run: Run): Promise<Answer> {
  const { columns } = plan.mapping.table;
  const cells = columns.map(({ physical, type }) => wireCell(`w.${physical}`, type)).join(", ");
  const batches: Batch[] = [];
  let left = most;
  for (const { table } of loads) {
    const found = await run.account.duckdb.run(
      `SELECT ${cells} FROM ${table} w ORDER BY w.r LIMIT ${left}`,
      run.signal,
    );
    left -= found.rowCount;
    batches.push(found as Batch); // wireCell makes every column text
  }
  return { statementTypeId: loadId, columns, batches };
}
