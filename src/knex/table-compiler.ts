import { invalidArgument } from "../errors.ts";
import { textLiteral } from "../sql/literals.ts";
import { unsupported } from "./refusals.ts";
import { knexText } from "./texts.ts";
import type { Class, TableCompiler } from "./types.ts";

/** What a table can be told and no warehouse has, or has in words of its own. */
const refused: Readonly<Record<string, string>> = {
  index: "the warehouse has no indexes",
  dropIndex: "the warehouse has no indexes",
  check: "the warehouse has no CHECK",
  dropChecks: "the warehouse has no CHECK",
  ...Object.fromEntries(
    [
      ...[
        "dropPrimary",
        "dropPrimaryIfExists",
        "dropUnique",
        "dropUniqueIfExists",
        "dropForeign",
        "dropForeignIfExists",
      ],
      ...["setNullable", "dropNullable"],
    ].map((method) => [method, "send ALTER TABLE with db.query()"]),
  ),
};

/** A foreign key, as knex's builder collects it. */
interface ForeignKey {
  readonly column: string | readonly string[];
  readonly keyName?: string;
  readonly references?: string | readonly string[];
  readonly inTable?: string;
  readonly onUpdate?: string;
  readonly onDelete?: string;
}

/** Derives the compiler of tables: one statement for each column added or dropped, and keys, which nobody enforces, inside CREATE TABLE. */
export function tableCompilerClass(
  Plain: Class<TableCompiler>,
  { refusesTemporary }: { readonly refusesTemporary: boolean },
): Class<TableCompiler> {
  class WarehouseTableCompiler extends Plain {
    override createAlterTableMethods = ["foreign", "primary", "unique"];

    override createQuery(columns: { sql: readonly string[] }, ifNotExists?: boolean): void {
      if (this.grouped.checks !== undefined) throw unsupported("table.check()", "the warehouse has no CHECK");
      // Redshift takes a name that begins so for that of a temporary table.
      if (refusesTemporary && /^(?:.*\.)?"#[^"]*"$/.test(this.tableName())) {
        throw invalidArgument(
          "A temporary table belongs in a session: create it in db.session(), with the session's knex.",
        );
      }
      const create = ifNotExists === true ? "create table if not exists" : "create table";
      this.pushQuery(`${create} ${this.tableName()} (${columns.sql.join(", ")})`);
      const { comment } = this.single;
      if (comment !== undefined) this.comment(comment);
    }

    override addColumns(columns: { sql: readonly string[] }): void {
      for (const column of columns.sql) this.#alter(`add column ${column}`);
    }

    override alterColumns(columns: { sql: readonly string[] }): void {
      if (columns.sql.length > 0) throw unsupported("column.alter()", "send ALTER TABLE with db.query()");
    }

    dropColumn(...columns: unknown[]): void {
      for (const column of columns.flat()) this.#alter(`drop column ${this.formatter.wrap(column)}`);
    }

    renameColumn(from: string, to: string): void {
      this.#alter(`rename column ${this.formatter.wrap(from)} to ${this.formatter.wrap(to)}`);
    }

    comment(comment: string): void {
      this.pushQuery(`comment on table ${this.tableName()} is ${knexText(textLiteral(comment))}`);
    }

    primary(columns: unknown, name?: unknown): void {
      this.#key("primary key", columns, name);
    }

    unique(columns: unknown, name?: unknown): void {
      this.#key("unique", columns, name);
    }

    foreign(key: ForeignKey): void {
      const { column, keyName, references, inTable, onUpdate, onDelete } = key;
      if (references === undefined || inTable === undefined) return;
      if (onUpdate !== undefined || onDelete !== undefined) {
        throw unsupported("onUpdate() and onDelete()", "no warehouse enforces keys");
      }
      const target = `references ${this.formatter.wrap(inTable)} (${this.formatter.columnize(references)})`;
      this.#key("foreign key", column, keyName, ` ${target}`);
    }

    #key(kind: string, columns: unknown, name: unknown, target = ""): void {
      if (this.forCreate !== true) throw unsupported("keys in alterTable()", "send ALTER TABLE with db.query()");
      const given = keyName(name);
      const constraint = given === undefined ? "" : `constraint ${this.formatter.wrap(given)} `;
      this.pushQuery(`${constraint}${kind} (${this.formatter.columnize(columns)})${target}`);
    }

    #alter(change: string): void {
      this.pushQuery(`alter table ${this.tableName()} ${change}`);
    }
  }
  for (const [method, why] of Object.entries(refused)) {
    Object.defineProperty(WarehouseTableCompiler.prototype, method, {
      value: () => {
        throw unsupported(`table.${method}()`, why);
      },
    });
  }
  return WarehouseTableCompiler;
}

/** Makes ours of what knex's builder of tables throws by itself, for what neither warehouse has. */
export function refusingTable<T extends object>(builder: T): T {
  for (const method of ["engine", "charset", "collate", "inherits"]) {
    const value = () => {
      throw unsupported(`table.${method}()`, "no warehouse has it");
    };
    Object.defineProperty(builder, method, { value });
  }
  return builder;
}

/** Reads the name of a key: knex takes it alone, or among options that no warehouse has. */
function keyName(told: unknown): string | undefined {
  if (told === undefined || typeof told === "string") return told;
  const options: object = typeof told === "object" && told !== null ? told : {};
  let name: string | undefined;
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!["indexName", "constraintName"].includes(option))
      throw unsupported(`{ ${option} } of a key`, "give it a name at most");
    name = String(value);
  }
  return name;
}
