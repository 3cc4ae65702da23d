import { bound } from "../binder/bound.ts";
import type { Maker } from "../binder/calls.ts";
import { operate } from "../binder/operators.ts";
import { array, binary, boolean, fixed, text } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";

const counted = fixed(18, 0);

/** Makes a function of texts by a DuckDB expression in which $1, $2, … stand for the arguments. */
const ofTexts =
  (type: SqlType, template: string, ...defaults: string[]): Maker =>
  (call) => {
    const sql = template.replace(/\$(\d)/g, (_all, n: string) =>
      call.as(Number(n) - 1, text(), defaults[Number(n) - 1]),
    );
    return bound(type === counted ? `CAST(${sql} AS DECIMAL(18,0))` : sql, type, call.nullable);
  };

const substr: Maker = (call) => {
  const length = call.whole(2, "9223372036854775807");
  if (call.arg(0).type.kind === "binary")
    return bound(
      `sf_from_hex(sf_substr(hex(${call.arg(0).sql}), ${call.whole(1)} * 2 - 1, least(${length}, 4000000000) * 2))`,
      binary(),
      call.nullable,
    );
  return bound(`sf_substr(${call.as(0, text())}, ${call.whole(1)}, ${length})`, text(), call.nullable);
};

const ends =
  (side: "left" | "right"): Maker =>
  (call) => {
    const count = `greatest(${call.whole(1)}, 0)`;
    const sql = side === "left" ? `left(${call.as(0, text())}, ${count})` : `right(${call.as(0, text())}, ${count})`;
    return bound(sql, text(), call.nullable);
  };

const trimmed =
  (side: string): Maker =>
  (call) =>
    bound(`sf_trim(${call.as(0, text())}, ${call.as(1, text(), "' '")}, '${side}')`, text(), call.nullable);

const padded =
  (side: string): Maker =>
  (call) =>
    bound(
      `sf_pad(${call.as(0, text())}, ${call.whole(1)}, ${call.as(2, text(), "' '")}, '${side}')`,
      text(),
      call.nullable,
    );

const length: Maker = (call) => {
  const value = call.arg(0);
  const sql = value.type.kind === "binary" ? `octet_length(${value.sql})` : `length(${call.as(0, text())})`;
  return bound(`CAST(${sql} AS DECIMAL(18,0))`, counted, value.nullable);
};

const concat: Maker = (call) =>
  call.args.slice(1).reduce((left, right) => operate("||", left, right, call.context), call.arg(0));

const position: Maker = (call) =>
  bound(
    `CAST(sf_position(${call.as(0, text())}, ${call.as(1, text())}, ${call.whole(2, "1")}) AS DECIMAL(18,0))`,
    counted,
    call.nullable,
  );

const digest =
  (name: string): Maker =>
  (call) =>
    bound(
      `${name}(${call.as(0, text())}${name === "sf_sha2" ? `, ${call.whole(1, "256")}` : ""})`,
      text(128),
      call.nullable,
    );

const regexpReplace: Maker = (call) =>
  bound(
    `sf_regexp_replace(${call.as(0, text())}, ${call.as(1, text())}, ${call.as(2, text(), "''")}, ${call.whole(3, "1")}, ${call.whole(4, "0")}, ${call.as(5, text(), "''")})`,
    text(),
  );

const regexpSubstr: Maker = (call) =>
  bound(
    `sf_regexp_substr(${call.as(0, text())}, ${call.as(1, text())}, ${call.whole(2, "1")}, ${call.whole(3, "1")}, ${call.as(4, text(), "''")}, ${call.whole(5, "0")})`,
    text(),
  );

const regexpCount: Maker = (call) =>
  bound(
    `CAST(sf_regexp_count(${call.as(0, text())}, ${call.as(1, text())}, ${call.whole(2, "1")}, ${call.as(3, text(), "''")}) AS DECIMAL(18,0))`,
    counted,
    call.nullable,
  );

/** Functions of text. */
export const textFunctions: Readonly<Record<string, Maker>> = {
  UPPER: ofTexts(text(), "upper($1)"),
  LOWER: ofTexts(text(), "lower($1)"),
  INITCAP: ofTexts(text(), "sf_initcap($1)"),
  REVERSE: ofTexts(text(), "sf_reverse($1)"),
  REPLACE: ofTexts(text(), "replace($1, $2, $3)", "", "", "''"),
  TRANSLATE: ofTexts(text(), "sf_translate($1, $2, $3)"),
  CONTAINS: ofTexts(boolean, "contains($1, $2)"),
  STARTSWITH: ofTexts(boolean, "starts_with($1, $2)"),
  ENDSWITH: ofTexts(boolean, "ends_with($1, $2)"),
  ASCII: ofTexts(counted, "sf_ascii($1)"),
  OCTET_LENGTH: ofTexts(counted, "strlen($1)"),
  HEX_ENCODE: ofTexts(text(), "sf_hex(sf_utf8($1))"),
  BASE64_ENCODE: ofTexts(text(), "sf_base64(sf_utf8($1))"),
  BASE64_DECODE_STRING: ofTexts(text(), "sf_utf8_text(sf_from_base64($1))"),
  HEX_DECODE_STRING: ofTexts(text(), "sf_utf8_text(sf_from_hex($1))"),
  SPLIT: ofTexts(array, "sf_split($1, $2)"),
  RLIKE: ofTexts(boolean, "sf_rlike($1, $2, $3)", "", "", "''"),
  REGEXP_LIKE: ofTexts(boolean, "sf_rlike($1, $2, $3)", "", "", "''"),
  REGEXP_REPLACE: regexpReplace,
  REGEXP_SUBSTR: regexpSubstr,
  REGEXP_COUNT: regexpCount,
  LENGTH: length,
  LEN: length,
  CONCAT: concat,
  CONCAT_WS: (call) => {
    const rest = call.args.slice(1).map((_, i) => call.as(i + 1, text()));
    return bound(`(${rest.join(` || ${call.as(0, text())} || `)})`, text(), call.nullable);
  },
  SUBSTR: substr,
  SUBSTRING: substr,
  LEFT: ends("left"),
  RIGHT: ends("right"),
  TRIM: trimmed("BOTH"),
  LTRIM: trimmed("LEFT"),
  RTRIM: trimmed("RIGHT"),
  LPAD: padded("LEFT"),
  RPAD: padded("RIGHT"),
  POSITION: position,
  CHARINDEX: position,
  SPLIT_PART: (call) =>
    bound(`sf_split_part(${call.as(0, text())}, ${call.as(1, text())}, ${call.whole(2)})`, text(), call.nullable),
  REPEAT: (call) => bound(`repeat(${call.as(0, text())}, ${call.whole(1)})`, text(), call.nullable),
  SPACE: (call) => bound(`repeat(' ', ${call.whole(0)})`, text(), call.nullable),
  CHR: (call) => bound(`sf_chr(${call.whole(0)})`, text(1), call.nullable),
  CHAR: (call) => bound(`sf_chr(${call.whole(0)})`, text(1), call.nullable),
  MD5: digest("sf_md5"),
  MD5_HEX: digest("sf_md5"),
  SHA1: digest("sf_sha1"),
  SHA1_HEX: digest("sf_sha1"),
  SHA2: digest("sf_sha2"),
  SHA2_HEX: digest("sf_sha2"),
  UUID_STRING: () => bound("sf_uuid()", text(36), false),
};
