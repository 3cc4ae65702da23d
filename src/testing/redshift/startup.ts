import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { readBytes } from "./handshake.ts";
import { fatal } from "./errors.ts";

/** Is what a new connection is for. */
export type Opening =
  | { readonly purpose: "cancel"; readonly request: Buffer }
  | {
      readonly purpose: "session";
      /** The connection to go on with: the given one, or TLS over it. */
      readonly socket: Socket;
      readonly parameters: Readonly<Record<string, string>>;
    };

/** PEM texts of the server's key and certificate. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

const requests = { tls: 80_877_103, gss: 80_877_104, cancel: 80_877_102 };

/** Reads a connection up to its startup packet or CancelRequest, and goes over to TLS where that is asked and offered. */
export async function open(raw: Socket, tls: TlsIdentity | undefined): Promise<Opening> {
  let socket = raw;
  for (;;) {
    const size = (await readBytes(socket, 4)).readInt32BE(0) - 4;
    if (size < 4 || size > 65_536) throw new Error(`A startup packet of ${size} bytes is out of bounds.`);
    const packet = await readBytes(socket, size);
    const code = packet.readInt32BE(0);
    if (code === requests.cancel) return { purpose: "cancel", request: packet };
    if (code === requests.gss || (code === requests.tls && (!tls || socket !== raw))) {
      socket.write("N");
    } else if (code === requests.tls && tls) {
      raw.write("S");
      socket = new TLSSocket(raw, { isServer: true, ...tls });
    } else if (code >> 16 === 3) {
      return { purpose: "session", socket, parameters: pairs(packet.toString("utf8", 4)) };
    } else {
      throw fatal("0A000", `unsupported frontend protocol ${code >> 16}.${code & 0xffff}: server supports 1.0 to 3.0`);
    }
  }
}

function pairs(text: string): Record<string, string> {
  const parts = text.split("\0");
  const result: Record<string, string> = {};
  for (let at = 0; at + 1 < parts.length && parts[at] !== ""; at += 2) result[parts[at] ?? ""] = parts[at + 1] ?? "";
  return result;
}

/** Settings of the session that a client may give at startup (Amazon's JDBC driver gives all but the last). */
const settings = new Set([
  "application_name",
  "client_encoding",
  "datestyle",
  "extra_float_digits",
  "search_path",
  "timezone",
  "statement_timeout",
]);

/** What Amazon's own drivers tell about themselves and their login; it changes nothing here. */
const telemetry =
  /^(?:client_protocol_version|driver_\w+|id[cp]_\w+|identity_namespace|os_version|plugin_name|provider_name|token_type)$/;

/**
 * Gives the settings of a startup packet, those inside `options` (`-c name=value`) included. Throws a `Refused` with
 * SQLSTATE 42704 for a parameter that Redshift does not know at startup, such as `lock_timeout` or `query_group`.
 */
export function startupSettings(parameters: Readonly<Record<string, string>>): Map<string, string> {
  const { options = "", ...given } = parameters;
  const result = new Map<string, string>();
  for (const [name, value] of [...Object.entries(given), ...optionPairs(options)]) {
    const key = name.toLowerCase();
    if (key === "user" || key === "database") continue;
    if (settings.has(key)) result.set(key, value);
    else if (!telemetry.test(key)) throw fatal("42704", `unrecognized configuration parameter "${name}"`);
  }
  return result;
}

/** Splits `-c a=b --c=d`; a backslash keeps the blank after it. */
function optionPairs(options: string): [string, string][] {
  const words = options.match(/(?:\\.|[^\s\\])+/g)?.map((word) => word.replace(/\\(.)/g, "$1")) ?? [];
  const assignments: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "-c") assignments.push(words[++at] ?? "");
    else if (word.startsWith("--")) assignments.push(word.slice(2));
    else if (word.startsWith("-c")) assignments.push(word.slice(2));
    else throw fatal("42601", `invalid command-line arguments for server process: ${word}`);
  }
  return assignments.map((assignment) => {
    const [name = "", ...value] = assignment.split("=");
    return [name.replaceAll("-", "_"), value.join("=")];
  });
}
