import type { IncomingHttpHeaders } from "node:http";

/** The credentials of one warehouse, as the API answers them: camelCase fields, no envelope. */
export type PeakCredentials = Readonly<Record<string, unknown>>;

/** Describes a data warehouse of a tenant. */
export interface PeakWarehouse {
  readonly name: string;
  /** Whether a request that names no warehouse gets this one; without any such mark it is the first. */
  readonly default?: boolean;
  /** The answer, or what makes a new one for each request (a fresh token, a rotated password). */
  readonly credentials: PeakCredentials | ((request: PeakRequest) => PeakCredentials | Promise<PeakCredentials>);
  readonly status?: "active" | "draft" | "failed";
  /** Merged into the `metadata` of the warehouse list, for example `{ "schema.default": "publish" }`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Describes a tenant: the API knows it by its key alone. */
export interface PeakTenant {
  /** Compared byte for byte with the `Authorization` header: the API adds and strips no scheme. */
  readonly key: string;
  /** How recorded requests name it; default `tenant-1`, `tenant-2` … */
  readonly name?: string;
  readonly warehouses: readonly PeakWarehouse[];
}

/** Describes a request that arrived, without its key. */
export interface PeakRequest {
  /** Milliseconds since the epoch by the stand-in's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** All but `authorization`. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly bodyBytes: number;
  readonly key: "known" | "unknown" | "missing" | "disabled";
  /** The tenant's name where the key is known or disabled. */
  readonly tenant?: string;
}
