import type { Command } from "commander";
import { placed } from "./placed-error.ts";
import { sqlParameters, type SqlFlags } from "./sql-source.ts";
import { UsageError } from "./usage.ts";
import { withWarehouse } from "./warehouse.ts";
import type { QueryParameters, Warehouse } from "../index.ts";
import type { Ground } from "./ground.ts";

/** Works with one query and its values on the tenant's warehouse. @throws `UsageError` where the text holds several; what `work` throws. */
export async function withQuery<T>(
  command: Command,
  ground: Ground,
  text: string,
  flags: SqlFlags,
  work: (db: Warehouse, query: string, params: QueryParameters | undefined) => Promise<T>,
): Promise<T> {
  return withWarehouse(command, ground, async (db) => {
    const { cutStatements } = await import("./library.ts");
    const [query, another] = await cutStatements(text, db.type);
    if (query === undefined) throw new UsageError("There is no query in the SQL.");
    if (another !== undefined) throw new UsageError("One query is needed, and the SQL holds several statements.");
    const params = sqlParameters(flags, query.isNamed);
    try {
      return await work(db, query.text, params);
    } catch (error) {
      throw placed(error, () => query.sent(params));
    }
  });
}
