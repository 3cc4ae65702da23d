import { bound } from "../binder/bound.ts";
import type { Bound, Context } from "../binder/bound.ts";
import type { BoundCall, Maker } from "../binder/calls.ts";
import { cast, whole } from "../binder/casts.ts";
import { compilationError } from "../errors.ts";
import { literal } from "../types/storage.ts";
import { array, boolean, fixed, isSemiStructured, object, real, text, typeName, variant } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";

/** Writes values as one JSON list in which SQL's NULL is told from JSON's: each value in a list of its own, NULL an empty one. */
const boxes = (values: readonly Bound[], context: Context): string =>
  values.length === 0
    ? "'[]'"
    : `('[' || ${values.map((value) => `sf_box(${cast(value, variant, context)})`).join(" || ',' || ")} || ']')`;

/** Writes an ARRAY of these values; without `keepNull` NULLs are left out. */
export const arrayOf = (values: readonly Bound[], context: Context, keepNull: boolean): Bound =>
  bound(`sf_array_construct(${boxes(values, context)}, ${keepNull})`, array, false);

/** Writes an OBJECT of keys and values in turn; without `keepNull` members that are NULL are left out. */
export function objectOf(values: readonly Bound[], context: Context, keepNull: boolean): Bound {
  const items = values.map((value, i) =>
    i % 2 === 0
      ? `coalesce(${cast(textual(value, context), variant, context)}, 'null')`
      : `sf_box(${cast(value, variant, context)})`,
  );
  if (values.length % 2 === 1)
    throw compilationError("000938", "22023", "OBJECT_CONSTRUCT needs pairs of key and value.");
  const list = items.length === 0 ? "'[]'" : `('[' || ${items.join(" || ',' || ")} || ']')`;
  return bound(`sf_object_construct(${list}, ${keepNull})`, object, false);
}

const textual = (value: Bound, context: Context): Bound => bound(cast(value, text(), context), text());

function document(call: BoundCall, index: number): string {
  const value = call.arg(index);
  if (!isSemiStructured(value.type.kind) && value.isNull !== true)
    throw compilationError(
      "001044",
      "42P13",
      `Invalid argument types for function '${call.name}': (${typeName(value.type)})`,
    );
  return value.isNull === true ? "CAST(NULL AS VARCHAR)" : value.sql;
}

const ofDocument =
  (type: SqlType, template: string): Maker =>
  (call) =>
    bound(template.replaceAll("$1", document(call, 0)), type);

const objectConstruct =
  (keepNull: boolean): Maker =>
  (call) => {
    const star = call.call.args.length === 1 && call.call.args[0]?.t === "star";
    if (!star) return objectOf(call.args, call.context, keepNull);
    const columns = call.scope?.relations.flatMap((relation) => relation.columns) ?? [];
    const values = columns.flatMap(({ name, sql, type, nullable }) => [
      bound(literal(name), text(), false),
      bound(sql, type, nullable),
    ]);
    return objectOf(values, call.context, keepNull);
  };

const get: Maker = (call) => {
  const key = call.arg(1);
  if (key.type.kind === "text") return bound(`sf_member(${document(call, 0)}, ${key.sql})`, variant);
  return bound(`sf_element(${document(call, 0)}, ${whole(key, call.context)})`, variant);
};

const getPath: Maker = (call) => {
  const steps = call.word(1).matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g);
  const sql = [...steps].reduce(
    (inner, [, quoted, index, key]) =>
      index === undefined ? `sf_member(${inner}, ${literal(quoted ?? key ?? "")})` : `sf_element(${inner}, ${index})`,
    document(call, 0),
  );
  return bound(sql, variant);
};

// AS_… gives the content where it has that type, else NULL.
const content =
  (type: SqlType, kinds: readonly string[]): Maker =>
  (call) => {
    const source = document(call, 0);
    const list = kinds.map((kind) => `'${kind}'`).join(", ");
    return bound(
      `CASE WHEN sf_typeof(${source}) IN (${list}) THEN ${cast(bound(source, variant), type, call.context)} END`,
      type,
    );
  };

const isKind =
  (...kinds: string[]): Maker =>
  (call) =>
    bound(`(sf_typeof(${document(call, 0)}) IN (${kinds.map((kind) => `'${kind}'`).join(", ")}))`, boolean);

const parseJson: Maker = (call) => {
  const value = call.arg(0);
  return isSemiStructured(value.type.kind) ? value : bound(`sf_parse_json(${call.as(0, text())})`, variant);
};

const arrays =
  (native: string): Maker =>
  (call) =>
    bound(`${native}(${document(call, 0)}, ${cast(call.arg(1), variant, call.context)})`, array);

/** Functions of VARIANT, OBJECT and ARRAY. */
export const documentFunctions: Readonly<Record<string, Maker>> = {
  PARSE_JSON: parseJson,
  TRY_PARSE_JSON: (call) => bound(`TRY(${parseJson(call).sql})`, variant),
  TO_JSON: ofDocument(text(), "$1"),
  TO_OBJECT: ofDocument(object, "sf_to_object($1)"),
  TO_ARRAY: (call) => bound(`sf_to_array(${cast(call.arg(0), variant, call.context)})`, array),
  OBJECT_CONSTRUCT: objectConstruct(false),
  OBJECT_CONSTRUCT_KEEP_NULL: objectConstruct(true),
  ARRAY_CONSTRUCT: (call) => arrayOf(call.args, call.context, true),
  ARRAY_CONSTRUCT_COMPACT: (call) => arrayOf(call.args, call.context, false),
  ARRAY_SIZE: ofDocument(fixed(9, 0), "CAST(sf_array_size($1) AS DECIMAL(9,0))"),
  ARRAY_CONTAINS: (call) =>
    bound(`sf_array_contains(${cast(call.arg(0), variant, call.context)}, ${document(call, 1)})`, boolean),
  ARRAY_APPEND: arrays("sf_array_append"),
  ARRAY_CAT: arrays("sf_array_cat"),
  ARRAY_TO_STRING: (call) => bound(`sf_array_to_string(${document(call, 0)}, ${call.as(1, text())})`, text()),
  OBJECT_KEYS: ofDocument(array, "sf_object_keys($1)"),
  GET: get,
  GET_PATH: getPath,
  TYPEOF: ofDocument(text(), "sf_typeof($1)"),
  IS_NULL_VALUE: ofDocument(boolean, "($1 = 'null')"),
  IS_ARRAY: isKind("ARRAY"),
  IS_OBJECT: isKind("OBJECT"),
  IS_VARCHAR: isKind("VARCHAR"),
  IS_BOOLEAN: isKind("BOOLEAN"),
  IS_INTEGER: isKind("INTEGER"),
  IS_DECIMAL: isKind("INTEGER", "DECIMAL"),
  AS_VARCHAR: content(text(), ["VARCHAR"]),
  AS_CHAR: content(text(), ["VARCHAR"]),
  AS_BOOLEAN: content(boolean, ["BOOLEAN"]),
  AS_INTEGER: content(fixed(38, 0), ["INTEGER"]),
  AS_DOUBLE: content(real, ["INTEGER", "DECIMAL", "DOUBLE"]),
  AS_ARRAY: content(array, ["ARRAY"]),
  AS_OBJECT: content(object, ["OBJECT"]),
};
