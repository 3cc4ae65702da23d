/**
 * What `import … from "peak-warehouse/opentelemetry"` gives: spans and metrics of what this package does.
 *
 * @module peak-warehouse/opentelemetry
 */

import { channel } from "node:diagnostics_channel";
import {
  diag,
  metrics as metricsApi,
  trace,
  type Meter,
  type MeterProvider,
  type TracerProvider,
} from "@opentelemetry/api";
import { metrics } from "./metrics.ts";
import { spans } from "./spans.ts";
import { listen } from "./subscription.ts";

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
 * To be called when the SDK has been started: spans of other instrumentations, such as that of `http`, are then children of those of
 * the statements that they serve. One call at a time counts in a process, whichever copy of the package it goes to: another one does nothing, and tells
 * OpenTelemetry's own log so, until the first has been undone.
 *
 * @returns what undoes it; spans that are open end then.
 */
export function instrument({ tracerProvider, meterProvider }: InstrumentOptions = {}): () => void {
  // All copies of the package know the same channel; nothing is told on it.
  const taken = channel("peak-warehouse:opentelemetry");
  if (taken.hasSubscribers) {
    diag.warn("peak-warehouse is instrumented already: this call of instrument() does nothing.");
    return () => undefined;
  }
  const tracer = (tracerProvider ?? trace).getTracer(scope);
  const meterOf = latestMeter(() => meterProvider ?? metricsApi.getMeterProvider());
  const undos = [listen(taken, () => undefined), ...spans(tracer), ...metrics(meterOf)];
  return () => {
    for (const undo of undos.splice(0)) undo();
  };
}

/** Gives the meter of the provider of the moment. Unlike a tracer, a meter of before the SDK's start would stay without effect. */
function latestMeter(providerNow: () => MeterProvider): () => Meter {
  let known: { readonly provider: MeterProvider; readonly meter: Meter } | undefined;
  return () => {
    const provider = providerNow();
    if (known?.provider !== provider) known = { provider, meter: provider.getMeter(scope) };
    return known.meter;
  };
}
