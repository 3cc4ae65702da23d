export { startPeakApi } from "./stand-in.ts";
export type { PeakApi, PeakApiOptions } from "./stand-in.ts";
export type { PeakEffect, PeakFault } from "./faults.ts";
export type { PeakCredentials, PeakRequest, PeakTenant, PeakWarehouse } from "./tenants.ts";
