import { context, metrics as metricsApi, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
  type ReadableSpan,
  type Sampler,
} from "@opentelemetry/sdk-trace-base";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { instrument } from "../../src/opentelemetry/index.ts";
import { failure } from "../integration/opened.ts";
import { listenTo, place, slow, type Place } from "./heard.ts";
import type { Warehouse } from "peak-warehouse";

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = tracerProvider.getTracer("test");

/** Collects metrics into memory. */
function meters() {
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    meterProvider,
    collected: async () => {
      metricExporter.reset();
      await reader.forceFlush();
      const all = metricExporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
      return (name: string) => all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
    },
  };
}

const spans = () => exporter.getFinishedSpans();
const named = (name: string) => spans().filter((span) => span.name === name);
const parentOf = ({ parentSpanContext }: ReadableSpan) => parentSpanContext?.spanId;

describe.each(["redshift", "snowflake"] as const)("instrument() (%s)", (type) => {
  let ground: Place;
  let db: Warehouse;
  let undo: () => void;
  let metrics: ReturnType<typeof meters>;
  const system = type === "redshift" ? "aws.redshift" : "snowflake";

  beforeAll(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    ground = await place(type);
    db = await ground.connect({ pool: { max: 2 } });
    await db.query("create table seen (id integer, name varchar(20))");
  });
  beforeEach(() => {
    exporter.reset();
    metrics = meters();
    undo = instrument({ tracerProvider, meterProvider: metrics.meterProvider });
  });
  afterEach(async () => {
    undo();
    await metrics.meterProvider.shutdown();
  });
  afterAll(async () => {
    await ground.close();
    context.disable();
  });

  it("makes a span of a statement by the conventions for databases, a child of the active one", async () => {
    const outer = tracer.startSpan("outer");
    await context.with(trace.setSpan(context.active(), outer), async () => {
      await db.query("insert into seen values (1, 'ana'), (2, 'bob')");
      await db.query("select id, name from seen where id < ?", [100]);
      expect(trace.getSpan(context.active())).toBe(outer);
    });
    const [insert] = named("insert seen");
    const [select] = named("select seen");
    expect(select?.kind).toBe(SpanKind.CLIENT);
    expect(select?.attributes).toMatchObject({
      "db.system.name": system,
      "db.namespace": type === "redshift" ? (expect.stringMatching(/\|publish$/) as string) : "PEAK|PUBLISH",
      "db.query.summary": "select seen",
      "db.query.text": expect.stringMatching(/^select id, name from seen where id < (\$1|\?)$/) as string,
      "db.response.returned_rows": 2,
      "server.address": ground.server.host,
      "server.port": ground.server.port,
    });
    // "The operation name SHOULD NOT be extracted from db.query.text", and neither should the collection name.
    expect(select?.attributes).not.toHaveProperty("db.operation.name");
    expect(select?.attributes).not.toHaveProperty("db.collection.name");
    expect(insert?.attributes["db.query.text"]).toBe("insert into seen values (?, ?), (?, ?)");
    expect([insert, select].map((span) => span && parentOf(span))).toEqual(Array(2).fill(outer.spanContext().spanId));
  });

  it("marks a failure by its code, and repeats nothing of what the server said", async () => {
    await failure(db.query("select cast('s3cret' as integer) as a"));
    const [span] = named("select");
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: "QUERY" });
    expect(span?.attributes).toMatchObject({
      "error.type": "QUERY",
      "db.response.status_code": expect.any(String) as string,
    });
    expect(JSON.stringify([span?.attributes, span?.events, span?.status])).not.toContain("s3cret");
  });

  it("makes spans of a transaction's own statements, and of streams to their last row", async () => {
    await db.transaction(async (tx) => tx.query("select 1 as a"));
    for await (const row of db.stream("select 1 as a")) expect(row).toEqual({ a: 1 });
    const transaction = spans().map(({ name }) => name);
    expect(transaction).toEqual(["BEGIN", "select", "COMMIT", "select"]);
    expect(spans().at(-1)?.attributes).toMatchObject({
      "peak_warehouse.verb": "stream",
      "db.response.returned_rows": 1,
    });
  });

  it("makes what is done for a statement a child of its span", async () => {
    await failure(db.query(slow[type], [], { timeoutMs: 400 }));
    await expect.poll(() => spans().length).toBe(2);
    const cancel = spans().find(({ name }) => name.startsWith("cancel "));
    const statement = spans().find((span) => span !== cancel);
    expect(cancel && parentOf(cancel)).toBe(statement?.spanContext().spanId);
    expect(statement?.attributes["error.type"]).toBe("TIMEOUT");
    expect(cancel?.attributes).toMatchObject({
      "peak_warehouse.cancel.reason": "TIMEOUT",
      "peak_warehouse.session.lost": false,
    });
  });

  it("puts its own span into the tags of statements", async () => {
    const tagged = await ground.connect({ traceContext: true });
    exporter.reset();
    await tagged.query("select 1 as a");
    const [span] = named("select");
    expect(JSON.stringify(ground.server.statements().at(-1))).toContain(
      `traceparent=00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01`,
    );
  });

  it("makes a span of a login", async () => {
    const other = await ground.connect();
    await other.close();
    expect(named(`${type} login`)).toHaveLength(1);
    expect(named(`${type} login`)[0]?.attributes).toMatchObject({ "db.system.name": system });
  });

  it("measures statements, rows and waits", async () => {
    await db.query("select id from seen");
    await failure(db.query("select * from nowhere_at_all"));
    const of = await metrics.collected();
    const durations = of("db.client.operation.duration");
    expect(durations.map(({ attributes }) => attributes["error.type"])).toEqual([undefined, "QUERY"]);
    expect(durations[0]).toMatchObject({
      value: { count: 1, buckets: { boundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] } },
      attributes: { "db.system.name": system, "db.query.summary": "select seen" },
    });
    expect(of("db.client.response.returned_rows")).toMatchObject([{ value: { count: 1, sum: 2 } }]);
    expect(of("db.client.connection.wait_time")).toMatchObject([{ value: { count: 2 } }]);
  });

  it("counts the sessions of the pools by their state until those are closed", async () => {
    const other = await ground.connect({ pool: { max: 4 } });
    await other.session(async (session) => {
      await session.query("select 1 as a");
      const of = await metrics.collected();
      const counts = of("db.client.connection.count").map(({ value, attributes }) => [
        attributes["db.client.connection.state"],
        value,
      ]);
      expect(counts).toEqual([
        ["idle", 0],
        ["used", 1],
      ]);
      expect(of("db.client.connection.max")).toMatchObject([{ value: 4 }]);
      expect(of("db.client.connection.pending_requests")).toMatchObject([{ value: 0 }]);
      expect(of("db.client.connection.create_time")).toMatchObject([{ value: { count: 1 } }]);
    });
    await other.close();
    const of = await metrics.collected();
    expect(of("db.client.connection.count").map(({ value }) => value)).toEqual([0, 0]);
    expect(of("db.client.connection.max")).toMatchObject([{ value: 0 }]);
  });

  it("counts those who have waited in vain", async () => {
    const narrow = await ground.connect({ pool: { max: 1 } });
    await narrow.session(async () => {
      const waiting = narrow.session(async () => Promise.resolve(), { timeoutMs: 50 });
      expect(await failure(waiting)).toMatchObject({ code: "TIMEOUT" });
    });
    const of = await metrics.collected();
    expect(of("db.client.connection.timeouts")).toMatchObject([{ value: 1 }]);
  });

  it("leaves nothing behind when it is undone", async () => {
    undo();
    await db.query("select 1 as a");
    expect(spans()).toEqual([]);
    const of = await metrics.collected();
    expect(of("db.client.operation.duration")).toEqual([]);
    expect(of("db.client.connection.count")).toEqual([]);
  });

  it("ends the spans that are open when it is undone", async () => {
    const rows = db.stream("select a.id from seen a, seen b");
    await rows.next();
    expect(spans()).toEqual([]);
    undo();
    expect(spans()).toHaveLength(1);
    await rows.return();
    expect(spans()).toHaveLength(1);
  });
});

