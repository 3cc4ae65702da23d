import { errorAttributes, kindAttributes, serverAttributes } from "./attributes.ts";
import { listen, type Undo } from "./subscription.ts";
import { WarehouseError } from "../errors.ts";
import { channels, type Traced } from "../telemetry/channels.ts";
import type { Attributes, BatchObservableResult, Meter } from "@opentelemetry/api";
import type { AcquireEvent, ObservedServer, PoolStatistics, QueryEvent } from "../telemetry/events.ts";

/** The bounds that OpenTelemetry's conventions for databases advise, in seconds and in rows. */
const secondsBounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const rowsBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/**
 * The pools that go by one name, which are added up: one process may connect twice. When all are closed they go on as zeros, since a collector would
 * keep the last numbers otherwise.
 */
interface NamedPools {
  readonly attributes: Attributes;
  readonly open: Map<ObservedServer, AcquireEvent>;
}

/** Makes metrics of what is told on the channels. @param meterOf - gives the meter; another one when the SDK has been started only now. */
export function metrics(meterOf: () => Meter): Undo[] {
  const pools = new Map<string, NamedPools>();
  const poolsLike = (server: ObservedServer) => {
    const name = poolName(server);
    const known = pools.get(name) ?? { attributes: poolAttributes(server), open: new Map() };
    pools.set(name, known);
    return known.open;
  };
  let latest: { readonly meter: Meter; readonly instruments: Instruments } | undefined;
  const instruments = (): Instruments => {
    const meter = meterOf();
    if (latest?.meter === meter) return latest.instruments;
    latest?.instruments.undo();
    latest = { meter, instruments: instrumentsOf(meter, pools) };
    return latest.instruments;
  };
  const ofStatement = (event: QueryEvent, elapsed: number) => {
    const { duration, returnedRows } = instruments();
    const attributes = { ...kindAttributes(event), ...errorsOf(event) };
    duration.record(elapsed, attributes);
    if (event.error === undefined) returnedRows.record(event.rows, attributes);
  };
  return [
    ...timed(channels.query, ofStatement),
    ...timed(channels.stream, ofStatement),
    ...timed(channels.connect, (event, elapsed) => {
      instruments().createTime.record(elapsed, { ...poolAttributes(event.server), ...errorsOf(event) });
    }),
    ...timed(channels.acquire, (event, elapsed) => {
      const { timeouts, waitTime } = instruments();
      const attributes = poolAttributes(event.server);
      if (WarehouseError.is(event.error) && event.error.code === "TIMEOUT") timeouts.add(1, attributes);
      if (event.error === undefined) waitTime.record(elapsed, attributes);
    }),
    listen(channels.acquire.start, (event) => poolsLike(event.server).set(event.server, event)),
    listen(channels.close.asyncEnd, ({ server }) => poolsLike(server).delete(server)),
    () => latest?.instruments.undo(),
  ];
}

type Instruments = ReturnType<typeof instrumentsOf>;

/** Makes a meter's instruments. Names, units and bounds are those of the conventions. */
function instrumentsOf(meter: Meter, pools: ReadonlyMap<string, NamedPools>) {
  const seconds = (name: string, description: string) =>
    meter.createHistogram(name, { unit: "s", description, advice: { explicitBucketBoundaries: secondsBounds } });
  return {
    duration: seconds("db.client.operation.duration", "Duration of database client operations."),
    createTime: seconds("db.client.connection.create_time", "The time it took to create a new connection."),
    waitTime: seconds("db.client.connection.wait_time", "The time it took to obtain an open connection from the pool."),
    returnedRows: meter.createHistogram("db.client.response.returned_rows", {
      unit: "{row}",
      description: "The number of rows returned by the operation.",
      advice: { explicitBucketBoundaries: rowsBounds },
    }),
    timeouts: meter.createCounter("db.client.connection.timeouts", {
      unit: "{timeout}",
      description: "The number of connection timeouts that have occurred trying to obtain a connection from the pool.",
    }),
    undo: observePools(meter, pools),
  };
}

/** Tells how long each event of a channel took, in seconds. */
function timed<Event extends object>(
  { start, asyncEnd }: Traced<Event>,
  record: (event: Event, elapsed: number) => void,
): Undo[] {
  const begun = new WeakMap<object, number>();
  return [
    listen(start, (event) => begun.set(event, performance.now())),
    listen(asyncEnd, (event) => {
      const from = begun.get(event);
      if (from !== undefined) record(event, (performance.now() - from) / 1_000);
    }),
  ];
}

/** Asks the pools whenever metrics are collected. */
function observePools(meter: Meter, pools: ReadonlyMap<string, NamedPools>): Undo {
  const count = meter.createObservableUpDownCounter("db.client.connection.count", {
    unit: "{connection}",
    description: "The number of connections that are currently in state described by the state attribute.",
  });
  const max = meter.createObservableUpDownCounter("db.client.connection.max", {
    unit: "{connection}",
    description: "The maximum number of open connections allowed.",
  });
  const pending = meter.createObservableUpDownCounter("db.client.connection.pending_requests", {
    unit: "{request}",
    description: "The number of current pending requests for an open connection.",
  });
  const observe = (result: BatchObservableResult) => {
    for (const { attributes, open } of pools.values()) {
      const sum = (part: keyof PoolStatistics) => [...open.values()].reduce((total, { pool }) => total + pool[part], 0);
      result.observe(count, sum("idle"), { ...attributes, "db.client.connection.state": "idle" });
      result.observe(count, sum("busy"), { ...attributes, "db.client.connection.state": "used" });
      result.observe(max, sum("max"), attributes);
      result.observe(pending, sum("waiting"), attributes);
    }
  };
  const observed = [count, max, pending];
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}

function poolAttributes(server: ObservedServer): Attributes {
  return { ...serverAttributes(server), "db.client.connection.pool.name": poolName(server) };
}

function poolName({ host, port, database }: ObservedServer): string {
  return `${host}:${port}/${database}`;
}

function errorsOf({ error }: { error?: unknown }): Attributes {
  return error === undefined ? {} : errorAttributes(error);
}
