import type { BulkTask } from "./run.ts";
import { internal } from "./failures.ts";
import type { Target, TargetColumn } from "./target.ts";

/** Is a record, or a value of one, that could not be loaded. Texts of the file are Latin-1, one character a byte. */
export interface LoadFault {
  readonly file: string;
  readonly line: number;
  readonly raw: string;
  readonly code: number;
  readonly reason: string;
  /** Absent when the record as a whole is wrong. */
  readonly column?: TargetColumn | undefined;
  readonly position?: number;
  readonly value?: string;
}

/** Counts what could not be loaded, and writes it down for the system views. */
export interface LoadErrors {
  readonly count: () => number;
  /** Notes a fault; throws what ends the load when there are too many. */
  note(fault: LoadFault): void;
}

/** Makes the errors of a load that fails with the `maximum`-th: with MAXERROR n, at n errors or more. */
export function createLoadErrors(target: Target, maximum: number, { history, number }: BulkTask): LoadErrors {
  let count = 0;
  return {
    count: () => count,
    note({ file, line, raw, code, reason, column, position = 0, value = "" }) {
      count++;
      history.add("stand_in_load_errors", {
        query_id: number,
        table_oid: target.oid,
        table_name: target.name,
        at: new Date(),
        file_name: file,
        line_number: line,
        column_name: column?.name ?? "",
        column_type: column?.type ?? "",
        column_length: lengthOf(column),
        position,
        raw_line: shown(raw),
        raw_field_value: shown(value),
        error_code: code,
        error_message: reason,
      });
      if (count < Math.max(maximum, 1)) return;
      const message = `Load into table '${target.name}' failed.  Check 'sys_load_error_detail' system table for details.`;
      throw internal(message, { code: 8001, query: number, location: "copy_error.cpp:112" });
    },
  };
}

function lengthOf(column: TargetColumn | undefined): string {
  if (column?.kind === "numeric") return `${column.precision ?? 0},${column.scale ?? 0}`;
  return String(column?.length ?? 0);
}

/** The views keep 1,024 bytes. */
const shown = (latin1: string): string => Buffer.from(latin1.slice(0, 1024), "latin1").toString("utf8");
