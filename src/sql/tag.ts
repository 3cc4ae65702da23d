import { invalidArgument } from "../errors.ts";
import { Json } from "../values/json.ts";
import { toBind } from "../values/parameters.ts";
import { Fragment, isFragment, partsOf, type Part } from "./fragment.ts";
import { quoted } from "./identifiers.ts";
import { listBinds } from "./in-list.ts";

/** What {@link sql} can do besides being a tag. */
export interface Sql {
  /**
   * Makes a fragment. What stands in `${…}` is sent as a value and never becomes text, except for fragments, which are put
   * in. An array goes inside `in (${array})`. A placeholder in the text itself is left alone.
   *
   * @throws `INVALID_ARGUMENT` for values that cannot be sent.
   * @example
   * ```ts
   * import { sql } from "peak-warehouse";
   *
   * const days = ["2024-02-28", "2024-02-29"];
   * const newest = sql`order by ${sql.id("id")} desc`;
   * const { rows } = await db.query(sql`select * from ${sql.id("staging", "events")} where day in (${days}) ${newest}`);
   * ```
   */
  (strings: TemplateStringsArray, ...values: readonly unknown[]): Fragment;
  /**
   * Writes a name, or several joined by points, such as those of schema and table, quoted. The one name rule: on Snowflake a name of the form
   * `[a-z_][a-z0-9_$]*` means the object that is written so without quotes (`events` is `"EVENTS"`), and any other name is sent as it is. Names
   * in results follow it the other way round, so that what comes out goes in again.
   *
   * @throws `INVALID_ARGUMENT` for a name that is empty, or cannot be one.
   */
  readonly id: {
    (name: string, ...names: readonly string[]): Fragment;
    /** Writes a name, or several joined by points, exactly as given, in quotes. */
    readonly exact: (name: string, ...names: readonly string[]) => Fragment;
  };
  /** Joins fragments or values. The separator is SQL: never build it from input. @throws `INVALID_ARGUMENT` for an empty list. */
  readonly join: (items: readonly unknown[], separator?: string | Fragment) => Fragment;
  /** Makes a fragment of a text that is trusted: whatever it holds becomes part of the statement. */
  readonly raw: (text: string) => Fragment;
  /** Marks a value to be sent as JSON, to a SUPER or VARIANT column. @throws `INVALID_ARGUMENT` for what JSON cannot hold. */
  readonly json: (value: unknown) => Json;
  /** No SQL at all, for a condition that is left out. */
  readonly empty: Fragment;
}

/**
 * Makes SQL whose values can never change the statement: `` sql`select * from ${sql.id("events")} where day = ${day}` ``. What
 * it gives stands for a text and its params together: `query(fragment, options)`.
 */
export const sql: Sql = Object.assign(tag, {
  id: Object.assign((...names: readonly string[]) => identifier(names, false), {
    exact: (...names: readonly string[]) => identifier(names, true),
  }),
  join,
  raw,
  json: (value: unknown) => new Json(value),
  empty: new Fragment([]),
});

function tag(strings: TemplateStringsArray, ...values: readonly unknown[]): Fragment {
  // Called as a function, a text from anywhere could become SQL.
  if (!Array.isArray(strings) || !Array.isArray(strings.raw)) {
    throw invalidArgument(
      "sql is a tag: write sql`…` without parentheses, or sql.raw(text) for a text that is trusted.",
    );
  }
  const parts = strings.flatMap((text: string | undefined, index) => {
    if (text === undefined)
      throw invalidArgument("The sql`…` text holds a backslash that JavaScript does not understand: double it.");
    const literal: Part[] = text === "" ? [] : [{ kind: "text", text }];
    return index < values.length
      ? [...literal, ...valueParts(values[index], `value ${index + 1} of the sql\`…\` text`)]
      : literal;
  });
  return new Fragment(parts);
}

function valueParts(value: unknown, where: string): readonly Part[] {
  if (isFragment(value)) return partsOf(value);
  if (Array.isArray(value)) return [{ kind: "list", binds: listBinds(value, where), where }];
  return [{ kind: "value", bind: toBind(value, where), where }];
}

function identifier(names: readonly string[], exact: boolean): Fragment {
  if (names.length === 0) throw invalidArgument("sql.id needs at least one name.");
  for (const name of names) quoted(name);
  return new Fragment([{ kind: "identifier", names: [...names], exact }]);
}

function join(items: readonly unknown[], separator: string | Fragment = ", "): Fragment {
  if (items.length === 0)
    throw invalidArgument("sql.join was given nothing to join: use sql.empty where nothing is meant.");
  const between = isFragment(separator) ? partsOf(separator) : partsOf(raw(separator));
  return new Fragment(
    items.flatMap((item, index) => {
      const parts = valueParts(item, `item ${index + 1} of sql.join`);
      return index === 0 ? parts : [...between, ...parts];
    }),
  );
}

function raw(text: string): Fragment {
  if (typeof text !== "string") throw invalidArgument("sql.raw needs a string.");
  return new Fragment([{ kind: "text", text }]);
}