describe("instrument()", () => {
  let ground: Place;
  let db: Warehouse;
  beforeAll(async () => {
    ground = await place("redshift");
    db = await ground.connect();
  });
  beforeEach(() => exporter.reset());
  afterAll(async () => ground.close());

  it("counts once in a process, until it is undone", async () => {
    const { meterProvider, collected } = meters();
    const first = instrument({ tracerProvider, meterProvider });
    const second = instrument({ tracerProvider, meterProvider });
    await db.query("select 1 as a");
    expect(spans()).toHaveLength(1);
    expect((await collected())("db.client.operation.duration")).toMatchObject([{ value: { count: 1 } }]);
    second();
    await db.query("select 1 as a");
    expect(spans()).toHaveLength(2);
    first();
    first();
    await db.query("select 1 as a");
    expect(spans()).toHaveLength(2);
    const third = instrument({ tracerProvider, meterProvider });
    await db.query("select 1 as a");
    expect(spans()).toHaveLength(3);
    third();
    await meterProvider.shutdown();
  });

  it("without an SDK does nothing, and goes on with the one that is started later", async () => {
    const { meterProvider, collected } = meters();
    const undo = instrument();
    try {
      expect((await db.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
      trace.setGlobalTracerProvider(tracerProvider);
      metricsApi.setGlobalMeterProvider(meterProvider);
      await db.query("select 2 as a");
      expect(spans()).toHaveLength(1);
      const of = await collected();
      expect(of("db.client.operation.duration")).toMatchObject([{ value: { count: 1 } }]);
      expect(of("db.client.connection.max")).toMatchObject([{ value: 10 }]);
    } finally {
      undo();
      trace.disable();
      metricsApi.disable();
      await meterProvider.shutdown();
    }
  });

  it("asks nothing of a statement that is not sampled but what samplers are shown", async () => {
    const shown: unknown[] = [];
    const sampler = {
      shouldSample: (...[, , name, , attributes]: Parameters<Sampler["shouldSample"]>) => {
        shown.push([name, attributes["db.query.summary"], "db.query.text" in attributes]);
        return { decision: SamplingDecision.NOT_RECORD };
      },
    };
    const undo = instrument({
      tracerProvider: new BasicTracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    });
    const { begun } = listenTo("query");
    try {
      await db.query("select 1 as a");
      expect(begun).toHaveLength(1);
      expect(shown).toEqual([["select", "select", false]]);
      expect(spans()).toEqual([]);
    } finally {
      undo();
    }
  });
});

describe("instrument() without a context manager of its kind", () => {
  it("still makes a cancellation the child of its statement", async () => {
    const ground = await place("redshift");
    const undo = instrument({ tracerProvider });
    try {
      const db = await ground.connect();
      exporter.reset();
      await failure(db.query(slow.redshift, [], { timeoutMs: 300 }));
      await expect.poll(() => spans().length).toBe(2);
      const cancel = spans().find(({ name }) => name.startsWith("cancel "));
      expect(cancel && parentOf(cancel)).toBe(
        spans()
          .find((span) => span !== cancel)
          ?.spanContext().spanId,
      );
    } finally {
      undo();
      await ground.close();
    }
  });
});
