import { insertion } from "./insertion.ts";
import { isUndone, load } from "./load.ts";
import { isInTransaction } from "./stage.ts";
import { unload } from "./unload.ts";
import type { BulkEngine } from "../../bulk-engine.ts";

/** How Snowflake moves data in bulk: COPY INTO both ways, and INSERT with bulk binds. */
export const snowflakeBulk: BulkEngine = { unload, load, insertion, beginsTransaction: isUndone, isInTransaction };
