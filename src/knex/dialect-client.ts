import { columnCompilerClass } from "./column-compiler.ts";
import { literal } from "./literals.ts";
import { queryBuilderClass } from "./query-builder.ts";
import { queryCompilerClass } from "./query-compiler.ts";
import { rawClass } from "./raw.ts";
import { redshiftCompilerClass } from "./redshift.ts";
import { holdsJson } from "./row-source.ts";
import { schemaCompilerClass } from "./schema-compiler.ts";
import { snowflakeCompilerClass } from "./snowflake.ts";
import { refusingTable, tableCompilerClass } from "./table-compiler.ts";
import { knexName, nativeText } from "./texts.ts";
import { viewCompilerClass } from "./view-compiler.ts";
import type { Knex } from "knex";
import type { Dialect } from "../sql/dialect.ts";
import type { Classes } from "./classes.ts";
import type { BindingsHolder } from "./types.ts";

/** Whose SQL is written, and for whom. */
interface SessionSql {
  readonly dialect: Dialect;
  /** Whether each query has a session of its own, which whatever is temporary would not outlive, or stay behind in. */
  readonly lastsForQuery: boolean;
}

interface Writing {
  readonly parameter: (this: unknown, value: unknown, builder: unknown, holder: BindingsHolder) => string;
}

/**
 * Makes the client class that writes a warehouse's SQL. It stands on knex's own for Redshift, and replaces all of its SQL: what both
 * warehouses have in common is written once, and so is what neither has and knex would send all the same.
 */
export function dialectClient(classes: Classes, { dialect, lastsForQuery }: SessionSql): typeof Knex.Client {
  const Common = queryCompilerClass(classes.QueryCompiler, dialect);
  const QueryCompiler = dialect.name === "redshift" ? redshiftCompilerClass(Common) : snowflakeCompilerClass(Common);
  const QueryBuilder = queryBuilderClass(classes.QueryBuilder);
  const SchemaCompiler = schemaCompilerClass(classes.SchemaCompiler, dialect);
  const TableCompiler = tableCompilerClass(classes.TableCompiler, {
    refusesTemporary: lastsForQuery && dialect.name === "redshift",
  });
  const ColumnCompiler = columnCompilerClass(classes.ColumnCompiler, dialect);
  const ViewCompiler = viewCompilerClass(classes.ViewCompiler);
  const Raw = rawClass(classes.Raw);

  // knex's types leave it out.
  const { parameter } = classes.RedshiftClient.prototype as unknown as Writing;

  class DialectClient extends classes.RedshiftClient {
    override queryBuilder(): Knex.QueryBuilder {
      // What it derives from is one.
      return new QueryBuilder(this) as unknown as Knex.QueryBuilder;
    }

    override queryCompiler(builder: unknown, bindings?: unknown): unknown {
      return new QueryCompiler(this, builder, bindings);
    }

    override schemaCompiler(builder: unknown): unknown {
      return new SchemaCompiler(this, builder);
    }

    override tableBuilder(...parts: Parameters<Knex.Client["tableBuilder"]>): Knex.TableBuilder {
      return refusingTable(super.tableBuilder(...parts));
    }

    override tableCompiler(builder: unknown): unknown {
      return new TableCompiler(this, builder);
    }

    /** knex's own for Redshift leaves indexes out without an error. */
    override columnBuilder(table: unknown, type: unknown, told: unknown): Knex.ColumnBuilder {
      return new classes.ColumnBuilder(this, table, type, told);
    }

    override columnCompiler(table: unknown, column: unknown): unknown {
      return new ColumnCompiler(this, table, column);
    }

    viewCompiler(builder: unknown): unknown {
      return new ViewCompiler(this, builder);
    }

    override raw(...parts: [string, unknown?]): unknown {
      return new Raw(this).set(...parts);
    }

    override wrapIdentifierImpl(name: string): string {
      return knexName(name, dialect);
    }

    override positionBindings(sql: string): string {
      return nativeText(sql, dialect);
    }

    /** Writes a value. JSON is bound without knex's question whether it is raw, which it refuses to answer. */
    parameter(value: unknown, builder: unknown, holder: BindingsHolder): string {
      if (!holdsJson(value)) return parameter.call(this, value, builder, holder);
      holder.bindings.push(value);
      return "?";
    }

    /** Writes a list of values. knex's own would send an object as text, which a SUPER or VARIANT takes for a text, too. */
    parameterize(values: unknown, forUndefined: unknown, builder: unknown, holder: BindingsHolder): string {
      if (typeof values === "function") return this.parameter(values, builder, holder);
      const list: unknown[] = Array.isArray(values) ? values : [values];
      const write = (value: unknown) => this.parameter(value === undefined ? forUndefined : value, builder, holder);
      // Not map, which would leave holes out: knex leaves one where a row has no value.
      return Array.from(list, write).join(", ");
    }

    /** Writes a value into the text of `toString()`. */
    _escapeBinding(value: unknown): string {
      return literal(value, dialect);
    }
  }
  // knex reads these from the prototype, before the constructor has run.
  if (dialect.name === "snowflake") {
    Object.assign(DialectClient.prototype, { dialect: "snowflake", driverName: "snowflake-sdk" });
  }
  return DialectClient;
}
