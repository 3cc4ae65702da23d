import { compilationError, unsupported } from "../errors.ts";
import type { Body, Expr, Name, Order, Query, Select, SelectItem } from "../sql/ast.ts";
import { sortKey } from "../types/storage.ts";
import { boolean, isSemiStructured } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import { bound } from "./bound.ts";
import type { Bound, BoundQuery, Column, Context, Scope } from "./bound.ts";
import { cast } from "./casts.ts";
import { bind, unified } from "./expressions.ts";
import { starRelations } from "./names.ts";
import { bindFrom } from "./relations.ts";
import { withRecursive } from "./recursion.ts";

interface Output extends Column {
  readonly value: Bound;
  readonly expr: Expr | undefined;
}

/** Resolves a whole query and writes it for DuckDB; its columns are called o1, o2, … . */
export function bindQuery(query: Query, parent: Scope | undefined, context: Context): BoundQuery {
  const { inner, prefix } = withCtes(query, parent, context);
  const tail = limits(query, inner);
  if (query.body.t === "select") {
    const { sql, columns } = bindSelect(query.body, query.order, parent, inner);
    return { sql: prefix + sql + tail, columns };
  }
  const body = bindBody(query.body, parent, inner);
  if (query.order.length === 0 && tail === "") return { ...body, sql: prefix + body.sql };
  const alias = inner.alias();
  const reach = body.columns.map((column) => ({ ...column, sql: `${alias}.${column.sql}` }));
  const order = orderBy(
    query.order,
    reach.map((column) => ({ ...column, value: bound(column.sql, column.type), expr: undefined })),
    { relations: [{ columns: reach }], parent },
    inner,
  );
  return { sql: `${prefix}SELECT * FROM (${body.sql}) ${alias}${order}${tail}`, columns: body.columns };
}

function withCtes(query: Query, parent: Scope | undefined, context: Context): { inner: Context; prefix: string } {
  if (query.ctes.length === 0) return { inner: context, prefix: "" };
  const ctes = new Map(context.ctes);
  const written: string[] = [];
  let recursive = false;
  for (const cte of query.ctes) {
    const within = { ...context, ctes };
    const name = context.alias();
    const recursion = withRecursive(cte, name, parent, within);
    const body = recursion ?? bindQuery(cte.query, parent, within);
    recursive ||= recursion !== undefined;
    ctes.set(cte.name, { sql: name, columns: renamed(body.columns, cte.columns) });
    written.push(
      `${name}${recursion === undefined ? "" : `(${body.columns.map(({ sql }) => sql).join(", ")})`} AS (${body.sql})`,
    );
  }
  return { inner: { ...context, ctes }, prefix: `WITH ${recursive ? "RECURSIVE " : ""}${written.join(", ")} ` };
}

/** Gives columns the names that a list after an alias states. */
export function renamed<T extends Column>(columns: readonly T[], names: readonly Name[]): T[] {
  if (names.length > columns.length) throw compilationError("002057", "42601", `${names.length} names are given for ${columns.length} columns.`); // prettier-ignore
  return columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }));
}

/** Resolves a select, a set operation, VALUES or a query in parentheses. */
export function bindBody(body: Body, parent: Scope | undefined, context: Context): BoundQuery {
  switch (body.t) {
    case "select":
      return bindSelect(body, [], parent, context);
    case "nested":
      return bindQuery(body.query, parent, context);
    case "values":
      return bindValues(body.rows, parent, context);
    case "set":
      return setOperation(
        body.op,
        bindBody(body.left, parent, context),
        bindBody(body.right, parent, context),
        context,
      );
  }
}

