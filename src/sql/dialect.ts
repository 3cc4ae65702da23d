import type { Bind } from "../values/parameters.ts";
import type { CatalogDialect } from "./catalog.ts";

/** What the two warehouses do differently when SQL is written and read: data and pure functions, nothing that connects. */
export interface Dialect {
  readonly name: "redshift" | "snowflake";
  /** The warehouse's name in a sentence. */
  readonly title: string;
  readonly lexis: Lexis;
  /** The first keywords, in upper case, of statements that change the session they run on. `CREATE TEMP` is known apart from these. */
  readonly sessionKeywords: ReadonlySet<string>;
  /** `SELECT … INTO TEMP` makes a temporary table, and so does a name that begins with `#`. */
  readonly selectsIntoTables: boolean;
  /** A session enters the schema or database that it makes, as by USE. */
  readonly entersNewSchemas: boolean;
  /** The most values one statement may be sent with. */
  readonly maxBinds: number;
  /** The longest statement text the server takes, in UTF-8 bytes. */
  readonly maxStatementBytes: number;
  /** Whether placeholders carry a number, so that a value used twice is sent once. */
  readonly numberedPlaceholders: boolean;
  /** Whether statements and text values may hold the NUL character. */
  readonly allowsNul: boolean;
  /** The word for infinity. */
  readonly infinity: "Infinity" | "inf";
  /** What the length of a VARCHAR counts. */
  readonly lengthUnit: "bytes" | "characters";
  /** How many digits of a second a time or timestamp keeps whose type does not say it. */
  readonly secondDigits: number;
  /** Writes the SQL that stands for a bind: the placeholder, inside a conversion where the bind's kind needs one. `index` counts from 1. */
  placeholder(index: number, bind: Bind): string;
  /** Writes a name by the one name rule. @throws `INVALID_ARGUMENT` for a name that the warehouse cannot hold. */
  identifier(name: string): string;
  /** Writes a name exactly as given. @throws `INVALID_ARGUMENT` for a name that the warehouse cannot hold. */
  exactIdentifier(name: string): string;
  /** Gives the name that the server has for what a name means by the one name rule. */
  nativeName(name: string): string;
  /** Gives the name that rows carry for a column's native name: the inverse of the one name rule. */
  columnName(nativeName: string): string;
  /** How the warehouse is asked about its objects. */
  readonly catalog: CatalogDialect;
}

/** How the text of a statement falls into tokens where the warehouses differ. */
export interface Lexis {
  /** `//` opens a comment to the end of the line, as `--` does everywhere. */
  readonly slashComments: boolean;
  /** A block comment may hold block comments. */
  readonly nestedComments: boolean;
  /** `$tag$…$tag$` quotes, as `$$…$$` does everywhere. */
  readonly taggedDollarQuotes: boolean;
  /** `@stage/path` and `file://path` are one thing up to the next space, and `$name` is a session variable. */
  readonly stages: boolean;
  /** A statement may be a block, `BEGIN …; …; END`, without quotes around it. */
  readonly blocks: boolean;
}

/**
 * Gives the names that rows carry for the columns of one result. Different native names that the name rule would make
 * equal stay as they are, so that no column hides another.
 */
export function foldNames(nativeNames: readonly string[], dialect: Pick<Dialect, "columnName">): string[] {
  const owners = new Map<string, string>();
  const collisions = new Set<string>();
  for (const native of nativeNames) {
    const name = dialect.columnName(native);
    const owner = owners.get(name);
    if (owner === undefined) owners.set(name, native);
    else if (owner !== native) collisions.add(name);
  }
  return nativeNames.map((native) => {
    const name = dialect.columnName(native);
    return collisions.has(name) ? native : name;
  });
}
