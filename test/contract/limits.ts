import { describe, expect, it } from "vitest";
import { failure } from "../integration/opened.ts";
import { ground, type Tenant } from "./tenant.ts";

export function limits(open: () => Promise<Tenant>): void {
  describe("a limit", () => {
    const shared = ground(open);
    const five = "select column1 as n from (values (1), (2), (3), (4), (5)) t";
    const fiveOf = () =>
      shared.tenant.type === "snowflake"
        ? five
        : "select n from (select 1 as n union all select 2 union all select 3 union all select 4 union all select 5) t";

    it("that holds changes nothing", async () => {
      const { rowCount } = await shared.db.query(fiveOf(), undefined, { maxRows: 5, maxBytes: 10_000 });
      expect(rowCount).toBe(5);
    });

    it.each([{ maxRows: 4 }, { maxRows: 0 }, { maxBytes: 5 }])("that is passed rejects: %j", async (limit) => {
      const error = await failure(shared.db.query(fiveOf(), undefined, limit));
      expect(error).toMatchObject({ code: "LIMIT", phase: "fetch", effect: "none", retryable: false });
      const [name, value] = Object.entries(limit)[0]!;
      expect((error as Error).message).toContain(`more than ${value} `);
      expect((error as Error).message).toContain(name);
    });

    it("on rows lets a stream have those within it first", async () => {
      const seen: unknown[] = [];
      const reading = (async () => {
        for await (const { n } of shared.db.stream<{ n: number }>(fiveOf(), undefined, { maxRows: 3 })) seen.push(n);
      })();
      expect(await failure(reading)).toMatchObject({ code: "LIMIT" });
      expect(seen.length).toBe(3);
    });

    it("stops the server, whose session goes on", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        const digits =
          "select 0 as d union all select 1 union all select 2 union all select 3 union all select 4 union all select 5 union all select 6 union all select 7 union all select 8 union all select 9";
        const many = `with t as (${digits}) select a.d as n, 'some text to fill the row' as filling from t a, t b, t c, t d, t e`;
        expect(await failure(db.query(many, undefined, { maxRows: 10 }))).toMatchObject({ code: "LIMIT" });
        expect(await failure(db.session(async (s) => s.query(many, undefined, { maxBytes: 100 })))).toMatchObject({
          code: "LIMIT",
        });
        expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
        await expect.poll(() => shared.tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);
      } finally {
        await db.close();
      }
    });

    it.each([{ maxRows: -1 }, { maxRows: 1.5 }, { maxBytes: NaN }, { maxBytes: "1" as unknown as number }])(
      "that is no count is refused: %j",
      async (limit) => {
        expect(await failure(shared.db.query("select 1 as one", undefined, limit))).toMatchObject({
          code: "INVALID_ARGUMENT",
        });
      },
    );
  });
}
