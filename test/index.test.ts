import { expectTypeOf, test } from "vitest";
import {
  sql,
  type ConnectionStringOptions,
  type Json,
  type QueryParameters,
  type Sql,
  type Warehouse,
} from "peak-warehouse";

test("the package exports the types that stand in its signatures, under names that shadow none of the language's", () => {
  expectTypeOf(sql).toEqualTypeOf<Sql>();
  expectTypeOf<ReturnType<Sql["json"]>>().toEqualTypeOf<Json>();
  expectTypeOf<Parameters<Warehouse["connectionString"]>>().toEqualTypeOf<[ConnectionStringOptions]>();
  expectTypeOf<{ day: string }>().toExtend<QueryParameters>();
  expectTypeOf<unknown[]>().toExtend<QueryParameters>();
});
