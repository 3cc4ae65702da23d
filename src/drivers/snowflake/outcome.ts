import { WarehouseError, withoutSecrets } from "../../errors.ts";
import { firstDml, type Result, type RowType } from "./result.ts";

const firstFileTransfer = 0x3600;
const firstSessionControl = 0x4000;

/** What is told of a statement's kind. */
type Kind = Pick<Result, "statementTypeId" | "rowtype">;

/** DML answers with counts and DDL with a status line: neither is the caller's rows. COPY's rows are, and so are SHOW's. */
export function givesRows({ statementTypeId = 0, rowtype }: Kind): boolean {
  if (isDml({ statementTypeId, rowtype })) return false;
  if (statementTypeId >= firstSessionControl) return !isStatusLine(rowtype);
  return true;
}

/** A server that does not say what kind of statement it was shows DML by its columns. */
export function isDml({ statementTypeId, rowtype }: Kind): boolean {
  if (statementTypeId !== undefined && statementTypeId !== 0) {
    return statementTypeId >= firstDml && statementTypeId < firstFileTransfer;
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
  if (!Number.isSafeInteger(sum)) throw damaged(new Error("its counts of rows cannot be read"));
  return sum;
}

/** Makes the error for a result that cannot be read although it came. */
export function damaged(error: Error): WarehouseError {
  return new WarehouseError("CONNECTION", `The result could not be read to its end: ${error.message}.`, {
    phase: "fetch",
    effect: "unknown",
    cause: withoutSecrets(error),
  });
}
