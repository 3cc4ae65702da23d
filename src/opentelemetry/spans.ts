import {
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import { ambientContext, within, type Ambient } from "./ambient.ts";
import {
  errorAttributes,
  errorType,
  kindAttributes,
  outcomeAttributes,
  serverAttributes,
  statementAttributes,
  statementName,
} from "./attributes.ts";
import { listen, safely, type Undo } from "./subscription.ts";
import { channels, retryChannel, type Traced, type TracedEvents } from "../telemetry/channels.ts";
import type { QueryEvent } from "../telemetry/events.ts";

/** How the events of one channel become spans. */
interface SpanForm<Event> {
  readonly kind: SpanKind;
  readonly name: (event: Event) => string;
  /** What samplers are shown, too. */
  readonly attributes: (event: Event) => Attributes;
  /** What is told of a span that is recorded. */
  readonly details?: (event: Event) => Attributes;
  /** What is told at the end. */
  readonly outcome?: (event: Event) => Attributes;
}

const statement: SpanForm<QueryEvent> = {
  kind: SpanKind.CLIENT,
  name: statementName,
  attributes: kindAttributes,
  details: statementAttributes,
  outcome: outcomeAttributes,
};

/** A wait for a session is no span: the metrics tell of it, and a login that it waits for is one. */
type Spanned = "credentials" | "connect" | "query" | "stream" | "cancel";

const forms: { readonly [Name in Spanned]: SpanForm<TracedEvents[Name]> } = {
  credentials: {
    kind: SpanKind.CLIENT,
    name: () => "peak credentials",
    attributes: ({ source, host }) => ({
      "peak_warehouse.credentials.source": source,
      ...(host !== undefined && { "server.address": host }),
    }),
  },
  connect: {
    kind: SpanKind.CLIENT,
    name: ({ server }) => `${server.warehouse} login`,
    attributes: ({ server, sessionId }) => ({ ...serverAttributes(server), "peak_warehouse.session.id": sessionId }),
  },
  query: statement,
  stream: statement,
  cancel: {
    kind: SpanKind.CLIENT,
    name: (event) => `cancel ${statementName(event.statement)}`,
    attributes: (event) => ({
      ...serverAttributes(event.statement.server),
      "peak_warehouse.cancel.reason": errorType(event.reason),
    }),
    outcome: ({ isSessionLost }) => ({ "peak_warehouse.session.lost": isSessionLost }),
  },
};

/** Makes spans of what is told on the channels. */
export function spans(tracer: Tracer): Undo[] {
  const ambient = ambientContext();
  return [
    ...spansOf(channels.credentials, forms.credentials, tracer, ambient),
    ...spansOf(channels.connect, forms.connect, tracer, ambient),
    ...spansOf(channels.query, forms.query, tracer, ambient),
    ...spansOf(channels.stream, forms.stream, tracer, ambient),
    ...spansOf(channels.cancel, forms.cancel, tracer, ambient),
    listen(retryChannel, ({ what, attempt, delayMs, error }) => {
      const attributes = { what, attempt, delay_ms: delayMs, ...errorAttributes(error) };
      trace.getSpan(ambient.active())?.addEvent("peak_warehouse.retry", attributes);
    }),
  ];
}

/** Makes a span of each event of a channel, which is the active one while the work is under way. */
function spansOf<Event extends object>(
  { start, asyncEnd }: Traced<Event>,
  form: SpanForm<Event>,
  tracer: Tracer,
  { store, active }: Ambient,
): Undo[] {
  const open = new Map<object, Span>();
  const begin = (event: Event) => {
    const parent = active();
    const span = tracer.startSpan(form.name(event), { kind: form.kind, attributes: form.attributes(event) }, parent);
    open.set(event, span);
    if (span.isRecording() && form.details !== undefined) span.setAttributes(form.details(event));
    return within(span, parent);
  };
  // Node's types have a store hold what the channel tells.
  const binding = start as unknown as Binding<Event>;
  binding.bindStore(store, (event) => safely(() => begin(event)) ?? active());
  return [
    () => binding.unbindStore(store),
    listen(asyncEnd, (event) => {
      const span = open.get(event);
      open.delete(event);
      if (span !== undefined) end(span, event, form);
    }),
    () => {
      for (const span of open.values()) span.end();
      open.clear();
    },
  ];
}

interface Binding<Event> {
  bindStore(store: Ambient["store"], begin: (event: Event) => Context): void;
  unbindStore(store: Ambient["store"]): boolean;
}

function end<Event extends { error?: unknown }>(span: Span, event: Event, { outcome }: SpanForm<Event>): void {
  if (outcome !== undefined && span.isRecording()) span.setAttributes(outcome(event));
  if ("error" in event && event.error !== undefined) {
    span.setAttributes(errorAttributes(event.error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: errorType(event.error) });
  }
  span.end();
}
