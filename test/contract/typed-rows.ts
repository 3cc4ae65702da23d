import { type } from "arktype";
import { describe, expect, expectTypeOf, it } from "vitest";
import * as v from "valibot";
import { z } from "zod";
import { sql, type RowSchema } from "peak-warehouse";
import { failure } from "../integration/opened.ts";
import { ground, type Tenant } from "./tenant.ts";

export function typedRows(open: () => Promise<Tenant>): void {
  describe("a schema", () => {
    const shared = ground(open);
    const people = "select 1 as id, 'Ada' as name union all select 2, 'Grace' order by id";
    const broken = "select 1 as id, 'Ada' as name union all select 2, null order by id";
    const named = z.object({ id: z.int(), name: z.string().transform((name) => name.toUpperCase()) });

    it("of zod parses every row, and says what a row is", async () => {
      const { rows } = await shared.db.query(people, undefined, { schema: named });
      expectTypeOf(rows).toEqualTypeOf<{ id: number; name: string }[]>();
      expect(rows).toEqual([
        { id: 1, name: "ADA" },
        { id: 2, name: "GRACE" },
      ]);
    });

    it("of valibot and arktype will do as well", async () => {
      const schema = v.object({ id: v.number(), name: v.pipe(v.string(), v.length(3)) });
      const one = await shared.db.query("select 1 as id, 'Ada' as name", undefined, { schema });
      expectTypeOf(one.rows).toEqualTypeOf<{ id: number; name: string }[]>();
      expect(one.rows).toEqual([{ id: 1, name: "Ada" }]);

      const numbered = type({ id: "number" });
      const two = await shared.db.query(sql`select ${7} as id`, { schema: numbered });
      expectTypeOf(two.rows).toEqualTypeOf<{ id: number }[]>();
      expect(two.rows).toEqual([{ id: 7 }]);
    });

    it("parses rows as they stream", async () => {
      const names: string[] = [];
      for await (const row of shared.db.stream(people, undefined, { schema: named })) {
        expectTypeOf(row).toEqualTypeOf<{ id: number; name: string }>();
        names.push(row.name);
      }
      for await (const { id } of shared.db.stream(sql`select ${3} as id`, { schema: z.object({ id: z.number() }) })) {
        names.push(String(id));
      }
      expect(names).toEqual(["ADA", "GRACE", "3"]);
    });

    it("takes rows as arrays, and may take its time", async () => {
      const schema = z.tuple([z.number(), z.string()]).refine(async (row) => Promise.resolve(row[0] > 0));
      const { rows } = await shared.db.query(people, undefined, { schema, rowMode: "array" });
      expectTypeOf(rows).toEqualTypeOf<[number, string][]>();
      expect(rows[1]).toEqual([2, "Grace"]);
    });

    it("names the first row that it refuses, and where in it", async () => {
      const error = await failure(shared.db.query(broken, undefined, { schema: named }));
      expect(error).toMatchObject({ code: "INVALID_ROW", phase: "fetch", rowIndex: 1, path: ["name"] });
      expect((error as Error).message).toMatch(/^Row 2, name: /);
      const deep = z.object({ a: z.object({ b: z.array(z.string()) }) });
      const schema = z.object({ id: z.preprocess((id) => ({ a: { b: [id] } }), deep) });
      expect(await failure(shared.db.query("select 1 as id", undefined, { schema }))).toMatchObject({
        rowIndex: 0,
        path: ["id", "a", "b", 0],
      });
    });

    it("stops the server at that row, whose session goes on", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        const seen: unknown[] = [];
        const reading = (async () => {
          for await (const row of db.stream(broken, undefined, { schema: named })) seen.push(row);
        })();
        expect(await failure(reading)).toMatchObject({ code: "INVALID_ROW", rowIndex: 1 });
        expect(seen).toEqual([{ id: 1, name: "ADA" }]);
        expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      } finally {
        await db.close();
      }
    });

    it("ends with its call, however long it takes for a row", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        const schema = z.object({}).refine(async () => new Promise<boolean>(() => undefined));
        const late = failure(db.query(people, undefined, { schema, timeoutMs: 300 }));
        expect(await late).toMatchObject({ code: "TIMEOUT" });
        const controller = new AbortController();
        const reason = new Error("mine");
        const stream = db.stream(people, undefined, { schema, signal: controller.signal });
        const pending = failure(stream.next());
        controller.abort(reason);
        expect(await pending).toBe(reason);
        expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      } finally {
        await db.close();
      }
    });

    it("may be a library's own class, and its promises a library's own", async () => {
      class Doubling {
        readonly factor = 2;
        readonly version = 1;
        readonly vendor = "mine";
        validate(row: unknown) {
          const value = (row as { n: number }).n * this.factor;
          return { then: (settle: (result: { value: number }) => void) => settle({ value }) } as unknown as Promise<{
            value: number;
          }>;
        }
      }
      const schema: RowSchema<unknown, number> = { "~standard": new Doubling() };
      expect((await shared.db.query("select 4 as n", undefined, { schema })).rows).toEqual([8]);
      const silent = { "~standard": { version: 1, vendor: "mine", validate: () => undefined } } as unknown as RowSchema;
      expect(await failure(shared.db.query("select 4 as n", undefined, { schema: silent }))).toMatchObject({
        code: "INVALID_ROW",
      });
    });

    it("that throws is the cause", async () => {
      const mine = new Error("mine");
      const schema: RowSchema = {
        "~standard": {
          version: 1,
          vendor: "mine",
          validate() {
            throw mine;
          },
        },
      };
      expect(await failure(shared.db.query("select 1 as one", undefined, { schema }))).toMatchObject({
        code: "INVALID_ROW",
        cause: mine,
      });
    });

    it("is refused where it is none, and for a script", async () => {
      const schema = { parse: () => 1 } as unknown as RowSchema;
      expect(await failure(shared.db.query("select 1 as one", undefined, { schema }))).toMatchObject({
        code: "INVALID_ARGUMENT",
      });
      const options = { schema: named } as object;
      expect(await failure(shared.db.script("select 1 as one", options))).toMatchObject({ code: "INVALID_ARGUMENT" });
    });

    it("leaves a plain type to who asks for it", async () => {
      const { rows } = await shared.db.query<{ one: number }>("select 1 as one");
      expectTypeOf(rows).toEqualTypeOf<{ one: number }[]>();
      const arrays = await shared.db.query("select 1 as one", undefined, { rowMode: "array" });
      expectTypeOf(arrays.rows).toEqualTypeOf<unknown[][]>();
    });
  });
}
