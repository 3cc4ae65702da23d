import { WarehouseError } from "../errors.ts";

/** Gives the W3C trace context of the span that is active now, such as `00-4bf9…-00f0…-01`; `undefined` where there is none. */
export type ActiveTrace = () => string | undefined;

/**
 * Loads the reader of the active span: `@opentelemetry/api`, whose copies in a process all know the same one.
 *
 * @throws `UNSUPPORTED` where it is not installed.
 */
export async function loadActiveTrace(): Promise<ActiveTrace> {
  const { context, isSpanContextValid, trace } = await load();
  return () => {
    const span = trace.getSpan(context.active())?.spanContext();
    if (span === undefined || !isSpanContextValid(span)) return undefined;
    return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, "0")}`;
  };
}

async function load() {
  try {
    return await import("@opentelemetry/api");
  } catch (cause) {
    throw new WarehouseError(
      "UNSUPPORTED",
      "traceContext reads the active span of OpenTelemetry, whose API is not installed: npm install @opentelemetry/api, or leave traceContext out.",
      { cause },
    );
  }
}
