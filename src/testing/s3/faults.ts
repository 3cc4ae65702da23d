import { createFaults, means, type FaultCount, type Faults } from "../faults.ts";
import { routes, type S3Operation } from "./routes.ts";

/** Says which requests go wrong, and how. */
export type S3Fault = FaultCount & {
  /** Default all. */
  readonly operation?: S3Operation;
  /** A prefix, or what must match; only requests that name an object are met. Default all. */
  readonly key?: RegExp | string;
} & S3Effect;

/** Says how a request goes wrong. Only `cut` comes after S3 has done what was asked. */
export type S3Effect =
  /** S3 refuses: a code it knows (`SlowDown` 503, `AccessDenied` 403, `InternalError` 500 …) or any with its status. */
  | { readonly kind: "error"; readonly code: string; readonly status?: number; readonly message?: string }
  /** The connection is reset instead of an answer. */
  | { readonly kind: "reset" }
  /** The connection ends half-way through the body of the answer, whose length was announced in full. */
  | { readonly kind: "cut" }
  /** The request waits until the fault is undone. */
  | { readonly kind: "hold" };

/** Is what a fault is held against. */
interface Asked {
  readonly operation: S3Operation;
  readonly key: string | undefined;
}

/** Is the faults of an S3. */
export type S3Faults = Faults<S3Fault, Asked>;

/** Makes the faults of a server, none at first. */
export const createS3Faults = (): S3Faults =>
  createFaults({ kinds: { error: ["code"], reset: [], cut: [], hold: [] }, operations }, meets);

const operations = ["Unknown", ...routes.map(({ operation }) => operation)];

function meets({ operation, key }: S3Fault, asked: Asked): boolean {
  if (operation !== undefined && operation !== asked.operation) return false;
  if (key === undefined) return true;
  if (asked.key === undefined) return false;
  return typeof key === "string" ? asked.key.startsWith(key) : means(key, asked.key);
}
