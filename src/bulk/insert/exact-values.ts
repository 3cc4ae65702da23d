import { isoWriter } from "../../values/iso.ts";

/** Writes a whole number with a point before its last digits. */
export function pointed(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Puts 32-bit words, the lowest first, together as a whole number in two's complement. */
export function wideInteger(words: Uint32Array, first: number, count: number): bigint {
  let value = 0n;
  for (let at = count - 1; at >= 0; at--) value = (value << 32n) | BigInt(words[first + at] ?? 0);
  return BigInt.asIntN(32 * count, value);
}

/** What writes counts of a unit of time as ISO 8601, with every digit. */
export interface MomentWriter {
  date(days: number): string;
  time(count: bigint): string;
  /** @param isInstant - the count is one of UTC, which is then told. */
  timestamp(count: bigint, isInstant: boolean): string;
}

/** Makes the writer of one column. @param perSecond - how many units a second has. */
export function momentWriter(perSecond: bigint): MomentWriter {
  const iso = isoWriter();
  const nanosEach = Number(1_000_000_000n / perSecond);
  const split = (count: bigint): [seconds: number, nanos: number] => {
    const rest = count % perSecond;
    const behind = rest < 0n ? rest + perSecond : rest;
    return [Number((count - behind) / perSecond), Number(behind) * nanosEach];
  };
  return {
    date: (days) => iso.date(days),
    time: (count) => iso.time(...split(count)),
    timestamp: (count, isInstant) => iso.dateTime(...split(count), isInstant ? 0 : undefined),
  };
}

/** Reads UTF-8 as it stands: a mark of byte order is a character like any other. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
}

/** Tells whether a bit is set, the lowest of each byte first. */
export function bitAt(bits: Uint8Array, at: number): boolean {
  return (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1;
}
