import { bound } from "../binder/bound.ts";
import type { Bound } from "../binder/bound.ts";
import type { BoundCall, Maker } from "../binder/calls.ts";
import { cast, fromWall, wallOf } from "../binder/casts.ts";
import { tzLiteral } from "../binder/literals.ts";
import { compilationError } from "../errors.ts";
import { timeUnit } from "../natives/calendar.ts";
import { offsetAt } from "../types/clock.ts";
import { date, fixed, isTimestamp, text, time, timestamp, typeName } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";

const small = new Set(["YEAR", "QUARTER", "MONTH", "WEEK", "DAY"]);

/** Reads an argument as a date, a time or a timestamp; text is read as a TIMESTAMP_NTZ. */
function moment(call: BoundCall, index: number): Bound {
  const value = call.arg(index);
  const { kind } = value.type;
  if (kind === "date" || kind === "time" || isTimestamp(kind)) return value;
  if (kind !== "text" && kind !== "variant")
    throw compilationError(
      "001044",
      "42P13",
      `Invalid argument types for function '${call.name}': (${typeName(value.type)})`,
    );
  const type = timestamp("timestamp_ntz");
  return { ...value, sql: cast(value, type, call.context), type, isNull: false };
}

const wall = (value: Bound, call: BoundCall): string =>
  value.type.kind === "time" ? `CAST(${value.sql} AS HUGEINT)` : wallOf(value, call.context);

function back(sql: string, type: SqlType, call: BoundCall, like: string): string {
  return type.kind === "time" ? `CAST(sf_wall_time(${sql}) AS BIGINT)` : fromWall(sql, type, call.context, like);
}

const dateadd: Maker = (call) => {
  const unit = timeUnit(call.word(0));
  const value = moment(call, 2);
  const type = value.type.kind === "date" && !small.has(unit) ? timestamp("timestamp_ntz") : value.type;
  return bound(
    back(`sf_wall_add('${unit}', ${call.whole(1)}, ${wall(value, call)})`, type, call, value.sql),
    type,
    call.nullable,
  );
};

const datediff: Maker = (call) => {
  const unit = timeUnit(call.word(0));
  const [from, to] = [moment(call, 1), moment(call, 2)];
  return bound(
    `CAST(sf_wall_diff('${unit}', ${wall(from, call)}, ${wall(to, call)}) AS DECIMAL(18,0))`,
    fixed(18, 0),
    call.nullable,
  );
};

// The unit comes first in DATE_TRUNC and second in TRUNC.
const truncated: Maker = (call) => {
  const unit = timeUnit(call.word(0));
  const value = moment(call, 1);
  return bound(
    back(`sf_wall_trunc('${unit}', ${wall(value, call)})`, value.type, call, value.sql),
    value.type,
    call.nullable,
  );
};

function part(unit: string, value: Bound, call: BoundCall): Bound {
  const wide = unit.startsWith("EPOCH") || unit === "NANOSECOND";
  const type = unit.startsWith("EPOCH") ? fixed(38, 0) : fixed(wide ? 9 : 4, 0);
  // An epoch counts from the instant, everything else is read off the wall clock.
  const instant = cast(value, timestamp("timestamp_ltz"), call.context);
  const source =
    unit.startsWith("EPOCH") && value.type.kind !== "timestamp_ntz" && value.type.kind !== "date"
      ? instant
      : wall(value, call);
  return bound(`CAST(sf_wall_part('${unit}', ${source}) AS DECIMAL(${type.precision},0))`, type, value.nullable);
}

const parted =
  (unit: string): Maker =>
  (call) =>
    part(timeUnit(unit), moment(call, 0), call);

const named =
  (native: string): Maker =>
  (call) =>
    bound(`${native}(${cast(moment(call, 0), date, call.context)})`, text(3), call.nullable);

const lastDay: Maker = (call) => {
  const unit = call.args[1] === undefined ? "MONTH" : timeUnit(call.word(1));
  return bound(
    `sf_wall_days(sf_wall_last_day('${unit}', ${wallOf(moment(call, 0), call.context)}))`,
    date,
    call.nullable,
  );
};

