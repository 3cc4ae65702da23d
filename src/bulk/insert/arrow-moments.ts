import { momentWriter } from "./exact-values.ts";
import type { ArrowType, ReadArrow } from "./arrow-values.ts";

const dayMs = 86_400_000;
/** By Arrow's numbers of its units: seconds, and their thousandths, millionths and billionths. */
const unitsPerSecond = [1n, 1_000n, 1_000_000n, 1_000_000_000n];
const [dateType, timeType] = [8, 9];

/** Makes the reader of a column of dates, times or timestamps: ISO 8601 with every digit, and of an instant in UTC. */
export function arrowMoment(type: ArrowType, counts: ArrayLike<number | bigint>): ReadArrow {
  const { typeId, unit = 0, timezone } = type;
  if (typeId === dateType) {
    const writer = momentWriter(1n);
    const perDay = unit === 0 ? 1 : dayMs;
    return (row) => writer.date(Math.floor(Number(counts[row]) / perDay));
  }
  const writer = momentWriter(unitsPerSecond[unit] ?? 1n);
  if (typeId === timeType) return (row) => writer.time(BigInt(counts[row] ?? 0));
  const isInstant = timezone !== undefined && timezone !== null && timezone !== "";
  return (row) => writer.timestamp(BigInt(counts[row] ?? 0), isInstant);
}
