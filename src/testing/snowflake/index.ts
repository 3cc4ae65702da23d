export { startSnowflake } from "./stand-in.ts";
export type { RecordedStatement, SnowflakeStandIn } from "./stand-in.ts";
export type { SnowflakeOptions } from "./options.ts";
export type { Integration } from "./bulk/state.ts";
export type { Fault, Operation, RequestEffect, RequestFault, SqlFault } from "./http/faults.ts";
export type { LoginAttempt } from "./http/login.ts";
export type { SessionInfo } from "./http/clients.ts";
