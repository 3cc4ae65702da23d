import { cpus, loadavg, totalmem, type } from "node:os";
import { peerVersions } from "./peers.ts";

/** Where and with what figures were measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  /** How many processes wanted to run when the benchmark began, on average over a minute. */
  readonly load: number;
  readonly peers: Readonly<Record<string, string>>;
}

/** Describes this machine. */
export async function machine(): Promise<Machine> {
  const cores = cpus();
  return {
    cpu: cores[0]?.model ?? "unknown",
    cores: cores.length,
    memoryBytes: totalmem(),
    system: `${type()} ${process.arch}`,
    node: process.version,
    load: loadavg()[0] ?? 0,
    peers: await peerVersions(),
  };
}

/** Writes it as one sentence. */
export function described({ cpu, cores, memoryBytes, system, node, peers }: Machine): string {
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GB`;
  return `${cores} cores of ${cpu}, ${memory}, ${system}, Node ${node}, servers on the same machine; ${versions.join(", ")}.`;
}
