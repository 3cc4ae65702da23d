import { channel, tracingChannel, type Channel, type TracingChannel } from "node:diagnostics_channel";
import type {
  AcquireEvent,
  CancelEvent,
  CloseEvent,
  ConnectEvent,
  CredentialsEvent,
  QueryEvent,
  RetryEvent,
} from "./events.ts";

/** What can be observed, by the last part of its channel's name, and what is told of it. */
export interface TracedEvents {
  readonly credentials: CredentialsEvent;
  readonly connect: ConnectEvent;
  readonly acquire: AcquireEvent;
  readonly query: QueryEvent;
  readonly stream: QueryEvent;
  readonly cancel: CancelEvent;
  readonly close: CloseEvent;
}

/** A tracing channel of this package. */
export type Traced<Event extends object> = TracingChannel<unknown, Event> & {
  /** Node has it since 20.13, its types for Node 20 do not. */
  readonly hasSubscribers: boolean;
};

const traced = <Name extends keyof TracedEvents>(name: Name) =>
  // The types know no channel of another payload.
  tracingChannel(`peak-warehouse:${name}`) as unknown as Traced<TracedEvents[Name]>;

/** The tracing channels, `peak-warehouse:credentials` and so on. Their names are a promise to those who subscribe. */
export const channels: { readonly [Name in keyof TracedEvents]: Traced<TracedEvents[Name]> } = {
  credentials: traced("credentials"),
  connect: traced("connect"),
  acquire: traced("acquire"),
  query: traced("query"),
  stream: traced("stream"),
  cancel: traced("cancel"),
  close: traced("close"),
};

/** `peak-warehouse:retry`, a plain channel. */
// The types know no channel of another payload.
export const retryChannel = channel("peak-warehouse:retry") as unknown as Channel<unknown, RetryEvent>;

/**
 * Does work, and tells of it on a channel where somebody listens: its start, its end, what it failed with.
 *
 * @param eventOf - makes the event; not called where nobody listens.
 * @param note - adds to the event what is known at the end.
 */
export function told<Name extends keyof TracedEvents, T>(
  name: Name,
  eventOf: () => TracedEvents[Name],
  work: () => Promise<T>,
  note?: (event: TracedEvents[Name], result: T) => void,
): Promise<T> {
  return channels[name].hasSubscribers ? telling(name, eventOf(), work, note) : work();
}

async function telling<Name extends keyof TracedEvents, T>(
  name: Name,
  event: TracedEvents[Name],
  work: () => Promise<T>,
  note: ((event: TracedEvents[Name], result: T) => void) | undefined,
): Promise<T> {
  const results: T[] = [];
  // Node puts into the event what the function gives, which may be a secret or a session: nothing.
  await channels[name].tracePromise(async () => {
    const result = await work();
    note?.(event, result);
    results.push(result);
  }, event);
  // There is one where the promise has not been rejected.
  return results[0] as T;
}

/** Tells that something is tried again. */
export function tellRetry(
  what: RetryEvent["what"],
  { attempt, delayMs = 0, error }: { attempt: number; delayMs?: number; error: unknown },
): void {
  const event: RetryEvent = { what, attempt, delayMs, error };
  if (retryChannel.hasSubscribers) retryChannel.publish(event);
}
