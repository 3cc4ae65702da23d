import { folded } from "../sql/expressions.ts";
import type { CopyCommand } from "./copy-command.ts";
import { refusal } from "./failures.ts";
import type { BulkTask } from "./run.ts";

/** Is a column that is loaded. */
export interface TargetColumn {
  readonly name: string;
  readonly kind: TargetKind;
  /** As the system views call the type. */
  readonly type: string;
  readonly notNull: boolean;
  /** Bytes of a character type. */
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
}

/** Is a kind of values. */
type TargetKind =
  | "smallint"
  | "integer"
  | "bigint"
  | "real"
  | "double"
  | "numeric"
  | "boolean"
  | "date"
  | "time"
  | "timestamp"
  | "timestamptz"
  | "char"
  | "varchar"
  | "super"
  | "varbyte";

/** Is the table that a COPY loads into. */
export interface Target {
  readonly oid: number;
  /** Without its schema. */
  readonly name: string;
  readonly columns: readonly TargetColumn[];
  /** `"schema"."table" ("column", …)`. */
  readonly sql: string;
}

/** By OID of PostgreSQL's. */
const kinds: ReadonlyMap<number, readonly [TargetKind, string]> = new Map([
  [21, ["smallint", "int2"]],
  [23, ["integer", "int4"]],
  [20, ["bigint", "int8"]],
  [700, ["real", "float4"]],
  [701, ["double", "float8"]],
  [1700, ["numeric", "numeric"]],
  [16, ["boolean", "bool"]],
  [1082, ["date", "date"]],
  [1083, ["time", "time"]],
  [1114, ["timestamp", "timestamp"]],
  [1184, ["timestamptz", "timestamptz"]],
  [1042, ["char", "char"]],
  [1043, ["varchar", "varchar"]],
  [25, ["varchar", "varchar"]],
  [3802, ["super", "super"]],
  [17, ["varbyte", "varbyte"]],
]);

/**
 * Finds the table and the columns to load. Without a list these are all of the table's, the IDENTITY columns only with EXPLICIT_IDS
 * (AWS documentation, "Column mapping options").
 */
export async function findTarget(
  { table, columns: listed, options }: CopyCommand,
  { talk, mode }: BulkTask,
): Promise<Target> {
  const named = mode.caseSensitive ? table : folded(table);
  const found = await talk.rows(`select c.oid::bigint, c.relname, c.oid::regclass from pg_catalog.pg_class c
    where c.oid = pg_catalog.to_regclass(${textLiteral(named)}) and c.relkind in ('r', 'p')`);
  const [oid, name, qualified] = found[0] ?? [];
  if (oid == null || name == null || qualified == null)
    throw refusal(`Cannot COPY into nonexistent table ${named}`, "42P01");
  const rows = await talk.rows(`
    select a.attname, a.attnotnull, a.attidentity <> '',
           case when t.typtype = 'd' then t.typbasetype else t.oid end::bigint,
           case when t.typtype = 'd' then t.typtypmod else a.atttypmod end
      from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
     where a.attrelid = ${oid} and a.attnum > 0 and not a.attisdropped
     order by a.attnum`);
  const all = rows.map(([column, notNull, identity, type, modifier]) => ({
    column: () => targetColumn(column ?? "", notNull === "t", Number(type), Number(modifier)),
    name: column ?? "",
    identity: identity === "t",
  }));
  const chosen = listed
    ? listed.map((wanted) => {
        const one = all.find(({ name }) => name === wanted);
        if (!one) throw refusal(`column "${wanted}" of relation "${name}" does not exist`, "42703");
        if (one.identity && !options.explicitIds) throw refusal(`cannot set an identity column to a value without EXPLICIT_IDS: "${wanted}"`); // prettier-ignore
        return one;
      })
    : all.filter(({ identity }) => !identity || options.explicitIds);
  const columns = chosen.map(({ column }) => column());
  if (new Set(columns.map((column) => column.name)).size < columns.length) {
    throw refusal("A column is listed more than once", "42701");
  }
  const list = columns.map((column) => `"${column.name.replaceAll('"', '""')}"`).join(", ");
  return { oid: Number(oid), name, columns, sql: `${qualified} (${list})` };
}

function targetColumn(name: string, notNull: boolean, oid: number, modifier: number): TargetColumn {
  const [kind, type] = kinds.get(oid) ?? [];
  if (kind === undefined || type === undefined)
    throw refusal(`COPY into column "${name}": the stand-in does not support its type`);
  const known = modifier >= 4;
  if (kind === "char" || kind === "varchar")
    return { name, kind, type, notNull, length: known ? modifier - 4 : 65_535 };
  if (kind !== "numeric") return { name, kind, type, notNull };
  const [precision, scale] = known ? [((modifier - 4) >> 16) & 0xffff, (modifier - 4) & 0xffff] : [38, 37];
  return { name, kind, type, notNull, precision, scale };
}

/** The session reads backslashes as escapes. */
const textLiteral = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
