import type { Place } from "../errors.ts";
import type { Expr, Name, Query } from "../sql/ast.ts";
import type { SqlType } from "../types/types.ts";

/** An expression whose names are resolved: the DuckDB text that computes it, and its Snowflake type. */
export interface Bound {
  readonly sql: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** The value of a literal or a bind, for functions that must know an argument beforehand. */
  readonly constant?: string | number | boolean | undefined;
  /** A bare NULL, which takes on any type. */
  readonly isNull?: boolean;
  /** The members of a document whose types are known, as those of a Parquet file's row are. */
  readonly members?: ReadonlyMap<Name, Bound> | undefined;
  /** An interval literal: only + and - take one. */
  readonly interval?: readonly (readonly [number, string])[];
}

/** A column of a relation or of a result. `sql` is how the statement around it refers to it. */
export interface Column {
  readonly name: Name;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly sql: string;
  /** A bare NULL in a select list, which takes on the type of what it is united with. */
  readonly isNull?: boolean;
  /** See {@link Bound.members}. */
  readonly members?: ReadonlyMap<Name, Bound>;
  /** Where the column comes from, for result descriptions: database, schema, table. */
  readonly origin?: readonly [string, string, string];
}

/** What a FROM clause brings into reach. `path` is the full name of a table, `name` its alias or own name. */
export interface Relation {
  readonly name?: Name | undefined;
  readonly path?: readonly Name[] | undefined;
  readonly columns: readonly Column[];
  /** Set where a `$n` beyond the last column is NULL, as in a file of delimited text. */
  readonly isOpenEnded?: boolean;
  /** The row number of a GENERATOR, which SEQ4 and its kin count by. */
  readonly sequence?: string;
}

/** The names in reach of an expression; those of the query around it come after. */
export interface Scope {
  readonly relations: readonly Relation[];
  readonly parent?: Scope | undefined;
  /** Aliases of the select list, which other clauses may use. */
  readonly aliases?: ReadonlyMap<Name, Expr>;
  /** Columns joined by USING or NATURAL: one name, one value. */
  readonly merged?: ReadonlyMap<Name, Column>;
}

/** A query turned into DuckDB SQL whose columns are called as `columns[].sql` says. */
export interface BoundQuery {
  readonly sql: string;
  readonly columns: readonly Column[];
}

/** One bind as the client sent it: the type it names, and the value or the list of values. */
export interface Bind {
  readonly type: string;
  readonly value: string | null | readonly (string | null)[];
}

/** What a view, a table or a CTE is to a query that names it. */
export type Source =
  | {
      readonly t: "table";
      readonly sql: string;
      readonly columns: readonly Column[];
      readonly path: readonly [string, string, string];
    }
  | {
      readonly t: "view";
      readonly query: Query;
      readonly text: string;
      readonly names: readonly Name[];
      readonly path: readonly [string, string, string];
    };

/** What an earlier statement answered: its columns, and for each its cells. */
export interface EarlierResult {
  readonly columns: readonly Pick<Column, "name" | "type" | "nullable">[];
  readonly cells: readonly (readonly (string | null)[])[];
}

/** All that binding may ask about its surroundings. */
export interface Context {
  /** Source text of the statement: names of unaliased columns and places of errors are cut from it. */
  readonly text: string;
  readonly place: (offset: number) => Place;
  readonly binds: readonly Bind[];
  /** A session parameter, such as TIMEZONE. */
  readonly parameter: (name: string) => string;
  readonly variable: (name: string) => Bound | undefined;
  /** Facts about the session that functions report, such as CURRENT_USER. */
  readonly fact: (name: string) => string | null;
  /** Start of the statement, nanoseconds since 1970. */
  readonly now: bigint;
  readonly source: (path: readonly Name[]) => Source | undefined;
  /** The DuckDB expression for the next value of a sequence. */
  readonly nextval: (path: readonly Name[]) => string | undefined;
  readonly ctes: ReadonlyMap<Name, { readonly sql: string; readonly columns: readonly Column[] }>;
  /** A name that no other relation of the statement has. */
  readonly alias: () => string;
  /** Asks the engine to wait before it runs the statement (SYSTEM$WAIT). */
  readonly wait: (ms: number) => void;
  /** The result of an earlier statement, as its cells on the wire; undefined when there is none. */
  readonly result: (queryId: string) => EarlierResult | undefined;
  /** The errors of an earlier COPY INTO a table, `_last` or by its query id. Throws where there was none. */
  readonly loadErrors: (table: readonly Name[], queryId: string) => EarlierResult;
  /** Only the columns are asked for: binds may be missing. */
  readonly describing: boolean;
  /** Set while binds stand for columns of an array bind. */
  readonly arrayBinds?: string | undefined;
}

/** Makes a bound expression; NULL is possible unless said otherwise. */
export const bound = (sql: string, type: SqlType, nullable = true): Bound => ({ sql, type, nullable });
