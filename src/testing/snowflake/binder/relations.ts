import { compilationError, unknownObject, unsupported } from "../errors.ts";
import type { Alias, Call, Expr, From, Name } from "../sql/ast.ts";
import { fromWireCell, literal, unnest } from "../types/storage.ts";
import { boolean, fixed, isSemiStructured, text, variant } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import { bound } from "./bound.ts";
import type { Column, Context, EarlierResult, Relation, Scope } from "./bound.ts";
import { cast } from "./casts.ts";
import { bind, unified } from "./expressions.ts";
import { shown } from "./names.ts";
import { operate } from "./operators.ts";
import { bindQuery, renamed } from "./queries.ts";
import { viewQuery } from "./views.ts";

/** A FROM clause written for DuckDB, with the relations it brings into reach. */
export interface BoundFrom {
  readonly sql: string;
  readonly relations: readonly Relation[];
  readonly merged?: ReadonlyMap<Name, Column> | undefined;
}

/** Resolves a FROM clause; `left` holds what stands before it, which LATERAL and FLATTEN may use. */
export function bindFrom(from: From, left: Scope, context: Context): BoundFrom {
  switch (from.t) {
    case "table":
      return table(from.path, from.alias, left, context);
    case "derived": {
      const inner = bindQuery(from.query, from.lateral ? left : left.parent, context);
      return derived(inner.sql, inner.columns, from.alias, context, from.lateral);
    }
    case "function":
      return tableFunction(from.call, from.alias, left, context);
    case "stage":
      throw unsupported("Reading from a stage outside COPY INTO a table");
    case "join":
      return join(from, left, context);
  }
}

function derived(sql: string, columns: readonly Column[], alias: Alias, context: Context, lateral = false): BoundFrom {
  const name = context.alias();
  const named = renamed(columns, alias.columns).map((column) => ({ ...column, sql: `${name}.${column.sql}` }));
  return { sql: `${lateral ? "LATERAL " : ""}(${sql}) ${name}`, relations: [{ name: alias.name, columns: named }] };
}

function table(path: readonly Name[], alias: Alias, left: Scope, context: Context): BoundFrom {
  const name = context.alias();
  const own = alias.name ?? path.at(-1);
  const cte = path.length === 1 ? context.ctes.get(path[0] ?? "") : undefined;
  if (cte !== undefined) {
    const columns = renamed(cte.columns, alias.columns).map((column) => ({ ...column, sql: `${name}.${column.sql}` }));
    return { sql: `${cte.sql} ${name}`, relations: [{ name: own, columns }] };
  }
  const source = context.source(path);
  if (source === undefined) throw unknownObject("Object", shown(path));
  if (source.t === "view") {
    const inner = viewQuery(source, context);
    return derived(inner.sql, inner.columns, { ...alias, ...(own !== undefined && { name: own }) }, context);
  }
  const columns = renamed(source.columns, alias.columns).map((column) => ({
    ...column,
    sql: `${name}.${column.sql}`,
    origin: source.path,
  }));
  return {
    sql: `${source.sql} ${name}`,
    relations: [{ name: own, path: alias.name === undefined ? source.path : undefined, columns }],
  };
}

function tableFunction(call: Call, alias: Alias, left: Scope, context: Context): BoundFrom {
  if (call.name === "FLATTEN") return flatten(call, alias, left, context);
  if (call.name === "GENERATOR") return generator(call, alias, context);
  if (call.name === "RESULT_SCAN") return resultScan(call, alias, context);
  if (call.name === "VALIDATE") return validate(call, alias, context);
  if (call.name === "SPLIT_TO_TABLE") return splitToTable(call, alias, left, context);
  throw unsupported(`The table function ${call.name}`, context.place(call.start));
}

function generator(call: Call, alias: Alias, context: Context): BoundFrom {
  const rows = call.named.get("ROWCOUNT") ?? call.args[0];
  const count = rows === undefined ? undefined : bind(rows, undefined, context).constant;
  if (typeof count !== "number") throw unsupported("GENERATOR without a constant ROWCOUNT");
  const name = context.alias();
  return { sql: `range(${count}) ${name}(i)`, relations: [{ name: alias.name, columns: [], sequence: `${name}.i` }] };
}

