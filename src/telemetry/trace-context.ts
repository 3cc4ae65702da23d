import { notInstalled } from "../optional-package.ts";

/** Gives the W3C trace context of the span that is active now, such as `00-4bf9…-00f0…-01`; `undefined` where there is none. */
export type ActiveTrace = () => string | undefined;

/**
 * Loads the reader of the active span: `@opentelemetry/api`, whose copies in a process all know the same one.
 *
 * @throws `UNSUPPORTED` where it is not installed.
 */
export async function loadActiveTrace(): Promise<ActiveTrace> {
  const { context, isSpanContextValid, trace } = await import("@opentelemetry/api").catch(
    notInstalled("@opentelemetry/api", "Tags with a trace context"),
  );
  return () => {
    const span = trace.getSpan(context.active())?.spanContext();
    if (span === undefined || !isSpanContextValid(span)) return undefined;
    return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, "0")}`;
  };
}
