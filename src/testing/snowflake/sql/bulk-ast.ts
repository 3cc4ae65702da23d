import type { Expr, Name, Query, StagePlace } from "./ast.ts";

/** What an option is set to: `CSV` and `db.s.f` are names, `('a', 'b')` a list, `(TYPE = CSV …)` options. */
export type OptionValue =
  | { readonly t: "name"; readonly path: readonly Name[] }
  | { readonly t: "string"; readonly value: string }
  | { readonly t: "number"; readonly value: number }
  | { readonly t: "list"; readonly items: readonly string[] }
  | { readonly t: "options"; readonly options: Options };

/** Options by name, each with the offset it was written at. */
export type Options = ReadonlyMap<string, { readonly value: OptionValue; readonly start: number }>;

/** Where files are: a URL, or a stage with a path. */
export type Place = { readonly t: "url"; readonly url: string } | ({ readonly t: "stage" } & StagePlace);

/** COPY INTO location. */
export interface Unload {
  readonly t: "unload";
  readonly into: Place;
  readonly query: Query;
  readonly partition?: Expr;
  readonly options: Options;
}

/** COPY INTO table. */
export interface Load {
  readonly t: "load";
  readonly path: readonly Name[];
  readonly columns: readonly Name[];
  readonly from: Place;
  /** The select that transforms what is read. */
  readonly query?: Query;
  readonly options: Options;
}

/** CREATE STAGE. */
export interface CreateStage {
  readonly t: "createStage";
  readonly path: readonly Name[];
  readonly replace: boolean;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly options: Options;
}

/** CREATE FILE FORMAT. */
export interface CreateFileFormat extends Omit<CreateStage, "t"> {
  readonly t: "createFileFormat";
}

/** Any statement about files. */
export type BulkStatement =
  | Unload
  | Load
  | CreateStage
  | CreateFileFormat
  | {
      readonly t: "dropFiles";
      readonly kind: "STAGE" | "FILE FORMAT";
      readonly path: readonly Name[];
      readonly ifExists: boolean;
    }
  | { readonly t: "describeStage"; readonly path: readonly Name[] }
  | { readonly t: "listFiles" | "removeFiles"; readonly place: Place; readonly pattern?: string };
