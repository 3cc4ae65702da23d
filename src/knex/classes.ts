import type { Knex } from "knex";
import type {
  Class,
  ColumnCompiler,
  QueryBuilder,
  QueryCompiler,
  Raw,
  SchemaCompiler,
  TableCompiler,
  Transaction,
  ViewCompiler,
} from "./types.ts";

/** The function that knex's module exports. */
export type KnexFactory = typeof import("knex").knex;

/** knex's own classes, which the dialects here build on. */
export interface Classes {
  /** Redshift's, which knows `using()` and `updateFrom()`. */
  readonly QueryBuilder: Class<QueryBuilder>;
  readonly ColumnBuilder: Class<Knex.ColumnBuilder>;
  readonly QueryCompiler: Class<QueryCompiler>;
  readonly SchemaCompiler: Class<SchemaCompiler>;
  readonly TableCompiler: Class<TableCompiler>;
  readonly ColumnCompiler: Class<ColumnCompiler>;
  readonly ViewCompiler: Class<ViewCompiler>;
  readonly Raw: Class<Raw>;
  readonly Transaction: Class<Transaction>;
  readonly RedshiftClient: typeof Knex.Client;
}

interface ViewMaker {
  viewBuilder(type: string, name: string, build: () => void): unknown;
  viewCompiler(builder: unknown): unknown;
}

/** Finds the classes behind knex's plain SQL by what its client makes: a deep import would depend on where knex keeps them. */
export function classesOf(knex: KnexFactory): Classes {
  class Plain extends knex.Client {
    /** Whoever waits here is never called. */
    override acquireConnection(): Promise<never> {
      return new Promise(() => undefined);
    }
  }
  // knex's types leave views out.
  const client = new Plain({ client: Plain }) as Knex.Client & ViewMaker;
  const table = client.tableBuilder("create", "t", null, () => undefined);
  const tableCompiler: unknown = client.tableCompiler(table);
  const column = client.columnBuilder(table, "integer", ["c"]);
  const redshift = knex({ client: "redshift" });
  return {
    QueryBuilder: classOf(redshift.queryBuilder()),
    ColumnBuilder: classOf(column),
    QueryCompiler: classOf(client.queryCompiler(client.queryBuilder())),
    SchemaCompiler: classOf(client.schemaCompiler(client.schemaBuilder())),
    TableCompiler: classOf(tableCompiler),
    ColumnCompiler: classOf(client.columnCompiler(tableCompiler, column)),
    ViewCompiler: classOf(client.viewCompiler(client.viewBuilder("create", "v", () => undefined))),
    Raw: classOf(client.raw("")),
    Transaction: classOf(client.transaction(() => undefined, {}, null)),
    RedshiftClient: (redshift.client as Knex.Client).constructor as typeof Knex.Client,
  };
}

/** What is asked for is what types.ts says of the class; knex's own types say nothing. */
function classOf<T>(instance: unknown): Class<T> {
  return (instance as object).constructor as Class<T>;
}
