export { startRedshift } from "./stand-in.ts";
export type { RedshiftSession, RedshiftStandIn, RedshiftStatement } from "./stand-in.ts";
export type { RedshiftLogin } from "./door.ts";
export type { RedshiftAccount, AuthenticationMethod } from "./authentication.ts";
export type { BoundValue } from "./bind.ts";
export type { RedshiftRole, RedshiftRoles } from "./bulk/roles.ts";
export type {
  RedshiftClosedPort,
  RedshiftLoginFault,
  RedshiftConflict,
  RedshiftFault,
  RedshiftReset,
  RedshiftStatementFault,
} from "./faults.ts";
export type { SocketDrop } from "./session.ts";
export type { RedshiftOptions } from "./options.ts";
export type { TlsIdentity } from "./startup.ts";
