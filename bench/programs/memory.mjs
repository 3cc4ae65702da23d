import { readFileSync } from "node:fs";
import process from "node:process";

/** Gives the memory that this process holds now. */
export function residentBytes() {
  return process.memoryUsage.rss();
}

/**
 * Gives the most memory that this process has held: the kernel's own high-water mark, which misses nothing and needs no timer. Not
 * `resourceUsage().maxRSS` on Linux: that begins with the size of the process that forked this one.
 */
export function peakBytes() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return Number(kilobytes) * 1024;
}
