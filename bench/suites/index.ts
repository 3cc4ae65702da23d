import type { Suite } from "../suite.ts";
import { growthChunks, growthColumns, growthConcurrency, growthExport, growthRows } from "./growth.ts";
import { exportCsv, exportNdjson, exportParquet } from "./export.ts";
import { insertRedshift, insertSnowflake } from "./insert.ts";
import { redshiftDoubles, redshiftMixed } from "./redshift.ts";
import { redshiftSmall } from "./small.ts";
import { snowflakeMixed, snowflakeNumeric, snowflakeText } from "./snowflake.ts";
import { startImports, startRedshift, startSnowflake } from "./start.ts";

/** All suites, in the order in which they run. */
export const suites: readonly Suite[] = [
  redshiftMixed,
  redshiftDoubles,
  redshiftSmall,
  snowflakeMixed,
  snowflakeNumeric,
  snowflakeText,
  insertRedshift,
  insertSnowflake,
  exportCsv,
  exportNdjson,
  exportParquet,
  growthRows,
  growthChunks,
  growthExport,
  growthColumns,
  growthConcurrency,
  startImports,
  startRedshift,
  startSnowflake,
];
