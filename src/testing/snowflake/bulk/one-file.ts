import type { StoredObject } from "../../s3/storage.ts";
import type { Run } from "../engine/run.ts";
import { convert } from "./conversion.ts";
import type { LoadError } from "./load-errors.ts";
import { onStorage, pathInBucket } from "./locations.ts";
import type { Location } from "./locations.ts";
import { mapped } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import { endsLoad } from "./policy.ts";
import type { Policy } from "./policy.ts";
import { sheetOf } from "./sheets.ts";

/** What a COPY INTO table was asked for. */
export interface LoadPlan {
  readonly mapping: Mapping;
  readonly tableName: string;
  readonly location: Location;
  readonly files: readonly string[] | undefined;
  readonly pattern: string | undefined;
  readonly policy: Policy;
  readonly sizeLimitBytes: number;
  readonly purge: boolean;
  readonly force: boolean;
  readonly uncertain: boolean;
  readonly failedOnly: boolean;
  /** RETURN_ERRORS, RETURN_ALL_ERRORS, or the number of RETURN_n_ROWS. */
  readonly mode: string | undefined;
}

/** One file, read and converted. */
export interface FileLoad {
  /** The table of DuckDB that holds its good rows. */
  readonly table: string;
  readonly rowCount: number;
  readonly parsed: number;
  readonly errors: readonly LoadError[];
}

/** Reads a file and converts its records; the tables it makes are added to `scratch`. */
export async function loadOne(file: StoredObject, plan: LoadPlan, run: Run, scratch: string[]): Promise<FileLoad> {
  const { mapping, tableName } = plan;
  const { format, targets, query, match } = mapping;
  const bytes = await onStorage(run, (storage) => storage.read(file.url));
  const sheet = await sheetOf(file, bytes, format, run);
  scratch.push(sheet.table);
  const name = pathInBucket(file.url);
  const values = mapped(mapping, sheet, { name, etag: file.etag, lastModified: file.lastModified });
  // A transformation takes what is there; a header says how many fields there are.
  const counted = format.type === "CSV" && format.errorOnColumnCountMismatch && query === undefined;
  const width = !counted ? undefined : match === "NONE" ? targets.length : sheet.named?.size;
  const endsAtFirst = plan.mode === undefined ? endsLoad(plan.policy, mapping) : !Number.isNaN(Number(plan.mode));
  const converted = await convert({ sheet, values, file: name, tableName, width, endsAtFirst }, run);
  scratch.push(converted.table);
  return { ...converted, parsed: sheet.rowCount };
}
