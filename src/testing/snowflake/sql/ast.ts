/** Offsets of a node's source text; names of unaliased columns and places of errors come from them. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** A name as Snowflake keeps it: folded to upper case unless it was quoted. */
export type Name = string;

/** A type as it is written: `NUMBER(10,2)` is `{ name: "NUMBER", args: [10, 2] }`. */
export interface TypeRef {
  readonly name: string;
  readonly args: readonly number[];
}

/** An expression. */
export type Expr = Span &
  (
    | { readonly t: "number"; readonly text: string }
    | { readonly t: "string"; readonly value: string }
    | { readonly t: "boolean"; readonly value: boolean }
    | { readonly t: "null" }
    | { readonly t: "bind"; readonly index: number }
    | { readonly t: "variable"; readonly name: string }
    | { readonly t: "column"; readonly path: readonly Name[] }
    /** `t.$2`: a column by its place. */
    | { readonly t: "position"; readonly qualifier: readonly Name[]; readonly index: number }
    | Star
    | Call
    | { readonly t: "cast"; readonly value: Expr; readonly to: TypeRef; readonly lenient: boolean }
    | { readonly t: "path"; readonly base: Expr; readonly step: string | Expr }
    | { readonly t: "unary"; readonly op: "-" | "+" | "NOT"; readonly value: Expr }
    | { readonly t: "binary"; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
    | { readonly t: "isNull"; readonly value: Expr; readonly not: boolean }
    | { readonly t: "between"; readonly value: Expr; readonly low: Expr; readonly high: Expr; readonly not: boolean }
    | { readonly t: "in"; readonly value: Expr; readonly list: readonly Expr[] | Query; readonly not: boolean }
    | Like
    | { readonly t: "exists"; readonly query: Query }
    | { readonly t: "subquery"; readonly query: Query }
    | { readonly t: "row"; readonly items: readonly Expr[] }
    | {
        readonly t: "case";
        readonly subject?: Expr;
        readonly whens: readonly (readonly [Expr, Expr])[];
        readonly otherwise?: Expr;
      }
    | { readonly t: "array"; readonly items: readonly Expr[] }
    | { readonly t: "object"; readonly entries: readonly (readonly [string, Expr])[] }
    | { readonly t: "interval"; readonly parts: readonly (readonly [number, string])[] }
    | { readonly t: "default" }
  );

/** An operator between two values; DISTINCT stands for IS DISTINCT FROM. */
export type BinaryOp =
  | "+" | "-" | "*" | "/" | "%" | "||" | "=" | "<>" | "<" | "<=" | ">" | ">=" | "AND" | "OR" | "DISTINCT" | "NOT DISTINCT"; // prettier-ignore

/** `*` or `t.*` in a select list, with what it leaves out and renames. */
export interface Star extends Span {
  readonly t: "star";
  readonly qualifier: readonly Name[];
  readonly exclude: readonly Name[];
  readonly rename: ReadonlyMap<Name, Name>;
}

/** LIKE and its kin; `every` is LIKE ALL, several patterns without it LIKE ANY. */
export interface Like extends Span {
  readonly t: "like";
  readonly op: "LIKE" | "ILIKE" | "RLIKE";
  readonly value: Expr;
  readonly patterns: readonly Expr[];
  readonly every: boolean;
  readonly escape?: Expr;
  readonly not: boolean;
}

/** A function call; `order` is WITHIN GROUP, `named` holds the arguments written with =>. */
export interface Call extends Span {
  readonly t: "call";
  readonly name: string;
  readonly args: readonly Expr[];
  readonly named: ReadonlyMap<string, Expr>;
  readonly distinct: boolean;
  readonly order?: readonly Order[];
  readonly ignoreNulls?: boolean;
  readonly over?: Window;
}

/** What OVER says; `frame` is its text. */
export interface Window {
  readonly partition: readonly Expr[];
  readonly order: readonly Order[];
  readonly frame?: string;
}

/** One key of an ORDER BY. */
export interface Order {
  readonly value: Expr;
  readonly descending: boolean;
  readonly nullsFirst?: boolean;
}

/** A whole query. */
export interface Query extends Span {
  readonly recursive: boolean;
  readonly ctes: readonly { readonly name: Name; readonly columns: readonly Name[]; readonly query: Query }[];
  readonly body: Body;
  readonly order: readonly Order[];
  readonly limit?: Expr;
  readonly offset?: Expr;
}

/** What a query consists of besides WITH, ORDER BY and LIMIT. */
export type Body =
  | Select
  | {
      readonly t: "set";
      readonly op: "UNION" | "UNION ALL" | "EXCEPT" | "INTERSECT";
      readonly left: Body;
      readonly right: Body;
    }
  | { readonly t: "values"; readonly rows: readonly (readonly Expr[])[] }
  | { readonly t: "nested"; readonly query: Query };

/** One item of a select list. */
/** One SELECT. */
export interface SelectItem {
  readonly value: Expr;
  readonly alias?: Name;
}

export interface Select extends Span {
  readonly t: "select";
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from?: From;
  readonly where?: Expr;
  readonly group?: "ALL" | readonly Expr[];
  readonly having?: Expr;
  readonly qualify?: Expr;
  readonly top?: Expr;
}

/** `@database.schema.stage/path`; `rest` is the path behind the stage's own name, without the slash between. */
export interface StagePlace {
  readonly path: readonly Name[];
  readonly rest: string;
}

/** The name a relation is given, and the names of its columns. */
export interface Alias {
  readonly name?: Name;
  readonly columns: readonly Name[];
}

/** What may stand in FROM. */
export type From = Span &
  (
    | { readonly t: "table"; readonly path: readonly Name[]; readonly alias: Alias }
    | { readonly t: "derived"; readonly query: Query; readonly alias: Alias; readonly lateral: boolean }
    | { readonly t: "function"; readonly call: Call; readonly alias: Alias }
    /** `@stage/path`: the files that COPY INTO reads. */
    | { readonly t: "stage"; readonly location: StagePlace; readonly alias: Alias }
    | {
        readonly t: "join";
        readonly kind: "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS";
        readonly natural: boolean;
        readonly left: From;
        readonly right: From;
        readonly on?: Expr;
        readonly using?: readonly Name[];
      }
  );
