import { cstring, frame, int32 } from "./frames.ts";
import { reported } from "./replies.ts";

/** Encodes what a client is told when it has logged in: AuthenticationOk, the parameters that a cluster reports, BackendKeyData, ReadyForQuery. */
export function greeting(parameters: ReadonlyMap<string, string>, key: Buffer, showDiscovery: number): Buffer {
  const status: [string, string][] = [
    ["server_version", "8.0.2"],
    ["is_superuser", "off"],
    ...[...parameters].filter(([parameter]) => reported.has(parameter)),
    ["server_protocol_version", "0"],
    ["show_discovery", String(showDiscovery)],
    ["datashare_enabled", "on"],
    ["external_database", "off"],
  ];
  return Buffer.concat([
    frame("R", int32(0)),
    ...status.map(([parameter, value]) => frame("S", cstring(parameter), cstring(value))),
    frame("K", key),
    frame("Z", Buffer.from("I")),
  ]);
}
