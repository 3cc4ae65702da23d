import { WarehouseError } from "../errors.ts";
import type { Knex } from "knex";
import type { Dialect } from "../sql/dialect.ts";

/** The parts of knex's query compiler that this dialect changes; knex's types leave the class out. */
interface QueryCompiler {
  readonly single: { readonly limit?: unknown; readonly offset?: unknown };
  limit(): string;
  offset(): string;
}
type QueryCompilerClass = new (...parts: unknown[]) => QueryCompiler;

/** Makes knex's Snowflake dialect; no well-kept one exists. Names follow the design's one name rule. */
export function snowflakeClient(knex: typeof import("knex").knex, dialect: Dialect): typeof Knex.Client {
  const Compiler = queryCompilerClass(knex);

  /** Snowflake wants constants behind LIMIT and OFFSET, not binds. */
  class SnowflakeCompiler extends Compiler {
    override limit(): string {
      const { limit } = this.single;
      return typeof limit === "number" ? `limit ${limit}` : super.limit();
    }

    override offset(): string {
      const { limit, offset } = this.single;
      if (typeof offset !== "number") return super.offset();
      // OFFSET is a part of LIMIT in Snowflake's grammar; NULL stands for no limit.
      return `${limit === undefined ? "limit null " : ""}offset ${offset}`;
    }
  }

  class SnowflakeClient extends knex.Client {
    override queryCompiler(...parts: unknown[]): unknown {
      return new SnowflakeCompiler(this, ...parts);
    }

    override wrapIdentifierImpl(name: string): string {
      return name === "*" ? name : dialect.identifier(name);
    }

    override schemaBuilder(): never {
      throw new WarehouseError(
        "UNSUPPORTED",
        "knex's schema builder does not write Snowflake's SQL: send CREATE, ALTER and DROP with db.query().",
      );
    }
  }
  // knex reads the dialect's name from the prototype, before the constructor has run.
  Object.assign(SnowflakeClient.prototype, { dialect: "snowflake", driverName: "snowflake-sdk" });
  return SnowflakeClient;
}

/** The class behind knex's plain SQL, without a deep import. */
function queryCompilerClass(knex: typeof import("knex").knex): QueryCompilerClass {
  class Plain extends knex.Client {}
  const client = new Plain({ client: Plain });
  const compiler = client.queryCompiler(client.queryBuilder()) as QueryCompiler;
  return compiler.constructor as QueryCompilerClass;
}
