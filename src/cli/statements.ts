import { onlyReads } from "../run.ts";
import { tokens } from "../sql/lexer.ts";
import { placeholderStyle } from "../sql/placeholder-style.ts";
import { bindParameters } from "../sql/placeholders.ts";
import { splitStatements } from "../sql/statements.ts";
import type { QueryParameters, Warehouse } from "../index.ts";
import type { Dialect } from "../sql/dialect.ts";

/** One statement of what the user wrote. */
export interface CutStatement {
  readonly text: string;
  /** It gives rows and changes nothing, such as SELECT and SHOW. */
  readonly reads: boolean;
  /** It has placeholders with names. */
  readonly isNamed: boolean;
  /** Gives the text as it is sent with these parameters, in which the server counts. */
  sent(params: QueryParameters | undefined): string;
}

/** Cuts a text into its statements, as the warehouse reads them. */
export async function cutStatements(text: string, type: Warehouse["type"]): Promise<readonly CutStatement[]> {
  const dialect = await dialectOf(type);
  return splitStatements(text, dialect).map((statement) => ({
    text: statement.text,
    reads: onlyReads(statement.text, dialect),
    isNamed: hasNames(statement.text, dialect),
    sent: (params) => bindParameters(statement.text, params, dialect).text,
  }));
}

/** The warehouse is open: its driver has been loaded. */
async function dialectOf(type: Warehouse["type"]): Promise<Dialect> {
  switch (type) {
    case "redshift":
      return (await import("../drivers/redshift/dialect.ts")).redshift;
    case "snowflake":
      return (await import("../drivers/snowflake/dialect.ts")).snowflake;
  }
}

function hasNames(text: string, dialect: Dialect): boolean {
  for (const { kind, start } of tokens(text, dialect.lexis)) {
    if (kind === "placeholder") return placeholderStyle(text, start) === ":name";
  }
  return false;
}
