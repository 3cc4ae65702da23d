import { invalidArgument } from "../errors.ts";
import { checkRows, checkUpdate, isQuery, refuseTagged } from "./arguments.ts";
import { columnInfo } from "./lookups.ts";
import { checkOperator } from "./operators.ts";
import { redefine } from "./redefinition.ts";
import { compiling, refuseUnknown, unsupported } from "./refusals.ts";
import type { Class, Clause, Compiled, QueryCompiler } from "./types.ts";
import type { Dialect } from "../sql/dialect.ts";

/** The compiler's methods that write an operator. */
const comparisons = ["whereBasic", "havingBasic", "onBasic", "onVal"];

/** What the two warehouses' compilers have in common. Each adds what its SQL has of its own. */
export function queryCompilerClass(Plain: Class<QueryCompiler>, dialect: Dialect): Class<QueryCompiler> {
  class WarehouseQueryCompiler extends Plain {
    override toSQL(method?: string, timeZone?: string): Compiled {
      return compiling(() => super.toSQL(method, timeZone));
    }

    override _preValidate(): void {
      const { single, grouped } = this;
      // knex would put a schema in front of whatever text a table is.
      refuseTagged(single.table, ...(grouped.join ?? []).map(({ table }) => table));
      refuseUnknown(this);
    }

    /** Writes INSERT. What `with()` was told stands inside it, before the query: neither warehouse takes it in front. */
    override insert(): string {
      const { tableName, single } = this;
      const rows = single.insert ?? [];
      if (Array.isArray(rows) && rows.length === 0) return "";
      refuseTagged(rows);
      if (!isQuery(rows)) checkRows(rows);
      const withs = this.with();
      if (withs !== "" && !isQuery(rows)) throw unsupported("with() before rows to insert", "insert a query");
      const body = this._insertBody(rows);
      // knex would insert nothing.
      if (body === "") throw invalidArgument("None of the rows to insert has a column.");
      return `insert into ${tableName} ${withs}${body}`;
    }

    override update(): string {
      const { tableName } = this;
      const withs = this.with();
      const assignments = this._prepUpdate(this.single.update).join(", ");
      const from = sources(this, "from", this.single.updateFrom);
      return joined(`${withs}update ${tableName} set ${assignments}`, from, this.where());
    }

    override _prepUpdate(values: unknown): string[] {
      checkUpdate(values);
      return super._prepUpdate(values);
    }

    override del(): string {
      const { tableName } = this;
      const withs = this.with();
      const using = sources(this, "using", this.single.using);
      return joined(`${withs}delete from ${tableName}`, using, this.where());
    }

    override truncate(): string {
      return `truncate ${this.tableName}`;
    }

    override columnInfo(): unknown {
      return columnInfo(this.single, dialect);
    }

    /** Tells a union of others from a query of its own: knex would leave out one that selects without a table. */
    override onlyUnions(): boolean {
      const { grouped, tableName } = this;
      const selects = grouped.columns?.some(({ value }) => !Array.isArray(value) || value.some((item) => item !== "*"));
      return grouped.union !== undefined && tableName === "" && selects !== true;
    }

    /** Both warehouses have NULLS FIRST and LAST. knex writes whatever it is told there. */
    override _groupOrder(item: Clause, type: string): string {
      const { nulls, value } = item;
      if (value === undefined)
        throw invalidArgument("orderBy([…]) takes names, or objects of { column, order, nulls }.");
      if (typeof nulls === "string" && !/^(?:|first|last)$/i.test(nulls)) {
        throw invalidArgument('orderBy() puts NULLs "first" or "last".');
      }
      return this._groupOrderNulls(item, type);
    }

    /** knex writes the direction inside a window as it is told. */
    override analytic(clause: Clause): string {
      const places = [clause.order, clause.partitions].flat();
      refuseTagged(...places);
      for (const { order } of places.filter(isOrdered)) {
        if (order !== undefined && !(typeof order === "string" && /^(?:asc|desc)$/i.test(order))) {
          throw invalidArgument('A window is ordered "asc" or "desc".');
        }
      }
      return super.analytic(clause);
    }
  }
  for (const method of comparisons) {
    redefine(WarehouseQueryCompiler, method, (own, told: [clause: Clause]) => {
      checkOperator(told[0].operator, dialect);
      return own(told);
    });
  }
  return WarehouseQueryCompiler;
}

function sources({ formatter }: QueryCompiler, keyword: string, tables: unknown): string {
  return tables === undefined ? "" : `${keyword} ${formatter.columnize(tables)}`;
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(" ");
}

function isOrdered(clause: unknown): clause is { readonly order?: unknown } {
  return typeof clause === "object" && clause !== null;
}
