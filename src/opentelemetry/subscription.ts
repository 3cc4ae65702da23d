import { subscribe, unsubscribe, type Channel } from "node:diagnostics_channel";
import { diag } from "@opentelemetry/api";

/** Takes away what has been subscribed. */
export type Undo = () => void;

/** Listens to a channel. What a listener throws is told to OpenTelemetry's own log: Node would end the process. */
export function listen<Event>({ name }: Channel<unknown, Event>, listener: (event: Event) => void): Undo {
  // A channel has one kind of event.
  const guarded = (event: unknown) => safely(() => listener(event as Event));
  subscribe(name, guarded);
  return () => unsubscribe(name, guarded);
}

/** Does what must not disturb the calls that are observed. */
export function safely<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    diag.error("peak-warehouse could not be observed", error);
    return undefined;
  }
}
