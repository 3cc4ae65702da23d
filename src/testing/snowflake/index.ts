export { startSnowflake } from "./stand-in.ts";
export type { SnowflakeStatement, SnowflakeStandIn } from "./stand-in.ts";
export type { SnowflakeOptions } from "./options.ts";
export type { SnowflakeIntegration } from "./bulk/state.ts";
export type {
  SnowflakeFault,
  SnowflakeOperation,
  SnowflakeEffect,
  SnowflakeRequestFault,
  SnowflakeStatementFault,
} from "./http/faults.ts";
export type { SnowflakeLogin } from "./http/login.ts";
export type { SnowflakeSession } from "./http/clients.ts";
