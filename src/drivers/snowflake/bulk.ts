import { insertion } from "./insertion.ts";
import { isUndone, load } from "./load.ts";
import { isInTransaction } from "./stage.ts";
import { unload } from "./unload.ts";
import type { AskedLoad, AskedUnload, BulkEngine } from "../../bulk-engine.ts";

/** How Snowflake moves data in bulk: COPY INTO both ways, and INSERT with bulk binds. */
export const snowflakeBulk: BulkEngine = {
  unload,
  load,
  insertion,
  storageGrant: "integration",
  unloadRefusal,
  loadRefusal,
  columnMatches({ format, csv }) {
    if (format !== "csv") return ["name"];
    return csv.header ? ["position", "name"] : ["position"];
  },
  beginsTransaction: isUndone,
  isInTransaction,
};

function unloadRefusal({ manifest = false, partitionBy = [], overwrite }: AskedUnload): string | undefined {
  if (manifest) return "Snowflake writes no manifests: the result lists the files.";
  return overwrite === "replace" && partitionBy.length > 0
    ? 'With partitionBy Snowflake gives files names that no other has, and replaces none: say overwrite "clean" or "error".'
    : undefined;
}

function loadRefusal({ manifest = false, format, match, columns }: AskedLoad): string | undefined {
  if (manifest) return "manifest is not possible here: Snowflake reads no manifests: give the files' prefix.";
  return format === "csv" && match === "name" && columns !== undefined
    ? "columns is not possible here: of CSV that is matched by name Snowflake takes all columns that the table has."
    : undefined;
}
