import { snowflakeCatalog } from "./catalog.ts";
import { columnName, exactIdentifier, identifier, nativeName } from "./names.ts";
import { sdkBind } from "./params.ts";
import type { Dialect } from "../../sql/dialect.ts";

/** How SQL is written for Snowflake. Limits and rules: docs.snowflake.com, "Limits on query text size", "Identifier requirements". */
export const snowflake: Dialect = {
  name: "snowflake",
  title: "Snowflake",
  lexis: { slashComments: true, nestedComments: false, taggedDollarQuotes: false, stages: true, blocks: true },
  sessionKeywords: new Set("BEGIN START COMMIT ROLLBACK SET UNSET USE DECLARE".split(" ")),
  selectsIntoTables: false,
  entersNewSchemas: true,
  // Snowflake documents no limit for binds; this is the one it long had for the expressions of a list.
  maxBinds: 16_384,
  maxStatementBytes: 1_048_576,
  numberedPlaceholders: false,
  allowsNul: true,
  // The only word that is documented (docs.snowflake.com, "Numeric data types").
  infinity: "inf",
  lengthUnit: "characters",
  secondDigits: 9,

  placeholder(_index, bind) {
    switch (bind.kind) {
      case "timestamp":
        return "TO_TIMESTAMP_TZ(?)";
      case "binary":
        return "TO_BINARY(?, 'HEX')";
      case "json":
        return "PARSE_JSON(?)";
      case "float":
        return typeof sdkBind(bind) === "number" ? "?" : "TO_DOUBLE(?)";
      case "integer":
        return typeof sdkBind(bind) === "number" ? "?" : "TO_NUMBER(?, 38, 0)";
      default:
        return "?";
    }
  },

  identifier,
  exactIdentifier,
  nativeName,
  columnName,
  catalog: snowflakeCatalog,
};
