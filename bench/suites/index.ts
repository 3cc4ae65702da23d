import type { Suite } from "../suite.ts";
import { growthChunks, growthColumns, growthConcurrency, growthRows } from "./growth.ts";
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
  growthRows,
  growthChunks,
  growthColumns,
  growthConcurrency,
  startImports,
  startRedshift,
  startSnowflake,
];
