import type { Column, Source } from "../binder/bound.ts";
import type { Name } from "../sql/ast.ts";
import { literal, storageType } from "../types/storage.ts";
import { fixed, isTimestamp, text, timestamp } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import { unsupported } from "../errors.ts";
import { defaultText } from "./catalog.ts";
import type { Catalog, CatalogObject, ObjectColumn } from "./catalog.ts";
import type { SqlSession } from "./session.ts";

type Cell = string | number | null;

interface Sheet {
  readonly columns: readonly (readonly [Name, SqlType])[];
  readonly rows: readonly (readonly Cell[])[];
}

const counted = fixed(18, 0);
const moment = timestamp("timestamp_ltz");
const nanoseconds = (ms: number): string => `${ms}000000`;

/** Builds a view of INFORMATION_SCHEMA of a database. Throws 0A000 for one the stand-in lacks. */
export function informationSchema(name: Name, database: Name | null, catalog: Catalog, session: SqlSession): Source {
  const sheets: Readonly<Record<string, () => Sheet>> = {
    TABLES: () => tables(database ?? "", catalog, session),
    VIEWS: () => tables(database ?? "", catalog, session, "VIEW"),
    COLUMNS: () => columns(database ?? "", catalog, session),
    SCHEMATA: () => schemata(database ?? "", catalog),
    DATABASES: () => ({ columns: [["DATABASE_NAME", text()]], rows: catalog.databases().map((one) => [one]) }),
  };
  const build = Object.hasOwn(sheets, name) ? sheets[name] : undefined;
  if (build === undefined) throw unsupported(`INFORMATION_SCHEMA.${name}`);
  return virtual(build(), [database ?? "", "INFORMATION_SCHEMA", name]);
}

function virtual({ columns, rows }: Sheet, path: readonly [string, string, string]): Source {
  const bound = columns.map(([name, type], i): Column => ({ name, type, nullable: true, sql: `c${i + 1}` }));
  const cell = (value: Cell, i: number): string =>
    value === null ? "NULL" : `CAST(${literal(String(value))} AS ${storageType(columns[i]?.[1] ?? text())})`;
  const names = bound.map(({ sql }) => sql).join(", ");
  const empty = `SELECT ${columns.map(([, type], i) => `CAST(NULL AS ${storageType(type)}) AS c${i + 1}`).join(", ")} WHERE false`;
  const values = rows.map((row) => `(${row.map(cell).join(", ")})`).join(", ");
  const sql = rows.length === 0 ? `(${empty})` : `(SELECT * FROM (VALUES ${values}) v(${names}))`;
  return { t: "table", sql, columns: bound, path };
}

type Found = readonly [schema: Name, name: Name, object: CatalogObject];

const objects = (database: Name, catalog: Catalog, { temporary }: SqlSession): Found[] =>
  (catalog.schemas(database) ?? []).flatMap((schema) =>
    catalog.list(database, schema, temporary).map(([name, object]): Found => [schema, name, object]),
  );

const tableType = (object: CatalogObject): string =>
  object.t === "view" ? "VIEW" : object.t === "table" && object.temporary ? "LOCAL TEMPORARY" : "BASE TABLE";

function tables(database: Name, catalog: Catalog, session: SqlSession, only?: string): Sheet {
  const rows = objects(database, catalog, session)
    .filter(([, , object]) => object.t !== "sequence" && (only === undefined || tableType(object) === only))
    .map(([schema, name, object]) => [
      database,
      schema,
      name,
      object.owner,
      tableType(object),
      "NO",
      nanoseconds(object.created),
      object.comment ?? null,
    ]);
  return {
    columns: [
      ["TABLE_CATALOG", text()],
      ["TABLE_SCHEMA", text()],
      ["TABLE_NAME", text()],
      ["TABLE_OWNER", text()],
      ["TABLE_TYPE", text()],
      ["IS_TRANSIENT", text()],
      ["CREATED", moment],
      ["COMMENT", text()],
    ],
    rows,
  };
}

/** Names a type as INFORMATION_SCHEMA.COLUMNS does. */
const dataType = ({ kind }: SqlType): string =>
  ({ fixed: "NUMBER", real: "FLOAT" })[kind as string] ?? kind.toUpperCase(); // two kinds have another name there

function columnRow(database: Name, schema: Name, table: Name, column: ObjectColumn, position: number): Cell[] {
  const { kind, precision, scale, length } = column.type;
  const isNumber = kind === "fixed";
  const isText = kind === "text" || kind === "binary";
  const initial = defaultText(column);
  return [
    database, schema, table, column.name, position, initial, column.nullable ? "YES" : "NO", dataType(column.type),
    isText ? length : null, isText ? Math.min(16_777_216, kind === "text" ? length * 4 : length) : null,
    isNumber ? precision : null, isNumber ? 10 : null, isNumber ? scale : null,
    kind === "time" || isTimestamp(kind) ? scale : null, column.identity === undefined ? "NO" : "YES",
    column.comment ?? null,
  ]; // prettier-ignore
}

function columns(database: Name, catalog: Catalog, session: SqlSession): Sheet {
  const rows = objects(database, catalog, session).flatMap(([schema, name, object]) => {
    if (object.t === "sequence") return [];
    return object.columns.map((column, i) => columnRow(database, schema, name, column, i + 1));
  });
  const names: readonly (readonly [Name, SqlType])[] = [
    ["TABLE_CATALOG", text()],
    ["TABLE_SCHEMA", text()],
    ["TABLE_NAME", text()],
    ["COLUMN_NAME", text()],
    ["ORDINAL_POSITION", fixed(9, 0)],
    ["COLUMN_DEFAULT", text()],
    ["IS_NULLABLE", text()],
    ["DATA_TYPE", text()],
    ["CHARACTER_MAXIMUM_LENGTH", counted],
    ["CHARACTER_OCTET_LENGTH", counted],
    ["NUMERIC_PRECISION", counted],
    ["NUMERIC_PRECISION_RADIX", counted],
    ["NUMERIC_SCALE", counted],
    ["DATETIME_PRECISION", counted],
    ["IS_IDENTITY", text()],
    ["COMMENT", text()],
  ];
  return { columns: names, rows };
}

function schemata(database: Name, catalog: Catalog): Sheet {
  return {
    columns: [
      ["CATALOG_NAME", text()],
      ["SCHEMA_NAME", text()],
      ["SCHEMA_OWNER", text()],
    ],
    rows: [...(catalog.schemas(database) ?? []), "INFORMATION_SCHEMA"].map((schema) => [
      database,
      schema,
      "ACCOUNTADMIN",
    ]),
  };
}
