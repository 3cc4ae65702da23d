import { redshiftCatalog } from "./catalog.ts";
import { invalidArgument } from "../../errors.ts";
import type { Dialect } from "../../sql/dialect.ts";
import { quoted } from "../../sql/identifiers.ts";

const maxIdentifierBytes = 127;

/** How SQL is written for Amazon Redshift. Limits and rules: docs.aws.amazon.com/redshift, "Quotas", "Names and identifiers". */
export const redshift: Dialect = {
  name: "redshift",
  title: "Redshift",
  lexis: { slashComments: false, nestedComments: true, taggedDollarQuotes: true, stages: false, blocks: false },
  sessionKeywords: new Set("BEGIN START COMMIT END ABORT ROLLBACK SET RESET USE DECLARE PREPARE DEALLOCATE".split(" ")),
  selectsIntoTables: true,
  entersNewSchemas: false,
  // A signed int16 on the wire: with one more the server asks for parameter $-32768.
  maxBinds: 32_767,
  maxStatementBytes: 16_777_216,
  numberedPlaceholders: true,
  // Text on the wire ends at a NUL.
  allowsNul: false,
  infinity: "Infinity",
  lengthUnit: "bytes",
  secondDigits: 6,

  placeholder(index, bind) {
    switch (bind.kind) {
      case "binary":
        return `FROM_HEX($${index})`;
      case "json":
        return `JSON_PARSE($${index})`;
      default:
        return `$${index}`;
    }
  },

  /** The server itself folds names to lower case, in quotes too, unless `enable_case_sensitive_identifier` is on. */
  identifier: quotedName,
  exactIdentifier: quotedName,
  nativeName: (name) => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  columnName: (nativeName) => nativeName,
  catalog: redshiftCatalog,
};

function quotedName(name: string): string {
  const sql = quoted(name);
  if (Buffer.byteLength(name) > maxIdentifierBytes) {
    throw invalidArgument(`A name is longer than the ${maxIdentifierBytes} bytes that Redshift allows.`);
  }
  return sql;
}
