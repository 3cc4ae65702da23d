import { WarehouseError, withoutSecrets } from "../../errors.ts";
import type { Result, RowType } from "./result.ts";

/**
 * Where each kind of statement begins in `statementTypeId`, which counts up from queries over DML, COPY, what controls sessions (USE, ALTER
 * SESSION) and transactions to DDL (snowflake-jdbc's SFStatementType). 0, or none, is a kind that the server does not tell.
 */
export const firstOfKind = { dml: 0x3000, copy: 0x3600, sessionControl: 0x4000, ddl: 0x6000 } as const;

/** What is told of a statement's kind. */
type Kind = Pick<Result, "statementTypeId" | "rowtype">;

/** DML answers with counts and DDL with a status line: neither is the caller's rows. COPY's rows are, and so are SHOW's. */
export function givesRows({ statementTypeId = 0, rowtype }: Kind): boolean {
  if (isDml({ statementTypeId, rowtype })) return false;
  if (statementTypeId >= firstOfKind.sessionControl) return !isStatusLine(rowtype);
  return true;
}

/** A server that does not say what kind of statement it was shows DML by its columns. */
export function isDml({ statementTypeId, rowtype }: Kind): boolean {
  if (statementTypeId !== undefined && statementTypeId !== 0) {
    return statementTypeId >= firstOfKind.dml && statementTypeId < firstOfKind.copy;
  }
  return rowtype.length > 0 && rowtype.every(({ name }) => /^number of (?:rows|multi-joined rows) /i.test(name));
}

/** Tells a DDL's answer by its columns. */
export function isStatusLine(rowtype: readonly RowType[]): boolean {
  return rowtype.length === 1 && rowtype[0]?.name.toLowerCase() === "status";
}

/**
 * Adds up the counts of a DML's answer: rows inserted, updated and deleted. `multi-joined rows updated` counts some of them twice.
 *
 * @returns `undefined` for a statement that is no DML.
 * @throws `CONNECTION`, effect `unknown`, where they cannot be read.
 */
export function rowsAffected(result: Result): number | undefined {
  if (!isDml(result)) return undefined;
  const { rowtype, inline } = result;
  let sum = 0;
  try {
    const rows = JSON.parse(`[${inline.bytes.toString("utf8", inline.start, inline.end)}]`) as (string | null)[][];
    rowtype.forEach(({ name }, index) => {
      if (/^number of rows (?:inserted|updated|deleted)/i.test(name)) sum += Number(rows[0]?.[index] ?? 0);
    });
  } catch {
    sum = NaN;
  }
  // No cause: the engine's message quotes the answer.
  if (!Number.isSafeInteger(sum)) throw damaged("its counts of rows are no numbers");
  return sum;
}

/**
 * Makes the error for a result that cannot be read although it came: from what is wrong with it, or from the error that was met in reading,
 * which becomes the cause. The statement has run by then; what it did stays done.
 */
export function damaged(problem: string | Error): WarehouseError {
  const [text, cause] = typeof problem === "string" ? [problem, undefined] : [problem.message, withoutSecrets(problem)];
  return new WarehouseError("CONNECTION", `The result could not be read: ${text}.`, {
    phase: "fetch",
    effect: "unknown",
    cause,
  });
}
