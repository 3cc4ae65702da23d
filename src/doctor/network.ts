import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { judgeCertificate, shownBy } from "./certificate.ts";
import { failed, passed, skipped, type Finding } from "./finding.ts";
import { firstBytes, reach, unverifiedTls, type Destination } from "./reach.ts";
import { seconds, type Advise } from "./notes.ts";
import { WarehouseError } from "../errors.ts";
import type { Duplex } from "node:stream";
import type { Call } from "../call.ts";

/** A connection that is encrypted, and how. */
export interface Encryption {
  readonly destination: Destination;
  /** The name that the certificate must carry. */
  readonly name: string;
  /** `"postgres"` asks for TLS in a message of its own before it begins. */
  readonly opening: "direct" | "postgres";
}

/** Looks a host's name up. Gives its addresses, and none where nobody needs to know them here. */
export async function lookUp({ host, proxy, statedBy }: Destination): Promise<Finding<readonly string[]>> {
  if (proxy !== undefined) return skipped(`the proxy ${proxy.url.host} from ${proxy.by} looks the name ${host} up`, []);
  if (isIP(host) !== 0) return passed(`${host} is an address`, [host]);
  try {
    const addresses = (await lookup(host, { all: true })).map(({ address }) => address);
    return passed(`${host} is ${addresses.join(", ")}`, addresses, { host, addresses });
  } catch (error) {
    const code = String((error as { code?: unknown }).code); // Errors of node:dns have one.
    const unknown = code === "ENOTFOUND";
    return failed(
      unknown ? `there is no host ${host} (${code})` : `the name ${host} could not be looked up (${code})`,
      unknown
        ? `Compare the host with ${statedBy}. If it is right, its name is a private one: use the network or VPN that knows it.`
        : "The machine's name server does not answer: look at its network and at /etc/resolv.conf.",
      { host, code },
    );
  }
}

/** Connects, and lets go again. */
export async function knock(destination: Destination, call: Call): Promise<Finding> {
  const from = performance.now();
  (await reach(destination, call)).destroy();
  const elapsedMs = Math.round(performance.now() - from);
  const { host, port, proxy } = destination;
  const via = proxy === undefined ? "" : ` through the proxy ${proxy.url.host} from ${proxy.by}`;
  return passed(`${host}:${port} answers${via} in ${seconds(elapsedMs)}`, true, { host, port, elapsedMs });
}

/** Says what to do where a connection does not come about. @param addresses - what the host's name has led to. */
export function adviseReach({ port, proxy, statedBy }: Destination, addresses: readonly string[] = []): Advise {
  return ({ code, vendorCode = "" }) => {
    if (proxy !== undefined) return proxyAdvice(code === "TIMEOUT" ? "ETIMEDOUT" : vendorCode);
    if (vendorCode === "ECONNREFUSED") {
      return `Nothing listens on port ${port} there: compare host and port with ${statedBy}, and see whether it is running.`;
    }
    if (code === "TIMEOUT" || /TIMEDOUT|UNREACH/.test(vendorCode)) {
      const network = addresses.some(isPrivate)
        ? "The address is a private one: use the network or VPN that it belongs to."
        : "Something drops the packets: a firewall, a security group or a missing VPN.";
      return `${network} Port ${port} must be open for this machine.`;
    }
    return `Something on the way ends the connection (${vendorCode || code}): a firewall or a load balancer, perhaps. Compare host and port with ${statedBy}.`;
  };
}

function proxyAdvice(vendorCode: string): string {
  if (vendorCode === "407")
    return "The proxy wants a user and a password: put them into its URL, http://user:password@host:port.";
  if (/^\d{3}$/.test(vendorCode))
    return "The proxy must allow CONNECT to that host and port; or name the host in NO_PROXY, to go past the proxy.";
  if (vendorCode === "ETIMEDOUT") {
    return "The proxy, or the server behind it, does not answer: is the proxy's address right, and may it lead there?";
  }
  return "The proxy itself cannot be reached: compare the option proxy, or HTTPS_PROXY, with the network's settings; { proxy: false } goes past it.";
}

/** Begins TLS as a session would, looks at the certificate, and lets go again. */
export async function inspect(encryption: Encryption, call: Call): Promise<Finding> {
  const { destination, name, opening } = encryption;
  const socket = await reach(destination, call);
  try {
    if (opening === "postgres" && !(await offersTls(socket, call))) {
      return failed(
        "the server does not offer TLS",
        "Let it be turned on there. Only if a plain connection is what you want: { tls: false }, and the password crosses the network in the clear.",
      );
    }
    const shown = shownBy(await unverifiedTls(socket, { host: name, ca: destination.ca }, call));
    if (shown === undefined)
      return failed("the server shows no certificate", "Something else answers there: is the port right?");
    return judgeCertificate(shown, name);
  } finally {
    socket.destroy();
  }
}

/** Says what to do where no TLS comes about. */
export const adviseTls: Advise = ({ code }) =>
  code === "TIMEOUT"
    ? "The server takes the connection and does not answer: a firewall or a tunnel without its other end does that; or the port is another service's."
    : "The server does not speak TLS 1.2 or later there: is the port right? A firewall that inspects TLS may break it, too.";

/** SSLRequest, and its answer in one byte (PostgreSQL, "Message Formats"). */
async function offersTls(socket: Duplex, call: Call): Promise<boolean> {
  socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
  const answer = (await firstBytes(socket, call))?.toString("latin1", 0, 1);
  if (answer === "S" || answer === "N") return answer === "S";
  throw new WarehouseError(
    "CONNECTION",
    answer === undefined ? "the server closes the connection when it is asked for TLS" : "what answers is no Redshift",
    { phase: "connect" },
  );
}

const privateRanges = new BlockList();
privateRanges.addSubnet("10.0.0.0", 8);
privateRanges.addSubnet("172.16.0.0", 12);
privateRanges.addSubnet("192.168.0.0", 16);
privateRanges.addSubnet("fc00::", 7, "ipv6");

function isPrivate(address: string): boolean {
  return privateRanges.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
