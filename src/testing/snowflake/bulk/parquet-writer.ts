import type { Column } from "../binder/bound.ts";
import { SnowflakeError, unsupported } from "../errors.ts";
import { literal, storageType } from "../types/storage.ts";
import type { SqlType } from "../types/types.ts";

/**
 * Writes the expressions that turn stored values into what a Parquet file holds: whole numbers as INT32 and INT64 where their precision is
 * small (not with ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION = FALSE), other fixed-point numbers as DECIMAL, documents as JSON text. Throws 0A000
 * where Parquet cannot hold a column, with the words of the service for TIMESTAMP_TZ and TIMESTAMP_LTZ.
 */
export function parquetColumns(columns: readonly Column[], header: boolean, optimised: boolean): string[] {
  return columns.map(({ sql, type, name }, i) => {
    const written = header ? name : `_COL_${i}`;
    return `${parquetValue(sql, type, optimised)} AS "${written.replaceAll('"', '""')}"`;
  });
}

function parquetValue(sql: string, type: SqlType, optimised: boolean): string {
  switch (type.kind) {
    case "fixed":
      return optimised && type.scale === 0 && type.precision <= 18
        ? `CAST(${sql} AS ${type.precision <= 9 ? "INTEGER" : "BIGINT"})`
        : `CAST(${sql} AS ${storageType(type)})`;
    case "real":
    case "boolean":
    case "binary":
    case "text":
    case "geography":
    case "variant":
    case "object":
    case "array":
      return sql;
    case "date":
      return `(DATE '1970-01-01' + ${sql})`;
    case "time":
      return `CASE WHEN ${sql} % 1000 <> 0 THEN error(${literal(finer)}) ELSE TIME '00:00:00' + to_microseconds(${sql} // 1000) END`;
    case "timestamp_ntz":
      return type.scale > 6
        ? `make_timestamp_ns(CAST(${sql} AS BIGINT))`
        : type.scale > 3
          ? `make_timestamp(CAST(${sql} // 1000 AS BIGINT))`
          : `CAST(make_timestamp(CAST(${sql} // 1000 AS BIGINT)) AS TIMESTAMP_MS)`;
    case "timestamp_ltz":
    case "timestamp_tz":
      throw new SnowflakeError(
        "100079",
        "0A000",
        "Error encountered when unloading to PARQUET: TIMESTAMP_TZ and LTZ types are not supported for unloading to Parquet.",
      );
  }
}

const finer = `SNOWFLAKE${JSON.stringify(["000002", "0A000", unsupported("A TIME finer than microseconds in Parquet").message])}`;
