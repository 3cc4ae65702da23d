/** Is how dates and times are written: in the form that COPY expects, or in others that it recognises. */
export interface MomentFormats {
  readonly date: "auto" | "default";
  readonly time: "auto" | "default";
}

const date = String.raw`(\d{4})-(\d{2})-(\d{2})`;
const clock = String.raw`(\d{2}):(\d{2}):(\d{2})`;
const zone = String.raw`(Z|[+-]\d{2}(?::?\d{2})?)?`;

/**
 * The default forms are YYYY-MM-DD and YYYY-MM-DD HH:MI:SS, with up to six digits of a second and, for TIMESTAMPTZ, an offset; a `T` or a
 * `Z` needs TIMEFORMAT 'auto' (AWS documentation, "DATEFORMAT and TIMEFORMAT strings"). Of the other forms that 'auto' recognises the
 * stand-in knows ISO 8601, with and without hyphens; a form that it does not know is an error, never another moment.
 */
const forms = {
  date: { default: new RegExp(`^${date}$`), auto: new RegExp(`^${date}$|^(\\d{4})(\\d{2})(\\d{2})$`) },
  time: { default: new RegExp(`^${clock}(\\.\\d{1,6})?$`), auto: new RegExp(`^${clock}(\\.\\d{1,9})?$`) },
  timestamp: {
    default: new RegExp(`^${date} ${clock}(\\.\\d{1,6})?$`),
    auto: new RegExp(`^${date}(?:[ T]${clock}(\\.\\d{1,9})? ?${zone})?$`),
  },
  timestamptz: {
    default: new RegExp(`^${date} ${clock}(\\.\\d{1,6})?([+-]\\d{2}(?::?\\d{2})?)?$`),
    auto: new RegExp(`^${date}(?:[ T]${clock}(\\.\\d{1,9})? ?${zone})?$`),
  },
};

/** Gives the moment as PostgreSQL reads it, or undefined where the text is none in these formats. */
export function parseMoment(
  kind: "date" | "time" | "timestamp" | "timestamptz",
  text: string,
  formats: MomentFormats,
): string | undefined {
  const found = forms[kind][kind === "date" ? formats.date : formats.time].exec(text);
  if (!found) return undefined;
  // Groups that took no part are undefined, which their type leaves out.
  const parts = (found.slice(1) as (string | undefined)[]).filter((part) => part !== undefined);
  if (kind === "time") return isClock(parts) ? `${text.slice(0, 8)}${micros(parts[3])}` : undefined;
  const [year = "", month = "", day = "", hour = "00", minute = "00", second = "00"] = parts;
  if (!isDate(Number(year), Number(month), Number(day))) return undefined;
  const iso = `${year}-${month}-${day}`;
  if (kind === "date") return iso;
  if (!isClock([hour, minute, second])) return undefined;
  const fraction = parts.slice(6).find((part) => part.startsWith("."));
  const offset = parts.slice(6).find((part) => /^(?:Z|[+-])/.test(part)) ?? "";
  if (!/^(?:Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?$/.test(offset)) return undefined;
  // Without a zone in the column, the one of the text says nothing.
  return `${iso} ${hour}:${minute}:${second}${micros(fraction)}${kind === "timestamptz" ? offset : ""}`;
}

/** Digits beyond microseconds are cut off. */
const micros = (fraction = ""): string => fraction.slice(0, 7);

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month >= 1;
}

function isClock([hour, minute, second]: readonly string[]): boolean {
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
}
