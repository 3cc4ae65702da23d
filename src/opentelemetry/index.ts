/**
 * What `import … from "peak-warehouse/opentelemetry"` gives: spans and metrics of what this package does.
 *
 * @module peak-warehouse/opentelemetry
 */

import { metrics as metricsApi, trace, type MeterProvider, type TracerProvider } from "@opentelemetry/api";
import { metrics } from "./metrics.ts";
import { spans } from "./spans.ts";

/** Where spans and metrics go. */
export interface InstrumentOptions {
  /** What makes the spans. Default: the provider that is registered with `@opentelemetry/api`. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** What makes the metrics. Default: the provider that is registered with `@opentelemetry/api`. */
  readonly meterProvider?: MeterProvider | undefined;
}

const scope = "peak-warehouse";

/**
 * Makes spans and metrics of all that peak-warehouse does in this process, by OpenTelemetry's semantic conventions for databases: spans of
 * statements, logins, cancellations and fetches of credentials; durations, rows and the state of the pools as metrics. Statements are shown with `?` for
 * each literal, unless the option `telemetry` of `connectWarehouse()` says otherwise; errors by their codes, since their messages may quote values.
 *
 * To be called once, when the SDK has been started: spans of other instrumentations, such as that of `http`, are then children of those of
 * the statements that they serve.
 *
 * @returns what undoes it; spans that are open end then.
 * @example
 * ```ts
 * import { instrument } from "peak-warehouse/opentelemetry";
 *
 * const undo = instrument();
 * ```
 */
export function instrument({ tracerProvider, meterProvider }: InstrumentOptions = {}): () => void {
  const tracer = (tracerProvider ?? trace).getTracer(scope);
  const meter = (meterProvider ?? metricsApi).getMeter(scope);
  const undos = [...spans(tracer), ...metrics(meter)];
  return () => {
    for (const undo of undos.splice(0)) undo();
  };
}
