import type { Expr, Name, Query } from "../sql/ast.ts";
import type { SqlType } from "../types/types.ts";

/** A column of a table. `physical` is its name in DuckDB, which never changes. */
export interface TableColumn {
  readonly name: Name;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly physical: string;
  readonly comment?: string;
  /** The expression of DEFAULT, with the statement it was written in. */
  readonly initial?: { readonly expr: Expr; readonly statement: string };
  /** The DuckDB sequence behind AUTOINCREMENT. */
  readonly identity?: string;
}

/** A column of a table, or of a view, where it has no default and no comment of its own. */
export type ObjectColumn = Omit<TableColumn, "physical">;

interface Entry {
  readonly created: number;
  readonly owner: string;
  comment?: string;
}

/** A table. `physical` is the DuckDB table that holds its rows; names and columns are ours alone, so renaming moves no data. */
export interface Table extends Entry {
  readonly t: "table";
  readonly id: number;
  readonly physical: string;
  readonly temporary: boolean;
  columns: readonly TableColumn[];
}

/** A view: a query kept as text, resolved anew each time. */
interface View extends Entry {
  readonly t: "view";
  readonly query: Query;
  readonly text: string;
  readonly names: readonly Name[];
  /** As they were when the view was made. */
  readonly columns: readonly ObjectColumn[];
}

/** A sequence; `physical` is the DuckDB sequence behind it. */
interface Sequence extends Entry {
  readonly t: "sequence";
  readonly physical: string;
  readonly step: number;
}

/** Anything that has a name in a schema. */
export type CatalogObject = Table | View | Sequence;
/** A full name: database, schema, object. */
export type FullName = readonly [Name, Name, Name];

/** What exists, by name. Temporary tables belong to a session and hide others of the same name from it. */
export interface Catalog {
  databases(): readonly Name[];
  schemas(database: Name): readonly Name[] | undefined;
  createDatabase(name: Name): void;
  createSchema(database: Name, name: Name): void;
  dropDatabase(name: Name): CatalogObject[];
  dropSchema(database: Name, name: Name): CatalogObject[];
  find(name: FullName, temporary: ReadonlyMap<string, Table>): CatalogObject | undefined;
  put(name: FullName, object: CatalogObject, temporary: Map<string, Table>): void;
  remove(name: FullName, temporary: Map<string, Table>): void;
  /** All objects of a schema that a session sees. */
  list(
    database: Name,
    schema: Name,
    temporary: ReadonlyMap<string, Table>,
  ): readonly (readonly [Name, CatalogObject])[];
  /** The comments of schemas, by the key of database and schema. */
  readonly schemaComments: Map<string, string>;
  /** A number no other object has. */
  nextId(): number;
}

/** Writes a column's DEFAULT as it was written; null where there is none. */
export const defaultText = ({ initial }: Pick<TableColumn, "initial">): string | null =>
  initial === undefined ? null : initial.statement.slice(initial.expr.start, initial.expr.end);

/** Writes a full name as one key. */
export const keyOf = (name: readonly Name[]): string => JSON.stringify(name);

/** Makes a catalog with one database that has one schema. */
export function createCatalog(database: Name, schema: Name): Catalog {
  const databases = new Map<Name, Map<Name, Map<Name, CatalogObject>>>();
  let id = 0;
  const objects = ([db, sc]: FullName): Map<Name, CatalogObject> | undefined => databases.get(db)?.get(sc);
  const catalog: Catalog = {
    databases: () => [...databases.keys()],
    schemas: (db) => {
      const found = databases.get(db);
      return found && [...found.keys()];
    },
    createDatabase: (name) => {
      databases.set(name, new Map([["PUBLIC", new Map<Name, CatalogObject>()]]));
    },
    createSchema: (db, name) => databases.get(db)?.set(name, new Map()),
    schemaComments: new Map(),
    dropDatabase: (name) => {
      const gone = [...(databases.get(name)?.values() ?? [])].flatMap((schema) => [...schema.values()]);
      databases.delete(name);
      return gone;
    },
    dropSchema: (db, name) => {
      const gone = [...(databases.get(db)?.get(name)?.values() ?? [])];
      databases.get(db)?.delete(name);
      catalog.schemaComments.delete(keyOf([db, name]));
      return gone;
    },
    find: (name, temporary) => temporary.get(keyOf(name)) ?? objects(name)?.get(name[2]),
    put: (name, object, temporary) => {
      if (object.t === "table" && object.temporary) temporary.set(keyOf(name), object);
      else objects(name)?.set(name[2], object);
    },
    remove: (name, temporary) => {
      if (!temporary.delete(keyOf(name))) objects(name)?.delete(name[2]);
    },
    list: (db, sc, temporary) => {
      const own = [...temporary].filter(([key]) => key.startsWith(keyOf([db, sc]).slice(0, -1) + ","));
      const named = own.map(([key, table]) => [(JSON.parse(key) as FullName)[2], table] as const); // keyOf wrote it
      const hidden = new Set(named.map(([name]) => name));
      const shared = [...(databases.get(db)?.get(sc) ?? [])].filter(([name]) => !hidden.has(name));
      return [...named, ...shared].sort(([a], [b]) => (a < b ? -1 : 1));
    },
    nextId: () => (id += 1),
  };
  catalog.createDatabase(database);
  catalog.createSchema(database, schema);
  return catalog;
}
