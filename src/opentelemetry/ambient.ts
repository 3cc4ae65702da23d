import { AsyncLocalStorage } from "node:async_hooks";
import { context, trace, type Context, type Span } from "@opentelemetry/api";

/** Where the active context of OpenTelemetry is kept, so that a channel can make its span the active one. */
export interface Ambient {
  readonly store: AsyncLocalStorage<Context>;
  /** Gives the context in which something begins now. */
  readonly active: () => Context;
}

/** What the context manager of `@opentelemetry/context-async-hooks` keeps to itself; there is no public way to it. */
interface Manager {
  readonly _asyncLocalStorage?: unknown;
}

/**
 * Finds the store of the context manager that is registered now. Where there is none that has one, spans of this package find each other by a
 * store of their own; those of other instrumentations are then siblings of theirs, and not children.
 */
export function ambientContext(): Ambient {
  const { _getContextManager } = context as unknown as { _getContextManager?: () => Manager };
  const kept = _getContextManager?.call(context)._asyncLocalStorage;
  // What is in it is what the manager itself puts there.
  if (kept instanceof AsyncLocalStorage)
    return { store: kept as AsyncLocalStorage<Context>, active: () => context.active() };
  const store = new AsyncLocalStorage<Context>();
  return { store, active: () => store.getStore() ?? context.active() };
}

/** Makes the context in which a span is the active one. */
export function within(span: Span, active: Context): Context {
  return trace.setSpan(active, span);
}
