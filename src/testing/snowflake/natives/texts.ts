import { createHash, randomUUID } from "node:crypto";
import { notBoolean, notHex, SnowflakeError, textTooLong } from "../errors.ts";
import { native } from "./native.ts";
import type { Native } from "./native.ts";

const yes = new Set(["true", "t", "yes", "y", "on", "1"]);
const no = new Set(["false", "f", "no", "n", "off", "0"]);

function toBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (yes.has(word)) return true;
  if (no.has(word)) return false;
  throw notBoolean(text);
}

function substring(text: string, start: bigint, length: bigint): string {
  const characters = Array.from(text);
  const from = start > 0n ? Number(start) - 1 : start === 0n ? 0 : characters.length + Number(start);
  if (from < 0 || length <= 0n) return "";
  return characters.slice(from, from + Number(length)).join("");
}

function splitPart(text: string, separator: string, position: bigint): string {
  const parts = separator === "" ? [text] : text.split(separator);
  const index = position === 0n ? 0 : position > 0n ? Number(position) - 1 : parts.length + Number(position);
  return parts[index] ?? "";
}

function regex(pattern: string, parameters: string, whole = false): RegExp {
  const flags = parameters.replace(/[ec]/g, "");
  const source = whole ? `^(?:${pattern})$` : pattern;
  try {
    return new RegExp(source, `u${/[^ims]/.test(flags) ? "" : [...new Set(flags)].join("")}${whole ? "" : "g"}`);
  } catch (cause) {
    throw Object.assign(new SnowflakeError("100048", "2201B", `Invalid regular expression: '${pattern}'`), { cause });
  }
}

function regexpReplace(
  text: string,
  pattern: string,
  by: string,
  position: bigint,
  occurrence: bigint,
  parameters: string,
): string {
  const head = text.slice(0, Number(position) - 1);
  const replacement = by.replaceAll("$", "$$$$").replace(/\\(\d)/g, (_all, n: string) => (n === "0" ? "$&" : `$${n}`));
  let count = 0n;
  const tail = text.slice(Number(position) - 1).replace(regex(pattern, parameters), (match) => {
    count += 1n;
    return occurrence === 0n || count === occurrence ? match.replace(regex(pattern, parameters), replacement) : match;
  });
  return head + tail;
}

function regexpSubstr(
  text: string,
  pattern: string,
  position: bigint,
  occurrence: bigint,
  parameters: string,
  group: bigint,
): string | null {
  const match = [...text.slice(Number(position) - 1).matchAll(regex(pattern, parameters))][Number(occurrence) - 1];
  const wanted = group === 0n && parameters.includes("e") ? 1 : Number(group);
  return match?.[wanted] ?? null;
}

function fromHex(text: string): Uint8Array {
  const bare = text.replace(/\s/g, "");
  if (bare.length % 2 === 1 || /[^0-9a-f]/i.test(bare)) throw notHex(text);
  return Buffer.from(bare, "hex");
}

const fitting = (text: string, length: number): string => {
  if (text.length <= length || Array.from(text).length <= length) return text;
  throw textTooLong(text);
};

