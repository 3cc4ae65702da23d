import type { Answer, Run } from "../engine/run.ts";
import { unsupported } from "../errors.ts";
import type { Load } from "../sql/bulk-ast.ts";

/** Runs COPY INTO table. */
export function load(_statement: Load, _run: Run): Promise<Answer> {
  return Promise.reject(unsupported("COPY INTO a table"));
}
