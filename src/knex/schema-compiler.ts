import { refuseTagged } from "./arguments.ts";
import { hasColumn, hasTable } from "./lookups.ts";
import { unsupported } from "./refusals.ts";
import type { Class, SchemaCompiler } from "./types.ts";
import type { Dialect } from "../sql/dialect.ts";

/** What `knex.schema` can be told and is not written here. Tables and views are, each by their own compiler. */
const refused = [
  "createTableLike",
  "createMaterializedView",
  "refreshMaterializedView",
  "alterView",
  "renameView",
  "dropMaterializedView",
  "dropMaterializedViewIfExists",
  "createSchema",
  "createSchemaIfNotExists",
  "dropSchema",
  "dropSchemaIfExists",
  "createExtension",
  "createExtensionIfNotExists",
  "dropExtension",
  "dropExtensionIfExists",
];

/** Derives the compiler of `knex.schema`: knex's own writes DROP TABLE and hands tables on. */
export function schemaCompilerClass(Plain: Class<SchemaCompiler>, dialect: Dialect): Class<SchemaCompiler> {
  class WarehouseSchemaCompiler extends Plain {
    override toSQL(): unknown {
      for (const { args } of this.builder._sequence) refuseTagged(...args);
      return super.toSQL();
    }

    hasTable(table: unknown): void {
      this.pushQuery(hasTable(table, this.schema, dialect));
    }

    hasColumn(table: unknown, column: unknown): void {
      this.pushQuery(hasColumn(table, column, this.schema, dialect));
    }

    renameTable(from: string, to: string): void {
      const { schema, formatter } = this;
      const path = (schema === undefined ? from : `${schema}.${from}`).split(".").slice(0, -1);
      const [name = "", ...place] = to.split(".").reverse();
      if (place.length > 0 && place.reverse().join(".") !== path.join(".")) {
        throw unsupported("renameTable() into another schema", "a table keeps its schema");
      }
      // Snowflake takes a bare name for one of the current schema, Redshift takes no other.
      const target = dialect.name === "snowflake" ? [...path, name].join(".") : name;
      this.pushQuery(
        `alter table ${formatter.wrap([...path, from.split(".").at(-1)].join("."))} rename to ${formatter.wrap(target)}`,
      );
    }
  }
  for (const method of refused) {
    Object.defineProperty(WarehouseSchemaCompiler.prototype, method, {
      value: () => {
        throw unsupported(`schema.${method}()`, "send the statement with db.query()");
      },
    });
  }
  return WarehouseSchemaCompiler;
}