/** Text, boolean and binary functions whose Snowflake meaning differs from DuckDB's. */
export const textNatives: readonly Native[] = [
  native("sf_to_boolean", ["VARCHAR"], "BOOLEAN", toBoolean),
  native("sf_fit_text", ["VARCHAR", "INTEGER"], "VARCHAR", fitting),
  native("sf_substr", ["VARCHAR", "BIGINT", "BIGINT"], "VARCHAR", substring),
  native("sf_split_part", ["VARCHAR", "VARCHAR", "BIGINT"], "VARCHAR", splitPart),
  native("sf_initcap", ["VARCHAR"], "VARCHAR", (text) =>
    text
      .toLowerCase()
      .replace(/(^|[^\p{L}\p{N}])(\p{L})/gu, (_all, before: string, letter: string) => before + letter.toUpperCase()),
  ),
  native("sf_trim", ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR", (text, set, side) => {
    const members = new Set(set);
    const characters = Array.from(text);
    let from = 0;
    let to = characters.length;
    if (side !== "RIGHT") while (from < to && members.has(characters[from] ?? "")) from += 1;
    if (side !== "LEFT") while (to > from && members.has(characters[to - 1] ?? "")) to -= 1;
    return characters.slice(from, to).join("");
  }),
  native("sf_pad", ["VARCHAR", "BIGINT", "VARCHAR", "VARCHAR"], "VARCHAR", (text, width, fill, side) => {
    const characters = Array.from(text);
    const wanted = Math.max(0, Number(width));
    if (characters.length >= wanted || fill === "") return characters.slice(0, wanted).join("");
    const filling = Array.from(fill.repeat(wanted))
      .slice(0, wanted - characters.length)
      .join("");
    return side === "LEFT" ? filling + text : text + filling;
  }),
  native("sf_position", ["VARCHAR", "VARCHAR", "BIGINT"], "BIGINT", (needle, haystack, start) => {
    const at = haystack.indexOf(needle, Math.max(0, Number(start) - 1));
    return BigInt(at < 0 ? 0 : Array.from(haystack.slice(0, at)).length + 1);
  }),
  native("sf_reverse", ["VARCHAR"], "VARCHAR", (text) => Array.from(text).reverse().join("")),
  native("sf_translate", ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR", (text, from, to) => {
    const source = Array.from(from);
    const target = Array.from(to);
    return Array.from(text, (c) => (source.includes(c) ? (target[source.indexOf(c)] ?? "") : c)).join("");
  }),
  native("sf_ascii", ["VARCHAR"], "BIGINT", (text) => BigInt(text.codePointAt(0) ?? 0)),
  native("sf_chr", ["BIGINT"], "VARCHAR", (code) => String.fromCodePoint(Number(code))),
  native("sf_rlike", ["VARCHAR", "VARCHAR", "VARCHAR"], "BOOLEAN", (text, pattern, flags) =>
    regex(pattern, flags, true).test(text),
  ),
  native(
    "sf_regexp_replace",
    ["VARCHAR", "VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "VARCHAR"],
    "VARCHAR",
    regexpReplace,
  ),
  native("sf_regexp_substr", ["VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "VARCHAR", "BIGINT"], "VARCHAR", regexpSubstr),
  native("sf_regexp_count", ["VARCHAR", "VARCHAR", "BIGINT", "VARCHAR"], "BIGINT", (text, pattern, position, flags) =>
    BigInt([...text.slice(Number(position) - 1).matchAll(regex(pattern, flags))].length),
  ),
  native("sf_from_hex", ["VARCHAR"], "BLOB", fromHex),
  native("sf_from_base64", ["VARCHAR"], "BLOB", (text) => Buffer.from(text, "base64")),
  native("sf_hex", ["BLOB"], "VARCHAR", (bytes) => Buffer.from(bytes).toString("hex").toUpperCase()),
  native("sf_base64", ["BLOB"], "VARCHAR", (bytes) => Buffer.from(bytes).toString("base64")),
  native("sf_utf8", ["VARCHAR"], "BLOB", (text) => Buffer.from(text, "utf8")),
  native("sf_utf8_text", ["BLOB"], "VARCHAR", (bytes) => new TextDecoder().decode(bytes)),
  native("sf_sha2", ["VARCHAR", "BIGINT"], "VARCHAR", (text, bits) =>
    createHash(`sha${bits}`).update(text).digest("hex"),
  ),
  native("sf_md5", ["VARCHAR"], "VARCHAR", (text) => createHash("md5").update(text).digest("hex")),
  native("sf_sha1", ["VARCHAR"], "VARCHAR", (text) => createHash("sha1").update(text).digest("hex")),
  native("sf_uuid", [], "VARCHAR", () => randomUUID(), true),
];
