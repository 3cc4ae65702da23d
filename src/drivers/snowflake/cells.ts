import { isoWriter } from "../../values/iso.ts";
import { readDate, readDays, readInstant, readTime, readWallClock, readZoned, type ReadTimestamp } from "./moments.ts";
import { dateStorage, int64Words, momentWords } from "../../columns/fixed-storage.ts";
import { plainReader, type CellReader } from "../../columns/reader.ts";
import { momentDecoder, type Moment } from "../../values/moment.ts";
import { recurring } from "../../values/recurring.ts";
import type { TimeUnit } from "../../columns/vectors.ts";
import type { Column, ValuePolicy } from "../../values/types.ts";

/** Chooses how a cell of a JSON result is decoded. The one place where Snowflake's values are. */
export function cellReader(column: Column, policy: ValuePolicy): CellReader {
  const { type, nativeType } = column;
  switch (type) {
    case "date":
      return dateReader(policy);
    case "time":
      return timeReader(column);
    case "timestamp":
      return timestampReader(column, policy, readWallClock);
    case "timestamptz":
      return timestampReader(column, policy, nativeType.startsWith("TIMESTAMP_TZ") ? readZoned : readInstant);
    case "timetz":
      // Not a type of Snowflake's.
      return plainReader(column, "text", policy);
    default:
      return plainReader(column, type, policy);
  }
}

function dateReader(policy: ValuePolicy): CellReader {
  const iso = isoWriter();
  const text = recurring(({ bytes }, start, end) => iso.date(readDays(bytes, start, end)));
  return { value: momentDecoder(text, readDate, policy), storage: () => dateStorage(readDays) };
}

function timeReader(column: Column): CellReader {
  const iso = isoWriter();
  const moment: Moment = { seconds: 0, nanos: 0 };
  return {
    value: recurring((cells, start, end) => {
      readTime(cells, start, end, moment);
      return iso.time(moment.seconds, moment.nanos);
    }),
    storage({ timeUnit: unit = unitOf(column) }) {
      return int64Words(momentWords(readTime, unit), (values) => ({ layout: "time", values, unit }));
    },
  };
}

function timestampReader(column: Column, policy: ValuePolicy, read: ReadTimestamp): CellReader {
  const iso = isoWriter();
  const moment: Moment = { seconds: 0, nanos: 0 };
  const text = recurring((cells, start, end) => {
    const offset = read(cells, start, end, moment);
    return iso.dateTime(moment.seconds, moment.nanos, offset);
  });
  const zone = column.type === "timestamptz" ? "UTC" : undefined;
  return {
    value: momentDecoder(text, read, policy),
    storage({ timeUnit: unit = unitOf(column) }) {
      return int64Words(momentWords(read, unit), (values) => ({ layout: "timestamp", values, unit, zone }));
    },
  };
}

/** Microseconds where the column's times have no more digits; the server's own default is nine. */
function unitOf({ nativeType }: Column): TimeUnit {
  const scale = Number(/\((\d+)\)$/.exec(nativeType)?.[1] ?? 9);
  return scale > 6 ? "nanosecond" : "microsecond";
}