function resultScan(call: Call, alias: Alias, context: Context): BoundFrom {
  const id = call.args[0] === undefined ? undefined : bind(call.args[0], undefined, context).constant;
  const found = typeof id === "string" ? context.result(id) : undefined;
  if (found === undefined) throw compilationError("000709", "02000", `Statement ${id ?? ""} not found`);
  return earlier(found, alias, context);
}

function validate(call: Call, alias: Alias, context: Context): BoundFrom {
  const [target] = call.args;
  const job = call.named.get("JOB_ID");
  const id = job === undefined ? undefined : bind(job, undefined, context).constant;
  if (target?.t !== "column" || typeof id !== "string")
    throw compilationError("001044", "42P13", "Invalid argument types for function 'VALIDATE'");
  return earlier(context.loadErrors(target.path, id), alias, context);
}

/** Writes what an earlier statement left as a relation. */
function earlier(found: EarlierResult, alias: Alias, context: Context): BoundFrom {
  const rows = context.alias();
  const lists = found.cells.map((cells, i) => `${unnest(cells)} AS c${i + 1}`).join(", ");
  const columns = found.columns.map((column, i): Column => ({ ...column, sql: `o${i + 1}` }));
  const items = columns.map(({ type, sql }, i) => `${fromWireCell(`${rows}.c${i + 1}`, type)} AS ${sql}`).join(", ");
  return derived(`SELECT ${items} FROM (SELECT ${lists}) ${rows}`, columns, alias, context);
}

const named = (call: Call, key: string, position: number): Expr | undefined =>
  call.named.get(key) ?? call.args[position];

// Rows arrive as one JSON list of texts; DuckDB unnests it and picks the cells.
function unnested(
  list: string,
  cells: readonly (readonly [Name, SqlType, (row: string) => string])[],
  alias: Alias,
  context: Context,
): BoundFrom {
  const name = context.alias();
  const row = `${name}_row`;
  const items = cells.map(([, , write], i) => `${write(`${row}.x`)} AS o${i + 1}`).join(", ");
  const columns = cells.map(([column, type], i): Column => ({ name: column, type, nullable: true, sql: `o${i + 1}` }));
  const sql = `SELECT ${items} FROM (SELECT unnest(CAST(CAST(${list} AS JSON) AS JSON[])) AS x) ${row}`;
  return derived(sql, columns, alias, context, true);
}

function flatten(call: Call, alias: Alias, left: Scope, context: Context): BoundFrom {
  const input = named(call, "INPUT", 0);
  if (input === undefined)
    throw compilationError("000938", "22023", "not enough arguments for function [FLATTEN], expected 1, got 0");
  const value = bind(input, left, context);
  if (!isSemiStructured(value.type.kind))
    throw compilationError("001044", "42P13", "Invalid argument types for function 'FLATTEN'");
  const option = (key: string, position: number, otherwise: string): string => {
    const found = named(call, key, position);
    return found === undefined ? otherwise : bind(found, undefined, context).sql;
  };
  const list = `sf_flatten(${value.sql}, ${option("PATH", 1, "''")}, ${option("OUTER", 2, "false")}, ${option("RECURSIVE", 3, "false")}, upper(${option("MODE", 4, "'BOTH'")}))`;
  const cell = (i: number) => (row: string) => `(${row} ->> ${i})`;
  return unnested(
    list,
    [
      ["SEQ", fixed(38, 0), (row) => `CAST(${cell(5)(row)} AS DECIMAL(38,0))`],
      ["KEY", text(), cell(0)],
      ["PATH", text(), cell(1)],
      ["INDEX", fixed(38, 0), (row) => `CAST(${cell(2)(row)} AS DECIMAL(38,0))`],
      ["VALUE", variant, cell(3)],
      ["THIS", variant, cell(4)],
    ],
    alias,
    context,
  );
}

