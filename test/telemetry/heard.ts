import { subscribe, tracingChannel, unsubscribe } from "node:diagnostics_channel";
import { afterEach, inject } from "vitest";
import { connectWarehouse, type ConnectOptions, type Warehouse } from "peak-warehouse";
import { startRedshift, startSnowflake, type RedshiftStandIn, type SnowflakeStandIn } from "peak-warehouse/testing";
import { redshiftCredentials, snowflakeCredentials } from "../integration/credentials.ts";
import type { QueryEvent } from "peak-warehouse";

/** What was told on one channel. */
export interface Heard<Event> {
  readonly begun: Event[];
  readonly ended: Event[];
}

const undos: (() => void)[] = [];
afterEach(() => {
  for (const undo of undos.splice(0)) undo();
});

/** Listens to a tracing channel by its name, as any program would, until the test ends. */
export function listenTo<Event = QueryEvent>(name: string): Heard<Event> {
  const heard: Heard<Event> = { begun: [], ended: [] };
  const channel = tracingChannel(`peak-warehouse:${name}`);
  const { start, asyncEnd } = channel;
  const begun = (event: unknown) => void heard.begun.push(event as Event);
  const ended = (event: unknown) => void heard.ended.push(event as Event);
  subscribe(start.name, begun);
  subscribe(asyncEnd.name, ended);
  undos.push(
    () => unsubscribe(start.name, begun),
    () => unsubscribe(asyncEnd.name, ended),
  );
  return heard;
}

/** Listens to the plain channel of retries. */
export function listenToRetries<Event>(): Event[] {
  const heard: Event[] = [];
  const listener = (event: unknown) => void heard.push(event as Event);
  subscribe("peak-warehouse:retry", listener);
  undos.push(() => unsubscribe("peak-warehouse:retry", listener));
  return heard;
}

/** A statement that takes longer than any test waits, and that can be stopped. */
export const slow = { redshift: "select pg_sleep(20)", snowflake: "call system$wait(20)" } as const;

/** A stand-in, and what it takes to connect to it. */
export interface Place {
  readonly server: RedshiftStandIn | SnowflakeStandIn;
  readonly options: ConnectOptions;
  connect(options?: ConnectOptions): Promise<Warehouse>;
  close(): Promise<void>;
}

/** Starts a stand-in of one of the warehouses. */
export async function place(type: "redshift" | "snowflake"): Promise<Place> {
  if (type === "redshift") {
    const server = await startRedshift({ postgres: inject("postgres") });
    return placeOf(server, { credentials: redshiftCredentials(server), tls: false });
  }
  const server = await startSnowflake();
  return placeOf(server, { credentials: snowflakeCredentials(server), tls: false });
}

function placeOf(server: RedshiftStandIn | SnowflakeStandIn, options: ConnectOptions): Place {
  const opened: Warehouse[] = [];
  return {
    server,
    options,
    async connect(more) {
      const db = await connectWarehouse({ ...options, ...more });
      opened.push(db);
      return db;
    },
    async close() {
      for (const db of opened) await db.close();
      await server.close();
    },
  };
}
