/** The kinds of requests that a client makes. */
export type Endpoint =
  "login" | "renewal" | "heartbeat" | "session" | "telemetry" | "query" | "result" | "abort" | "monitoring" | "chunk";

/**
 * Something that goes wrong on purpose. `status` answers with that HTTP status; `reset` cuts the connection; `hang` never answers; `truncate`
 * sends half of the body and cuts; `corrupt` sends a body that cannot be read.
 */
export interface Fault {
  /** Which requests; all when left out. */
  readonly endpoint?: Endpoint;
  /** Only the nth request from now on, counted from 1; every one when left out. */
  readonly nth?: number;
  readonly effect: "reset" | "hang" | "truncate" | "corrupt" | { readonly status: number; readonly body?: string };
  /** Whether the server does its work before the fault, as when an answer is lost on its way; false by default. */
  readonly after?: boolean;
}

/** The faults in force. */
export interface Faults {
  add(fault: Fault): () => void;
  /** Counts a request and tells the fault that hits it, if any. */
  next(endpoint: Endpoint): Fault | undefined;
}

/** Makes a list of faults, empty at first. */
export function createFaults(): Faults {
  const active = new Map<object, { readonly fault: Fault; seen: number }>();
  return {
    add: (fault) => {
      const key = {};
      active.set(key, { fault, seen: 0 });
      return () => active.delete(key);
    },
    next: (endpoint) => {
      let hit: Fault | undefined;
      for (const entry of active.values()) {
        if (entry.fault.endpoint !== undefined && entry.fault.endpoint !== endpoint) continue;
        entry.seen += 1;
        if (entry.fault.nth === undefined || entry.fault.nth === entry.seen) hit ??= entry.fault;
      }
      return hit;
    },
  };
}
