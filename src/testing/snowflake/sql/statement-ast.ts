import type { BulkStatement } from "./bulk-ast.ts";
import type { Alias, Expr, From, Name, Query, TypeRef } from "./ast.ts";

/** One column of a CREATE TABLE. */
export interface ColumnDef {
  readonly name: Name;
  readonly type: TypeRef;
  readonly notNull: boolean;
  readonly default?: Expr;
  readonly identity?: { readonly start: number; readonly step: number };
}

/** The kinds of objects that statements name. */
export type ObjectKind = "TABLE" | "VIEW" | "SCHEMA" | "DATABASE" | "SEQUENCE" | "WAREHOUSE" | "ROLE";

/** CREATE TABLE, also AS, LIKE and CLONE. */
export interface CreateTable {
  readonly t: "createTable";
  readonly path: readonly Name[];
  readonly temporary: boolean;
  readonly replace: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly ColumnDef[];
  /** Names alone, as in `create table t (a, b) as select …`. */
  readonly names: readonly Name[];
  readonly as?: Query;
  readonly like?: readonly Name[];
  readonly clone?: readonly Name[];
}

/** INSERT; VALUES is a query too. */
export interface Insert {
  readonly t: "insert";
  readonly path: readonly Name[];
  readonly columns: readonly Name[];
  readonly overwrite: boolean;
  readonly query: Query;
}

/** UPDATE. */
export interface Update {
  readonly t: "update";
  readonly path: readonly Name[];
  readonly alias: Alias;
  readonly set: readonly (readonly [Name, Expr])[];
  readonly from?: From;
  readonly where?: Expr;
}

/** DELETE. */
export interface Delete {
  readonly t: "delete";
  readonly path: readonly Name[];
  readonly alias: Alias;
  readonly using?: From;
  readonly where?: Expr;
}

/** One WHEN of a MERGE. */
/** MERGE. */
export interface MergeClause {
  readonly matched: boolean;
  readonly condition?: Expr;
  readonly action:
    | { readonly t: "update"; readonly set: readonly (readonly [Name, Expr])[] }
    | { readonly t: "delete" }
    | { readonly t: "insert"; readonly columns: readonly Name[]; readonly values: readonly Expr[] };
}

export interface Merge {
  readonly t: "merge";
  readonly path: readonly Name[];
  readonly alias: Alias;
  readonly source: From;
  readonly on: Expr;
  readonly clauses: readonly MergeClause[];
}

/** What an ALTER TABLE does. */
export type AlterAction =
  | { readonly t: "rename"; readonly to: readonly Name[] }
  | { readonly t: "addColumn"; readonly columns: readonly ColumnDef[]; readonly ifNotExists: boolean }
  | { readonly t: "dropColumn"; readonly names: readonly Name[]; readonly ifExists: boolean }
  | { readonly t: "renameColumn"; readonly from: Name; readonly to: Name }
  | { readonly t: "alterType"; readonly name: Name; readonly type: TypeRef }
  | { readonly t: "nullability"; readonly name: Name; readonly notNull: boolean }
  | { readonly t: "swap"; readonly with: readonly Name[] }
  | { readonly t: "comment"; readonly text: string };

/** COMMENT ON; the path of a column ends in its name. */
export interface Comment {
  readonly t: "comment";
  readonly kind: "TABLE" | "VIEW" | "SCHEMA" | "COLUMN";
  readonly path: readonly Name[];
  readonly ifExists: boolean;
  readonly text: string;
}

/** SHOW; `what` is the plural that follows it. */
export interface Show {
  readonly t: "show";
  readonly what: string;
  readonly like?: string;
  /** What IN says that `scope` is the name of. */
  readonly within?: "ACCOUNT" | "SESSION" | "DATABASE" | "SCHEMA" | "TABLE" | "VIEW";
  readonly scope: readonly Name[];
  readonly startsWith?: string;
  readonly limit?: number;
  /** Only what comes after the object of this name. */
  readonly from?: string;
  readonly terse: boolean;
}

/** Any statement the stand-in knows. */
export type Statement =
  | { readonly t: "query"; readonly query: Query }
  | CreateTable
  | {
      readonly t: "createView";
      readonly path: readonly Name[];
      readonly replace: boolean;
      readonly ifNotExists: boolean;
      readonly columns: readonly Name[];
      readonly query: Query;
      readonly text: string;
    }
  | {
      readonly t: "createSequence";
      readonly path: readonly Name[];
      readonly replace: boolean;
      readonly ifNotExists: boolean;
      readonly start: number;
      readonly step: number;
    }
  | {
      readonly t: "createNamespace";
      readonly kind: "SCHEMA" | "DATABASE";
      readonly path: readonly Name[];
      readonly replace: boolean;
      readonly ifNotExists: boolean;
    }
  | { readonly t: "drop"; readonly kind: ObjectKind; readonly path: readonly Name[]; readonly ifExists: boolean }
  | {
      readonly t: "alterTable";
      readonly path: readonly Name[];
      readonly ifExists: boolean;
      readonly action: AlterAction;
    }
  | { readonly t: "truncate"; readonly path: readonly Name[]; readonly ifExists: boolean }
  | Insert
  | Update
  | Delete
  | Merge
  | { readonly t: "begin"; readonly name?: string }
  | { readonly t: "commit" }
  | { readonly t: "rollback" }
  | {
      readonly t: "use";
      readonly kind: "DATABASE" | "SCHEMA" | "WAREHOUSE" | "ROLE" | "SECONDARY ROLES";
      readonly path: readonly Name[];
    }
  | {
      readonly t: "alterSession";
      readonly set: readonly (readonly [string, Expr])[];
      readonly unset: readonly string[];
    }
  | { readonly t: "set"; readonly names: readonly string[]; readonly values: readonly Expr[] }
  | { readonly t: "unset"; readonly names: readonly string[] }
  | Show
  | { readonly t: "describe"; readonly kind: "TABLE" | "VIEW"; readonly path: readonly Name[] }
  | Comment
  | BulkStatement;