/** Writes two queries under one another, their columns brought to common types. */
function setOperation(op: string, left: BoundQuery, right: BoundQuery, context: Context): BoundQuery {
  if (left.columns.length !== right.columns.length)
    throw compilationError("001789", "42601", `invalid number of result columns for set operator input branches, expected ${left.columns.length}, got ${right.columns.length}`); // prettier-ignore
  const columns = left.columns.map((column, i): Column => {
    const other = right.columns[i] ?? column;
    return {
      name: column.name,
      type: unified([column, other]),
      nullable: column.nullable || other.nullable,
      sql: `o${i + 1}`,
    };
  });
  if (op !== "UNION ALL") refuseZoned(op, columns.map(({ type }) => type)); // prettier-ignore
  const side = (query: BoundQuery): string => {
    const alias = context.alias();
    const items = query.columns.map((column, i) => {
      const target = columns[i] ?? column;
      return `${cast({ ...column, sql: `${alias}.${column.sql}` }, target.type, context)} AS o${i + 1}`;
    });
    return `SELECT ${items.join(", ")} FROM (${query.sql}) ${alias}`;
  };
  return { sql: `(${side(left)}) ${op} (${side(right)})`, columns };
}

function bindValues(rows: readonly (readonly Expr[])[], parent: Scope | undefined, context: Context): BoundQuery {
  const cells = rows.map((row) => row.map((cell) => bind(cell, parent, context)));
  const width = cells[0]?.length ?? 0;
  const types = Array.from({ length: width }, (_, i) => unified(cells.map((row) => row[i] ?? bound("", boolean))));
  const alias = context.alias();
  const names = types.map((_, i) => `o${i + 1}`);
  const written = cells.map(
    (row) => `(${row.map((cell, i) => cast(cell, types[i] ?? cell.type, context)).join(", ")})`,
  );
  return {
    sql: `SELECT * FROM (VALUES ${written.join(", ")}) ${alias}(${names.join(", ")})`,
    columns: types.map((type, i) => ({
      name: `COLUMN${i + 1}`,
      type,
      nullable: cells.some((row) => row[i]?.nullable ?? true),
      sql: `o${i + 1}`,
    })),
  };
}

function bindSelect(select: Select, order: readonly Order[], parent: Scope | undefined, context: Context): BoundQuery {
  const from = select.from === undefined ? undefined : bindFrom(select.from, { relations: [], parent }, context);
  const aliases = new Map(
    select.items.flatMap(({ alias, value }) => (alias === undefined ? [] : [[alias, value] as const])),
  );
  const scope: Scope = {
    relations: from?.relations ?? [],
    parent,
    aliases,
    ...(from?.merged && { merged: from.merged }),
  };
  const outputs = select.items
    .flatMap((item) => outputsOf(item, scope, context))
    .map((output, i): Output => ({ ...output, sql: `o${i + 1}` }));
  const clause = (word: string, expr: Expr | undefined): string =>
    expr === undefined ? "" : ` ${word} ${cast(bind(expr, scope, context), boolean, context)}`;
  if (select.distinct) refuseZoned("DISTINCT", outputs.map(({ type }) => type)); // prettier-ignore
  const list = outputs.map(({ value, sql }) => `${value.sql} AS ${sql}`).join(", ");
  const sql = [
    `SELECT ${select.distinct ? "DISTINCT " : ""}${list}`,
    from === undefined ? "" : ` FROM ${from.sql}`,
    clause("WHERE", select.where),
    groupBy(select.group, outputs, scope, context),
    clause("HAVING", select.having),
    clause("QUALIFY", select.qualify),
    orderBy(order, outputs, scope, context),
    select.top === undefined ? "" : ` LIMIT ${count(select.top, context)}`,
  ].join("");
  return { sql, columns: outputs.map(outputColumn) };
}

const outputColumn = ({ name, type, nullable, sql, origin, value }: Output): Column => ({
  name,
  type,
  nullable,
  sql,
  ...(value.isNull === true && { isNull: true }),
  ...(origin && { origin }),
});