const addMonths: Maker = (call) => {
  const value = moment(call, 0);
  return bound(
    fromWall(`sf_wall_add('MONTH', ${call.whole(1)}, ${wall(value, call)})`, value.type, call.context, value.sql),
    value.type,
    call.nullable,
  );
};

const fromParts =
  (type: SqlType): Maker =>
  (call) => {
    const isTime = type.kind === "time";
    const at = (index: number, otherwise: string): string => call.whole(index, otherwise);
    const days = isTime ? "1970, 1, 1" : `${at(0, "1970")}, ${at(1, "1")}, ${at(2, "1")}`;
    const clock = [0, 1, 2, 3].map((i) => (type.kind === "date" ? "0" : at(isTime ? i : i + 3, "0"))).join(", ");
    const sql = `sf_wall_of(${days}, ${clock})`;
    return bound(back(sql, type, call, ""), type, call.nullable);
  };

const convertTimezone: Maker = (call) => {
  if (call.args.length === 2) {
    const instant = cast(moment(call, 1), timestamp("timestamp_ltz"), call.context);
    return bound(`sf_ltz_tz(${instant}, ${call.as(0, text())})`, timestamp("timestamp_tz"), call.nullable);
  }
  const local = cast(moment(call, 2), timestamp("timestamp_ntz"), call.context);
  return bound(
    `sf_ltz_wall(sf_wall_ltz(${local}, ${call.as(0, text())}), ${call.as(1, text())})`,
    timestamp("timestamp_ntz"),
    call.nullable,
  );
};

// CURRENT_TIMESTAMP and its kin are the start of the statement.
const now =
  (type: SqlType): Maker =>
  ({ context }) => {
    const zone = context.parameter("TIMEZONE");
    const instant = bound(`CAST(${context.now} AS HUGEINT)`, timestamp("timestamp_ltz"), false);
    if (type.kind === "timestamp_tz") return bound(tzLiteral(context.now, offsetAt(zone, context.now)), type, false);
    return bound(cast(instant, type, context), type, false);
  };

const sysdate: Maker = ({ context }) => bound(`CAST(${context.now} AS HUGEINT)`, timestamp("timestamp_ntz"), false);

const parts =
  "YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND DAYOFWEEK DAYOFWEEKISO DAYOFYEAR DAYOFMONTH WEEKOFYEAR WEEKISO YEAROFWEEK YEAROFWEEKISO";

/** Functions of dates, times and timestamps. */
export const momentFunctions: Readonly<Record<string, Maker>> = {
  ...Object.fromEntries(parts.split(" ").map((unit) => [unit, parted(unit)])),
  DATEADD: dateadd,
  TIMEADD: dateadd,
  TIMESTAMPADD: dateadd,
  DATEDIFF: datediff,
  TIMEDIFF: datediff,
  TIMESTAMPDIFF: datediff,
  DATE_TRUNC: truncated,
  DATE_PART: (call) => part(timeUnit(call.word(0)), moment(call, 1), call),
  EXTRACT: (call) => part(timeUnit(call.word(0)), moment(call, 1), call),
  DAYNAME: named("sf_day_name"),
  MONTHNAME: named("sf_month_name"),
  LAST_DAY: lastDay,
  ADD_MONTHS: addMonths,
  DATE_FROM_PARTS: fromParts(date),
  DATEFROMPARTS: fromParts(date),
  TIME_FROM_PARTS: fromParts(time()),
  TIMEFROMPARTS: fromParts(time()),
  TIMESTAMP_NTZ_FROM_PARTS: fromParts(timestamp("timestamp_ntz")),
  TIMESTAMP_FROM_PARTS: fromParts(timestamp("timestamp_ntz")),
  TIMESTAMP_LTZ_FROM_PARTS: fromParts(timestamp("timestamp_ltz")),
  CONVERT_TIMEZONE: convertTimezone,
  CURRENT_TIMESTAMP: now(timestamp("timestamp_ltz")),
  LOCALTIMESTAMP: now(timestamp("timestamp_ltz")),
  GETDATE: now(timestamp("timestamp_ltz")),
  SYSTIMESTAMP: now(timestamp("timestamp_ltz")),
  CURRENT_DATE: now(date),
  CURRENT_TIME: now(time()),
  LOCALTIME: now(time()),
  SYSDATE: sysdate,
};
