export { startRedshift } from "./stand-in.ts";
export type { Login, RedshiftSession, RedshiftStandIn } from "./stand-in.ts";
export type { Account, AuthenticationMethod } from "./authentication.ts";
export type { BoundValue } from "./bind.ts";
export type { RedshiftRole, RedshiftRoles } from "./bulk/roles.ts";
export type { RedshiftConflict, RedshiftFault } from "./faults.ts";
export type { RedshiftStatement } from "./journal.ts";
export type { RedshiftOptions } from "./options.ts";
export type { TlsIdentity } from "./startup.ts";
