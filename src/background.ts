import { AsyncResource } from "node:async_hooks";

/** Belongs to nobody's call: it is made when the package is loaded. */
const nobody = new AsyncResource("peak-warehouse.background");

/**
 * Begins what outlives the call that sets it off, such as the socket of a session, without that call's async context: a socket keeps the one that it was
 * made in for as long as it is open, and with it a web server's request, its span and its user.
 */
export function inBackground<T>(begin: () => T): T {
  return nobody.runInAsyncScope(begin);
}
