import { checkLocation } from "../bulk/location.ts";
import { Call } from "../call.ts";
import { connectOptions, type ConnectOptions } from "../connect-options.ts";
import { invalidArgument } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { openNotes } from "./notes.ts";
import {
  examinePlatform,
  examineTarget,
  examineVersions,
  examineWarehouse,
  examineWay,
  type Patient,
} from "./round.ts";
import type { BucketOptions } from "../bulk/bucket.ts";
import type { Diagnosis, Stage } from "./diagnosis.ts";

export type { Diagnosis, Outcome, Stage, StageName } from "./diagnosis.ts";
export { renderDiagnosis, renderStage, renderVerdict, type RenderOptions } from "./render.ts";

/** What `diagnose()` may be told: what `connectWarehouse()` is told, whose connection is examined, and what is below. */
export interface DiagnoseOptions extends ConnectOptions, BucketOptions {
  /** The limit for all stages together, in milliseconds; what is not done by then is skipped. Default 60 000. */
  readonly timeoutMs?: number | undefined;
  /** Where an export is to go: a path of this machine, or `s3://bucket/prefix/`. It is tried, and left as it was. Default: none is tried. */
  readonly exportTo?: string | undefined;
  /** Told of each stage when it has ended. What it throws ends the diagnosis. Default: nobody is told. */
  readonly onStage?: ((stage: Stage) => void) | undefined;
}

const diagnoseOptions: Readonly<Record<keyof DiagnoseOptions, true>> = {
  ...connectOptions,
  exportTo: true,
  s3: true,
  onStage: true,
};

/**
 * Examines the way to the tenant's data warehouse stage by stage, from the configuration to the decoding of values; each where what it needs is in
 * order. It asks the Peak API twice and logs in once, as `connectWarehouse()` does, and runs some small statements, which wake a virtual warehouse.
 *
 * @returns what was found, failures too. No text in it holds a secret.
 * @throws `INVALID_ARGUMENT` for an option that does not exist, and for a wrong `timeoutMs`, `signal`, `exportTo` or `onStage`; `signal.reason`. Any
 *   other wrong option is what the stage `configuration` finds.
 * @example
 * ```ts
 * import { diagnose, renderDiagnosis } from "peak-warehouse";
 *
 * const diagnosis = await diagnose();
 * if (!diagnosis.ok) console.error(renderDiagnosis(diagnosis));
 * ```
 */
export async function diagnose(given: DiagnoseOptions = {}): Promise<Diagnosis> {
  const checked = checkOptions<DiagnoseOptions>(given, diagnoseOptions, "diagnose()");
  const { signal, timeoutMs = 60_000, exportTo, s3, onStage, ...options } = checked;
  // It knows what a signal and a duration are.
  new Call({ signal, timeoutMs }).end();
  checkTarget(exportTo);
  if (onStage !== undefined && typeof onStage !== "function") throw invalidArgument("onStage must be a function.");
  const notes = openNotes({ signal, timeoutMs, onStage });
  const patient: Patient = { notes, options };
  const { configuration, credentials } = await examinePlatform(patient);
  const way = await examineWay(patient, { configuration, credentials });
  const version = await examineWarehouse(patient, { credentials, ...way });
  await examineTarget(patient, { credentials }, exportTo, { s3 });
  await examineVersions(patient, version);
  return notes.diagnosis();
}

/** Plain JavaScript may pass anything. */
function checkTarget(target: unknown): void {
  if (target === undefined) return;
  if (typeof target !== "string" || target === "" || target.includes("\0")) {
    throw invalidArgument('exportTo must be the path of a file, or a URL such as "s3://bucket/prefix/".');
  }
  if (target.startsWith("s3://")) checkLocation(target, "exportTo");
}
