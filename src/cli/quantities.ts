import { InvalidArgumentError } from "commander";

/** Node's timers hold a signed 32-bit number of milliseconds; a longer one would end at once. */
const longestMs = 2_147_483_647;
const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Reads a duration, such as `500ms`, `30s`, `5m` or `1h`; a bare number counts seconds. @returns milliseconds. */
export function duration(text: string): number {
  const [, digits = "", unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const ms = Number(digits) * (unitsMs[unit] ?? 1);
  if (digits === "" || ms < 1) throw new InvalidArgumentError('It must be a duration, such as "30s", "5m" or "1h".');
  if (ms > longestMs) throw new InvalidArgumentError("It must be at most 24 days.");
  return ms;
}

/** Checks a duration that is told again as it was written. */
export function durationText(text: string): string {
  duration(text);
  return text;
}

const unitsBytes: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
};

/** Reads a size, such as `64MiB`, `1GB` or a bare number of bytes. */
export function size(text: string): number {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)([kmg]i?)?b?$/i.exec(text) ?? [];
  const bytes = unitsBytes[unit.toLowerCase()];
  if (digits === undefined || bytes === undefined)
    throw new InvalidArgumentError('It must be a size, such as "64MiB".');
  return Math.round(Number(digits) * bytes);
}

/** Reads a whole number from 0 on. */
export function count(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError("It must be a whole number.");
  return number;
}

/** Collects what a flag is given again and again. */
export function repeated(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Reads names that are separated by commas. */
export function names(text: string): readonly string[] {
  return text.split(",").map((name) => name.trim());
}

/** Writes a number with its thousands set apart. */
export function grouped(number: number): string {
  return number.toLocaleString("en-US");
}

/** Writes a number with a noun. */
export function counted(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** Writes a size for a person: `512 B`, `3.4 MB`. */
export function shownBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let shown = bytes;
  let unit = 0;
  while (shown >= 999.5 && unit < units.length - 1) {
    shown /= 1000;
    unit++;
  }
  return `${unit > 0 && shown < 99.5 ? shown.toFixed(1) : Math.round(shown)} ${units[unit] ?? ""}`;
}

/** Writes a duration for a person: `120 ms`, `3.4 s`, `2:05`, `1:02:05`. */
export function shownMs(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [first = 0, ...rest] = parts[0] === 0 ? parts.slice(1) : parts;
  return [String(first), ...rest.map((part) => String(part).padStart(2, "0"))].join(":");
}
