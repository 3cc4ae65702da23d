import type { Context } from "../binder/bound.ts";
import type { TextFormats } from "./formats.ts";

/** Makes the surroundings in which dates, times and timestamps are read and written as a file format says; AUTO leaves the session's. */
export const withFormats = (context: Context, { date, time, timestamp, binary }: TextFormats): Context => ({
  ...context,
  parameter: (name) => {
    const [, kind] = /^(DATE|TIME|TIMESTAMP)(?:_NTZ|_LTZ|_TZ)?_(?:INPUT|OUTPUT)_FORMAT$/.exec(name) ?? [];
    const format = kind === "DATE" ? date : kind === "TIME" ? time : kind === "TIMESTAMP" ? timestamp : "AUTO";
    if (/^BINARY_(IN|OUT)PUT_FORMAT$/.test(name)) return binary;
    return format === "AUTO" ? context.parameter(name) : format;
  },
});
