import { invalidValue } from "./invalid.ts";
import type { CellBytes, Decode, ValuePolicy } from "./types.ts";

/** A moment: seconds since 1970-01-01T00:00:00, and how many billionths of a second it is behind them, 0 to 999 999 999. */
export interface Moment {
  seconds: number;
  nanos: number;
}

/** Reads a cell into a moment that is used again and again. @throws `INVALID_VALUE` for what is none. */
export type ReadMoment = (cells: CellBytes, start: number, end: number, into: Moment) => void;

/** Makes the decoder that gives a moment as a `Date`, cut to milliseconds. */
function dateDecoder(read: ReadMoment): Decode {
  const moment: Moment = { seconds: 0, nanos: 0 };
  return (cells, start, end) => {
    read(cells, start, end, moment);
    const date = new Date(moment.seconds * 1_000 + Math.floor(moment.nanos / 1e6));
    if (!Number.isNaN(date.getTime())) return date;
    throw invalidValue('the server sent a timestamp that a Date cannot hold; pass { timestamps: "string" }');
  };
}

/** Chooses between a decoder of ISO text and a `Date`. */
export function momentDecoder(iso: Decode, read: ReadMoment, policy: ValuePolicy): Decode {
  return policy.timestamps === "string" ? iso : dateDecoder(read);
}