function splitToTable(call: Call, alias: Alias, left: Scope, context: Context): BoundFrom {
  const [subject, separator] = call.args.map((one) => cast(bind(one, left, context), text(), context));
  const list = `sf_split(${subject ?? literal("")}, ${separator ?? literal("")})`;
  return unnested(list, [["VALUE", text(), (row) => `(${row} ->> '$')`]], alias, context);
}

function join(from: Extract<From, { t: "join" }>, left: Scope, context: Context): BoundFrom {
  const a = bindFrom(from.left, left, context);
  const b = bindFrom(from.right, { relations: [...left.relations, ...a.relations], parent: left.parent }, context);
  const relations = [...a.relations, ...b.relations];
  const using = from.using ?? (from.natural ? sharedNames(a, b) : undefined);
  if (using !== undefined) return usingJoin(from.kind, a, b, using, context);
  const kind = from.on === undefined && from.kind === "INNER" ? "CROSS" : from.kind;
  const outer = { relations: nullable(from.kind, a, b), merged: merge(a, b) };
  if (from.on === undefined) return { sql: `${a.sql} ${kind} JOIN ${b.sql}`, ...outer };
  const on = cast(
    bind(from.on, { relations, parent: left.parent, merged: merge(a, b) ?? new Map<Name, Column>() }, context),
    boolean,
    context,
  );
  return { sql: `(${a.sql} ${kind} JOIN ${b.sql} ON ${on})`, ...outer };
}

// The side that an outer join may leave without a partner has no NOT NULL columns any more.
function nullable(kind: string, a: BoundFrom, b: BoundFrom): Relation[] {
  const loose = (side: BoundFrom): Relation[] =>
    side.relations.map((relation) => ({
      ...relation,
      columns: relation.columns.map((column) => ({ ...column, nullable: true })),
    }));
  return [
    ...(kind === "RIGHT" || kind === "FULL" ? loose(a) : a.relations),
    ...(kind === "LEFT" || kind === "FULL" ? loose(b) : b.relations),
  ];
}

const merge = (a: BoundFrom, b: BoundFrom): ReadonlyMap<Name, Column> | undefined =>
  a.merged === undefined && b.merged === undefined ? undefined : new Map([...(a.merged ?? []), ...(b.merged ?? [])]);

const columnsOf = (side: BoundFrom): Column[] => side.relations.flatMap(({ columns }) => columns);

const sharedNames = (a: BoundFrom, b: BoundFrom): Name[] =>
  columnsOf(a)
    .map(({ name }) => name)
    .filter((name) => columnsOf(b).some((column) => column.name === name));

function usingJoin(kind: string, a: BoundFrom, b: BoundFrom, using: readonly Name[], context: Context): BoundFrom {
  const merged = new Map(merge(a, b));
  const conditions = using.map((name) => {
    const left = a.merged?.get(name) ?? columnsOf(a).find((column) => column.name === name);
    const right = b.merged?.get(name) ?? columnsOf(b).find((column) => column.name === name);
    if (left === undefined || right === undefined)
      throw compilationError("000904", "42000", `invalid identifier '${shown([name])}'`);
    const type = unified([bound(left.sql, left.type), bound(right.sql, right.type)]);
    const [x, y] = [left, right].map((side) => cast(bound(side.sql, side.type), type, context));
    const sql = kind === "RIGHT" ? y : kind === "FULL" ? `coalesce(${x ?? ""}, ${y ?? ""})` : x;
    merged.set(name, { name, type, nullable: left.nullable || right.nullable, sql: sql ?? "" });
    return operate("=", bound(left.sql, left.type), bound(right.sql, right.type), context).sql;
  });
  return {
    sql: `(${a.sql} ${kind === "CROSS" ? "INNER" : kind} JOIN ${b.sql} ON ${conditions.join(" AND ")})`,
    relations: nullable(kind, a, b),
    merged,
  };
}
