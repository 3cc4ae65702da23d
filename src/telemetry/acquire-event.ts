import type { AcquireEvent, ObservedServer, PoolStatistics } from "./events.ts";

/** Makes what observers are told of a wait for a session. */
export function acquireEvent(server: ObservedServer, statistics: () => PoolStatistics): AcquireEvent {
  return {
    server,
    sessionId: undefined,
    get pool() {
      return statistics();
    },
  };
}
