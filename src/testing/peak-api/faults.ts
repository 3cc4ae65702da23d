import { createFaults, type FaultCount, type Faults } from "../faults.ts";
import { paths } from "./answers.ts";
import type { PeakRequest } from "./tenants.ts";

/** Says which of the next requests go wrong, and how. */
export type PeakFault = FaultCount & {
  /** `credentials` and `warehouses` are what `getCredentials` and `listWarehouses` ask; default all. */
  readonly operation?: "credentials" | "warehouses";
} & PeakEffect;

/** Says how a request goes wrong. */
export type PeakEffect =
  | {
      readonly kind: "error";
      readonly status: number;
      /** Text is sent as it is, anything else as JSON; default `{ "detail": "…" }`. */
      readonly body?: unknown;
      /** Default `application/json`, for a text `text/html`. */
      readonly contentType?: string;
      /** Seconds, or a date, for the `Retry-After` header. */
      readonly retryAfter?: number | Date;
    }
  /** The connection is reset instead of an answer. */
  | { readonly kind: "reset" }
  /** It is never answered. */
  | { readonly kind: "hang" }
  /** It waits until the fault is undone, and is then answered as ever. */
  | { readonly kind: "hold" };

/** Makes the faults of requests, none at first. */
export const createPeakFaults = (): Faults<PeakFault, PeakRequest> =>
  createFaults(
    { kinds: { error: ["status"], reset: [], hang: [], hold: [] }, operations: Object.keys(paths) },
    ({ operation }, { path }) => operation === undefined || path === paths[operation],
  );