function outputsOf({ value, alias }: SelectItem, scope: Scope, context: Context): Omit<Output, "sql">[] {
  if (value.t !== "star") {
    const item = bind(value, scope, context);
    if (item.interval !== undefined) throw unsupported("An interval as a value");
    const origin = value.t === "column" ? originOf(item, scope) : undefined;
    return [
      {
        name: alias ?? nameOf(value, context),
        type: item.type,
        nullable: item.nullable,
        value: item,
        expr: value,
        ...(origin && { origin }),
      },
    ];
  }
  const relations = starRelations(value.qualifier, value, scope, context);
  if (relations.length === 0) throw compilationError("002035", "42601", "SELECT with no columns");
  const merged = value.qualifier.length === 0 ? [...(scope.merged?.values() ?? [])] : [];
  const others = relations.flatMap(({ columns }) =>
    columns.filter(({ name }) => !merged.some((one) => one.name === name)),
  );
  return [...merged, ...others]
    .filter(({ name }) => !value.exclude.includes(name))
    .map((column) => ({
      ...column,
      name: value.rename.get(column.name) ?? column.name,
      value: bound(column.sql, column.type, column.nullable),
      expr: undefined,
    }));
}

const originOf = (item: Bound, scope: Scope): Column["origin"] =>
  scope.relations.flatMap(({ columns }) => columns).find(({ sql }) => sql === item.sql)?.origin;

// Snowflake names an unaliased column by its text, in upper case; a column keeps its own name.
function nameOf(value: Expr, context: Context): Name {
  if (value.t === "column") return value.path.at(-1) ?? "";
  return context.text.slice(value.start, value.end).toUpperCase();
}

function ordinal(expr: Expr, outputs: readonly Output[]): Output | undefined {
  if (expr.t !== "number" || !/^\d+$/.test(expr.text)) return undefined;
  const output = outputs[Number(expr.text) - 1];
  if (output === undefined) throw compilationError("002068", "42601", `Order by position ${expr.text} is out of range`);
  return output;
}

// Values that are one instant with several offsets are equal; which of them a group shows is not for us to guess.
function refuseZoned(what: string, types: readonly SqlType[]): void {
  if (types.some(({ kind }) => kind === "timestamp_tz"))
    throw unsupported(`${what} of TIMESTAMP_TZ values without a cast`);
}

function groupBy(group: Select["group"], outputs: readonly Output[], scope: Scope, context: Context): string {
  if (group === undefined) return "";
  if (group === "ALL") {
    refuseZoned("GROUP BY ALL", outputs.map(({ type }) => type)); // prettier-ignore
    return " GROUP BY ALL";
  }
  const keys = group.map((expr) => ordinal(expr, outputs)?.value ?? bind(expr, scope, context));
  refuseZoned("GROUP BY", keys.map(({ type }) => type)); // prettier-ignore
  return ` GROUP BY ${keys.map(({ sql }) => sql).join(", ")}`;
}

function orderBy(order: readonly Order[], outputs: readonly Output[], scope: Scope, context: Context): string {
  if (order.length === 0) return "";
  const keys = order.map((item) => {
    const { value } = item;
    const output =
      ordinal(value, outputs) ??
      (value.t === "column" && value.path.length === 1
        ? outputs.find(({ name }) => name === value.path[0])
        : undefined);
    return orderKey(
      output === undefined
        ? bind(value, scope, context)
        : { ...output.value, sql: output.type.kind === "timestamp_tz" ? output.value.sql : output.sql },
      item,
    );
  });
  return ` ORDER BY ${keys.join(", ")}`;
}

/** Writes one key of an ORDER BY. In Snowflake NULL is greater than everything. */
export function orderKey(value: Bound, { descending, nullsFirst = descending }: Order): string {
  if (isSemiStructured(value.type.kind)) throw unsupported("Ordering VARIANT values without a cast");
  return `${sortKey(value.sql, value.type)} ${descending ? "DESC" : "ASC"} NULLS ${nullsFirst ? "FIRST" : "LAST"}`;
}

function count(expr: Expr, context: Context): string {
  const value = bind(expr, undefined, context);
  if (value.isNull === true) return "NULL";
  if (typeof value.constant !== "number" || value.constant < 0)
    throw compilationError(
      "001014",
      "22023",
      `Invalid row count '${context.text.slice(expr.start, expr.end)}' in limit clause`,
    );
  return String(value.constant);
}

const limits = ({ limit, offset }: Query, context: Context): string =>
  (limit === undefined ? "" : ` LIMIT ${count(limit, context)}`) +
  (offset === undefined ? "" : ` OFFSET ${count(offset, context)}`);
