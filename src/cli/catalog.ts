import type { Command } from "commander";
import { addListFlag, writeList, type ListFlags } from "./listing.ts";
import { UsageError } from "./usage.ts";
import { withWarehouse } from "./warehouse.ts";
import type { Ground } from "./ground.ts";
import type { GlobalFlags } from "./connect-options.ts";

interface TablesFlags extends ListFlags, GlobalFlags {
  readonly all?: boolean;
  readonly like?: string;
}

/** Adds `tables`, `columns` and `schemas`: what the warehouse holds. */
export function catalogCommands(program: Command, ground: Ground): void {
  const { signal } = ground;

  const tables = program
    .command("tables")
    .description("list tables and views")
    .argument("[like]", "a LIKE pattern for their names, in which case counts: 'event%'")
    .option("--all", "of every schema; default: of the session's, or of --schema")
    .addHelpText(
      "after",
      "\nExamples:\n  $ peak-warehouse tables\n  $ peak-warehouse tables 'event%' --schema staging\n  $ peak-warehouse tables --all --format json | jq '.[].name'",
    );
  addListFlag(tables).action(async (like: string | undefined) => {
    const flags = tables.optsWithGlobals<TablesFlags>();
    if (flags.all === true && flags.schema !== undefined) throw new UsageError("--all goes without --schema.");
    const schema = flags.all === true ? "*" : flags.schema;
    const found = await withWarehouse(tables, ground, async (db) => db.tables({ schema, like, signal }));
    await writeList(ground, flags, found, ["schema", "name", "kind", "rowCount", "bytes", "comment"]);
  });

  const columns = program
    .command("columns")
    .description("list the columns of a table or view")
    .argument("<table>", "table or schema.table; a part in double quotes is exact")
    .addHelpText(
      "after",
      "\nExamples:\n  $ peak-warehouse columns events\n  $ peak-warehouse columns '\"My.Schema\".events' --format json",
    );
  addListFlag(columns).action(async (table: string) => {
    const found = await withWarehouse(columns, ground, async (db) => db.columns(table, { signal }));
    const fields = [
      "position",
      "name",
      "type",
      "nativeType",
      "nullable",
      "default",
      "distKey",
      "sortKey",
      "comment",
    ] as const;
    await writeList(ground, columns.optsWithGlobals<ListFlags>(), found, fields);
  });

  const schemas = program
    .command("schemas")
    .description("list the schemas")
    .addHelpText("after", "\nExample:\n  $ peak-warehouse schemas");
  addListFlag(schemas).action(async () => {
    const found = await withWarehouse(schemas, ground, async (db) => db.schemas({ signal }));
    await writeList(ground, schemas.optsWithGlobals<ListFlags>(), found, ["name", "kind", "owner", "comment"]);
  });
}
