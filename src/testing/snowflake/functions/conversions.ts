import { bound } from "../binder/bound.ts";
import type { Bound } from "../binder/bound.ts";
import type { BoundCall, Maker } from "../binder/calls.ts";
import { cast, fromText, textOf, whole } from "../binder/casts.ts";
import { unsupported } from "../errors.ts";
import {
  binary,
  boolean,
  date,
  fixed,
  geography,
  isTemporal,
  real,
  resolveType,
  text,
  time,
  timestamp,
  variant,
} from "../types/types.ts";
import type { SqlType } from "../types/types.ts";

type Conversion = (call: BoundCall) => Bound;

/** Makes TRY_… of a conversion: NULL where the value does not fit. */
const lenient =
  (convert: Conversion): Maker =>
  (call) => {
    const result = convert(call);
    return bound(`TRY(${result.sql})`, result.type);
  };

const simple =
  (type: SqlType): Conversion =>
  (call) =>
    bound(call.as(0, type), type, call.nullable);

// TO_NUMBER(text [, format] [, precision [, scale]]): the digits default to NUMBER(38,0).
const toNumber: Conversion = (call) => {
  const rest = call.args.slice(1);
  if (rest[0]?.type.kind === "text") throw unsupported(`${call.name} with a format`);
  const [precision = 38, scale = 0] = rest.map((one) => one.constant);
  if (typeof precision !== "number" || typeof scale !== "number")
    throw unsupported(`${call.name} with digits that are not constant`);
  const type = fixed(precision, scale);
  return bound(call.as(0, type), type, call.nullable);
};

const formatOf = (call: BoundCall): string | undefined => (call.args[1] === undefined ? undefined : call.word(1));

// The second argument is a format for text, the scale of the epoch for a number.
const toMoment =
  (type: (call: BoundCall) => SqlType): Conversion =>
  (call) => {
    const value = call.arg(0);
    const target = type(call);
    if (value.isNull !== true && value.type.kind === "text" && call.args[1] !== undefined)
      return bound(fromText(value.sql, target, call.context, formatOf(call)), target, call.nullable);
    if (value.type.kind !== "fixed" || call.args[1] === undefined)
      return bound(call.as(0, target), target, call.nullable);
    const instant = bound(
      `sf_epoch(${cast(value, text(), call.context)}, CAST(${whole(call.arg(1), call.context)} AS INTEGER))`,
      timestamp("timestamp_ltz"),
    );
    if (target.kind === "timestamp_ntz") return bound(instant.sql, target, call.nullable);
    return bound(cast(instant, target, call.context), target, call.nullable);
  };

const toText: Conversion = (call) => {
  const value = call.arg(0);
  if (call.args[1] === undefined) return bound(call.as(0, text()), text(), call.nullable);
  if (isTemporal(value.type.kind)) return bound(textOf(value, call.context, call.word(1)), text(), call.nullable);
  if (value.type.kind === "binary") {
    const format = call.word(1).toUpperCase();
    const native = format === "HEX" ? "sf_hex" : format === "BASE64" ? "sf_base64" : "sf_utf8_text";
    return bound(`${native}(${value.sql})`, text(), call.nullable);
  }
  throw unsupported(`${call.name} of a number with a format`);
};

const toBinary: Conversion = (call) => {
  const format = call.args[1] === undefined ? call.context.parameter("BINARY_INPUT_FORMAT") : call.word(1);
  const native = { HEX: "sf_from_hex", BASE64: "sf_from_base64", UTF8: "sf_utf8", "UTF-8": "sf_utf8" }[
    format.toUpperCase()
  ];
  if (native === undefined) throw unsupported(`The binary format ${format}`);
  if (call.arg(0).type.kind === "binary") return call.arg(0);
  return bound(`${native}(${call.as(0, text())})`, binary(), call.nullable);
};

const mapped = ({ context }: BoundCall): SqlType =>
  resolveType({ name: "TIMESTAMP", args: [] }, context.parameter("TIMESTAMP_TYPE_MAPPING"));
const of = (type: SqlType) => (): SqlType => type;

const conversions: Readonly<Record<string, Conversion>> = {
  TO_NUMBER: toNumber,
  TO_DECIMAL: toNumber,
  TO_NUMERIC: toNumber,
  TO_DOUBLE: simple(real),
  TO_BOOLEAN: simple(boolean),
  TO_DATE: toMoment(of(date)),
  TO_TIME: toMoment(of(time())),
  TO_TIMESTAMP: toMoment(mapped),
  TO_TIMESTAMP_NTZ: toMoment(of(timestamp("timestamp_ntz"))),
  TO_TIMESTAMP_LTZ: toMoment(of(timestamp("timestamp_ltz"))),
  TO_TIMESTAMP_TZ: toMoment(of(timestamp("timestamp_tz"))),
  TO_BINARY: toBinary,
  TO_CHAR: toText,
  TO_VARCHAR: toText,
};

/** Functions that turn a value into another type, and their TRY_ forms. */
export const conversionFunctions: Readonly<Record<string, Maker>> = {
  ...conversions,
  ...Object.fromEntries(Object.entries(conversions).map(([name, convert]) => [`TRY_${name}`, lenient(convert)])),
  DATE: toMoment(of(date)),
  TIME: toMoment(of(time())),
  TO_VARIANT: simple(variant),
  TO_GEOGRAPHY: simple(geography),
};
