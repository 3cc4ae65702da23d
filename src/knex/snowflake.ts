import { unsupported } from "./refusals.ts";
import { isQuery } from "./arguments.ts";
import { mergeText } from "./merge.ts";
import { alike, needsQuery, rowSource } from "./row-source.ts";
import type { Class, QueryCompiler } from "./types.ts";

/** Writes what Snowflake's SQL has differently. No well-kept dialect of knex's exists. */
export function snowflakeCompilerClass(Common: Class<QueryCompiler>): Class<QueryCompiler> {
  return class SnowflakeCompiler extends Common {
    override _preValidate(): void {
      super._preValidate();
      const writes = this.method === "update" || this.method === "del";
      if (writes && this.grouped.with !== undefined) {
        throw unsupported("with() before update() and del()", "Snowflake takes it in queries only; use a subquery");
      }
    }

    override insert(): string {
      const { onConflict } = this.single;
      return onConflict === undefined ? super.insert() : mergeText(this, onConflict);
    }

    override _insertBody(rows: unknown): string {
      if (isQuery(rows)) return super._insertBody(rows);
      const prepared = this._prepInsert(rows);
      if (typeof prepared === "string") return prepared;
      const { columns, values } = prepared;
      if (columns.length === 0)
        throw unsupported("insert() of a row without columns", "name one and give it knex.raw('default')");
      const names = this.formatter.columnize(columns);
      if (needsQuery(values)) return `(${names}) ${rowSource(this, columns, values)}`;
      const { client, builder, bindingsHolder } = this;
      const lists = alike(values, columns).map((row) =>
        client.parameterize(row, client.valueForUndefined, builder, bindingsHolder),
      );
      return `(${names}) values (${lists.join("), (")})`;
    }

    /** Adds QUALIFY, which stands behind HAVING. */
    override having(): string {
      const { qualify } = this.single;
      const having = super.having();
      return qualify === undefined ? having : `${having} qualify ${this.formatter.wrap(qualify)}`.trim();
    }

    /** Snowflake wants constants behind LIMIT and OFFSET, not binds. */
    override limit(): string {
      const { limit } = this.single;
      return typeof limit === "number" ? `limit ${limit}` : super.limit();
    }

    override offset(): string {
      const { limit, offset } = this.single;
      if (offset === undefined || offset === null || offset === 0) return "";
      if (typeof offset !== "number") throw unsupported("offset() by SQL", "Snowflake takes a whole number there");
      // OFFSET is a part of LIMIT in Snowflake's grammar; NULL stands for no limit.
      return `${limit === undefined ? "limit null " : ""}offset ${offset}`;
    }
  };
}
