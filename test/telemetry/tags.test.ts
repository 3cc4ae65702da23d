import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tagComment } from "../../src/drivers/redshift/tag-comment.ts";
import { tracingTags } from "../../src/telemetry/tags.ts";
import { failure } from "../integration/opened.ts";
import { place, type Place } from "./heard.ts";
import type { ConnectOptions, Warehouse } from "peak-warehouse";
import type { RedshiftStatement, SnowflakeStatement } from "peak-warehouse/testing";

describe.each(["redshift", "snowflake"] as const)("a tag (%s)", (type) => {
  let ground: Place;
  beforeAll(async () => {
    ground = await place(type);
  });
  afterAll(async () => ground.close());

  /** What the statements of some work were marked with. */
  async function marks(work: (db: Warehouse) => Promise<unknown>, options?: ConnectOptions) {
    const db = await ground.connect(options);
    const before = ground.server.statements().length;
    await work(db);
    return ground.server
      .statements()
      .slice(before)
      .map((statement) => markIn(statement));
  }

  function markIn(statement: RedshiftStatement | SnowflakeStatement): string | undefined {
    if (type === "redshift") return /^\/\* (.*?) \*\/ /s.exec(statement.sql)?.[1];
    return "parameters" in statement ? statement.parameters.QUERY_TAG : undefined;
  }

  it("marks the statements of one call, of every verb", async () => {
    const options = { tag: "it's /* a */ tag \\" };
    const found = await marks(async (db) => {
      await db.query("select 1 as a", [], options);
      await db.query("select ? as a", [1], options);
      for await (const row of db.stream("select 1 as a", [], options)) expect(row).toEqual({ a: 1 });
      for await (const batch of db.batches("select 1 as a", [], options)) expect(batch.length).toBe(1);
      await db.arrow("select 1 as a", [], options);
      await db.describe("select 1 as a", [], options);
      await db.script("select 1 as a; select 2 as a", options);
      await db.tables(options);
    });
    expect(found.length).toBeGreaterThanOrEqual(9);
    expect(new Set(found)).toEqual(new Set([type === "redshift" ? "it's / * a * / tag \\" : options.tag]));
    expect(await marks(async (db) => db.query("select 1 as a"))).toEqual([undefined]);
  });

  it("of a session, a transaction and an insert marks all that is run inside, unless that has its own", async () => {
    const found = await marks(async (db) => {
      await db.session(
        async (session) => {
          await session.query("create temporary table t (a integer)");
          await session.query("select 1 as a", [], { tag: "own" });
          await session.insert("t", [{ a: 1 }]);
        },
        { tag: "outer" },
      );
    });
    expect(found[0]).toBe("outer");
    expect(found[1]).toBe("own");
    expect(new Set(found.slice(2))).toEqual(new Set(["outer", undefined]));
    expect(found.slice(2).filter((mark) => mark === undefined).length).toBeLessThanOrEqual(1);
    const inside = await marks(async (db) => db.transaction(async (tx) => tx.query("select 1 as a"), { tag: "tx" }));
    expect(inside.slice(0, 2)).toEqual(["tx", "tx"]);
  });

  it("is that of its own statement, whatever it holds, however many run at once in one session", async () => {
    const hostile = [
      "'; drop table x; --",
      "*/ select 2 /*",
      "a\nb",
      "😀".repeat(1_000),
      "?",
      "$1",
      ":name",
      "*/*/**//**/",
    ];
    const found = await marks(
      async (db) =>
        Promise.all(
          hostile.map(async (tag, index) => {
            const { rows } = await db.query("select ? as a", [index], { tag });
            expect(rows).toEqual([{ a: index }]);
          }),
        ),
      { pool: { max: 1 } },
    );
    const expected = hostile.map((tag) =>
      type === "redshift" ? /^\/\* (.*) \*\/ $/s.exec(tagComment(tag))?.[1] : tag,
    );
    expect(new Set(found)).toEqual(new Set(expected));
    expect(found).toHaveLength(hostile.length);
  });

  it.each(["begin", "set a = 1", "/* note */ create temp table x (a integer)"])(
    "does not hide from the pool what %j would do to a session",
    async (text) => {
      const db = await ground.connect();
      const error = await failure(db.query(text, [], { tag: "*/ select 1 /*" }));
      expect(error).toMatchObject({ code: "INVALID_ARGUMENT" });
    },
  );

  it("leaves results and the places of errors as they are", async () => {
    const db = await ground.connect();
    expect((await db.query("select 1 as a", [], { tag: "x" })).rows).toEqual([{ a: 1 }]);
    const bare = await failure(db.query("select 1, nowhere"));
    const tagged = await failure(db.query("select 1, nowhere", [], { tag: "ü😀 tag" }));
    expect(tagged).toMatchObject({ code: "QUERY", position: (bare as { position?: number }).position });
    const binary = await failure(db.arrow("select 1, nowhere", [], { tag: "tag" }));
    expect(binary).toMatchObject({ position: (bare as { position?: number }).position });
  });

  it.each([5, null, "x\0", "\ud800", "x".repeat(2_001)])("that cannot be one is refused: %j", async (tag) => {
    const db = await ground.connect();
    const before = ground.server.statements().length;
    expect(await failure(db.query("select 1 as a", [], { tag: tag as never }))).toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(await failure(ground.connect({ tag: tag as never }))).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(ground.server.statements()).toHaveLength(before);
  });

  describe("with traceContext", () => {
    const tracer = new BasicTracerProvider().getTracer("test");
    beforeAll(() => {
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    });
    afterAll(() => context.disable());

    it("names the span that is active, behind the tag of the call or of the sessions", async () => {
      const span = tracer.startSpan("work");
      const { traceId, spanId } = span.spanContext();
      const traceparent = `traceparent=00-${traceId}-${spanId}-01`;
      const found = await marks(
        async (db) => {
          await context.with(trace.setSpan(context.active(), span), async () => {
            await db.query("select 1 as a");
            await db.query("select 1 as a", [], { tag: "mine" });
          });
          await db.query("select 1 as a");
        },
        { traceContext: true, tag: "all" },
      );
      expect(found).toEqual([`all ${traceparent}`, `mine ${traceparent}`, undefined]);
    });
  });
});

it("gives way to the trace, by whole characters, where there is no room for both", () => {
  const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const tagOf = tracingTags(undefined, () => trace);
  for (const tag of ["😀".repeat(1_000), `a${"😀".repeat(999)}`]) {
    const mark = tagOf(tag) ?? "";
    expect(mark.length).toBeLessThanOrEqual(2_000);
    expect(mark).toMatch(/^a?😀+ traceparent=00-/u);
    expect(mark).not.toMatch(/\p{Surrogate}/u);
  }
});

it("never ends the comment that a tag is written into", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("*", "/", "a", " "), maxLength: 12 }), (tag) => {
      const comment = tagComment(tag);
      if (tag === "") expect(comment).toBe("");
      else expect(comment.slice(2, -3)).not.toMatch(/\*\/|\/\*/);
    }),
  );
});
