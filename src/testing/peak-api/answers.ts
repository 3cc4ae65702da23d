import type { ServerResponse } from "node:http";
import type { PeakEffect } from "./faults.ts";
import type { PeakCredentials, PeakRequest, PeakTenant, PeakWarehouse } from "./tenants.ts";

/** Is what the API answers a request. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where the API is asked for what. */
export const paths = {
  credentials: "/connections/api/v2/connections/credentials",
  warehouses: "/connections/api/v1/connections/warehouses",
};

/** Makes the answer to what is refused. */
export const refusal = (status: number, detail: string): Answer => ({ status, body: { detail } });

/** Answers a request as the API does. */
export async function answer(request: PeakRequest, tenant: PeakTenant | undefined): Promise<Answer> {
  if (!Object.values(paths).includes(request.path)) return refusal(404, "Not Found");
  if (request.method !== "GET") return refusal(405, "Method Not Allowed");
  if (request.key === "disabled") return refusal(403, "The API key is disabled.");
  if (request.key !== "known" || tenant === undefined) return refusal(401, "Unauthorized");
  return request.path === paths.warehouses ? await list(request, tenant) : await credentials(request, tenant);
}

async function credentials(request: PeakRequest, tenant: PeakTenant): Promise<Answer> {
  const { type = "data-warehouse", warehouse: name } = request.query;
  if (type !== "data-warehouse") return refusal(400, `type must be data-warehouse, not ${type}`);
  const chosen = name
    ? tenant.warehouses.find((warehouse) => warehouse.name === name)
    : (tenant.warehouses.find((warehouse) => warehouse.default) ?? tenant.warehouses[0]);
  if (!chosen) return refusal(404, name ? `Data warehouse ${name} does not exist.` : "No data warehouse is connected.");
  return { status: 200, body: await issue(chosen, request) };
}

async function list(request: PeakRequest, tenant: PeakTenant): Promise<Answer> {
  const standard = tenant.warehouses.find((warehouse) => warehouse.default) ?? tenant.warehouses[0];
  const dataStores = await Promise.all(
    tenant.warehouses.map(async (warehouse, index) => ({
      id: `${tenant.name ?? "tenant"}-${index + 1}`,
      name: warehouse.name,
      type: "data_warehouse",
      variant: (await issue(warehouse, request)).dataWarehouseType,
      status: warehouse.status ?? "active",
      metadata: { isDefault: warehouse === standard, ...warehouse.metadata },
    })),
  );
  return { status: 200, body: { dataStores, pageSize: 20 } };
}

async function issue({ credentials }: PeakWarehouse, request: PeakRequest): Promise<PeakCredentials> {
  return typeof credentials === "function" ? await credentials(request) : credentials;
}

/** Makes the answer that a fault asks for. */
export function injected(fault: Extract<PeakEffect, { kind: "error" }>): Answer {
  const { status, body = { detail: `Failure ${status} asked for by the test` }, retryAfter } = fault;
  const contentType = fault.contentType ?? (typeof body === "string" ? "text/html" : "application/json");
  return {
    status,
    body,
    headers: {
      "content-type": contentType,
      ...(retryAfter !== undefined && {
        "retry-after": retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter),
      }),
    },
  };
}

/** Sends an answer. @param at - for its `Date`, in milliseconds since 1970. */
export function send(response: ServerResponse, { status, body, headers }: Answer, at: number): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", date: new Date(at).toUTCString(), ...headers });
  response.end(text);
}
