import { types } from "node:util";
import { invalidArgument } from "../errors.ts";
import { isRaw } from "./arguments.ts";
import { columnTypes } from "./column-types.ts";
import { literal } from "./literals.ts";
import { textLiteral } from "../sql/literals.ts";
import { unsupported } from "./refusals.ts";
import { holdsJson } from "./row-source.ts";
import { knexText } from "./texts.ts";
import type { Class, ColumnCompiler } from "./types.ts";
import type { Dialect } from "../sql/dialect.ts";

/** What a column can be told besides its type. Nobody has unsigned numbers; knex leaves the word out elsewhere, too. */
const modifiers = new Set(["nullable", "defaultTo", "comment", "unsigned"]);

const texts = /^(?:varchar|char|specifictype|enu|uuid|.*text)$/;

/** Derives the compiler of columns: types and defaults as the warehouse has them. @throws `UNSUPPORTED` for those it has not. */
export function columnCompilerClass(Plain: Class<ColumnCompiler>, dialect: Dialect): Class<ColumnCompiler> {
  const known = columnTypes[dialect.name];

  return class WarehouseColumnCompiler extends Plain {
    override modifiers = ["nullable", "defaultTo", "comment"];

    override getColumnType(): string {
      const type = known[this.type];
      if (type === undefined)
        throw unsupported(`column type ${this.type}`, "use specificType() with the warehouse's own");
      const text = typeof type === "string" ? type : type(...this.args.slice(1));
      const isPrimary = this.tableCompiler._canBeAddPrimaryKey(keyOptions(this));
      const isCounted = this.type.endsWith("increments");
      if (isCounted && this.tableCompiler.method === "alter") {
        throw unsupported(
          `${this.type}() in alterTable()`,
          "the warehouse numbers rows from the table's making on only",
        );
      }
      return `${text}${isPrimary ? " primary key" : ""}${isCounted ? " not null" : ""}`;
    }

    override getModifiers(): string {
      const strange = Object.keys(this.modified).find((modifier) => !modifiers.has(modifier));
      if (strange !== undefined) throw unsupported(`column.${strange}()`, "neither warehouse has it in this form");
      return super.getModifiers();
    }

    defaultTo(value: unknown): string {
      if (value === undefined) return "";
      if (value === null) return "default null";
      if (this.type.startsWith("json") && holdsJson(value)) return `default ${knexText(literal(value, dialect))}`;
      if (isRaw(value)) return `default ${knexText(value.toQuery())}`;
      if (this.type.startsWith("json")) {
        throw invalidArgument("The default of a JSON column is sql.json(…), null or knex.raw(): a text would be one.");
      }
      if (typeof value !== "object" || types.isDate(value)) return `default ${knexText(this.#constant(value))}`;
      throw invalidArgument("A column's default is a text, number, boolean or Date, or knex.raw().");
    }

    comment(comment: string): void {
      this.pushAdditional(function () {
        const column = `${this.tableCompiler.tableName()}.${this.formatter.wrap(this.getColumnName())}`;
        this.pushQuery(`comment on column ${column} is ${comment ? knexText(textLiteral(comment)) : "null"}`);
      });
    }

    /** Snowflake refuses a default that is not of the column's own type, such as a text for a DATE. */
    #constant(value: unknown): string {
      if (this.type === "bool") return String(value !== "false" && value !== "0" && Boolean(value));
      const written = literal(value, dialect);
      if (typeof value === "number" || typeof value === "bigint") return written;
      return texts.test(this.type) ? written : `${written}::${this.getColumnType()}`;
    }
  };
}

function keyOptions({ type, args }: ColumnCompiler): { primaryKey?: boolean } {
  const options = args[1];
  const primaryKey = typeof options === "object" && options !== null && "primaryKey" in options && options.primaryKey;
  if (type.endsWith("increments")) return { primaryKey: options === undefined || primaryKey !== false };
  return type === "uuid" ? { primaryKey: primaryKey === true } : {};
}
