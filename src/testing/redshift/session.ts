import type { Socket } from "node:net";
import { frameReader, type FrameSink } from "./frames.ts";
import { createPipeline, type Pipeline, type PipelineOutlets } from "./pipeline.ts";

/** How a connection goes away: without a word, with a TCP reset, or with an orderly end. */
export type SocketDrop = "silent" | "reset" | "fin";

/** Is what the traffic of a session is told to, beside the two ends of it. */
export type SessionOutlets = Omit<PipelineOutlets, "toClient" | "toServer" | "free" | "cut">;

/** Is the two-way traffic of one client with its session of PostgreSQL. */
export interface Traffic extends Pick<Pipeline, "state" | "running" | "cancel"> {
  /** How many bytes the client has been sent. */
  readonly bytesWritten: () => number;
  drop(how: SocketDrop): void;
}

/**
 * Joins a client that has logged in with its session of PostgreSQL. Neither side is read faster than the other takes,
 * so memory stays flat however much flows. `raw` is the TCP connection under `client`.
 */
export function join(client: Socket, raw: Socket, upstream: Socket, outlets: SessionOutlets): Traffic {
  let dropped = false;
  const pipeline = createPipeline({
    ...outlets,
    toClient(bytes) {
      if (!dropped && client.writable) client.write(bytes);
    },
    toServer(bytes) {
      if (upstream.writable) upstream.write(bytes);
    },
    cut: () => drop("reset"),
    free() {
      // What was sent last, such as a Sync, is still done.
      if (dropped) upstream.end();
    },
  });
  // A type of NUMERIC that is new must be there before the text that names it.
  forward(client, upstream, pipeline.fromClient, (chunk) => outlets.database.numerics.ensure(chunk), () => dropped); // prettier-ignore
  forward(upstream, client, pipeline.fromServer);

  /**
   * The client is gone. As on a cluster, a statement that runs goes on, until the server has something to say and finds
   * nobody: whoever wants it to stop must cancel it.
   */
  function leave(): void {
    if (dropped) return;
    dropped = true;
    if (pipeline.owes()) return;
    upstream.removeAllListeners("data");
    if (pipeline.state() === "busy") upstream.once("data", () => upstream.destroy()).resume();
    else upstream.destroy();
  }

  function drop(how: SocketDrop): void {
    leave();
    if (how === "reset") raw.resetAndDestroy();
    if (how === "fin") client.end();
    // What the client still sends is taken and forgotten, as by a router that lost the flow.
    client.removeAllListeners("data").resume();
  }

  client.on("close", leave);
  upstream
    .on("error", () => client.destroy())
    .on("close", () => {
      pipeline.lost();
      if (!dropped) client.end();
    });

  return {
    state: pipeline.state,
    running: pipeline.running,
    cancel: pipeline.cancel,
    bytesWritten: () => client.bytesWritten,
    drop,
  };
}

/** Passes what `from` sends through the sink; `prepare` may hold a chunk, and what follows it, until it is done. */
function forward(
  from: Socket,
  to: Socket,
  sink: FrameSink,
  prepare: (chunk: Buffer) => Promise<void> | undefined = () => undefined,
  closed: () => boolean = () => false,
): void {
  const read = frameReader(sink);
  let held = false;
  const pass = (chunk: Buffer): void => {
    if (closed()) return;
    to.cork();
    try {
      read(chunk);
    } catch (error) {
      // Bytes that are no protocol: PostgreSQL, too, ends such a connection.
      from.destroy(error instanceof Error ? error : undefined);
    }
    to.uncork();
    if (to.writableNeedDrain) from.pause();
  };
  from.on("data", (chunk: Buffer) => {
    const prepared = prepare(chunk);
    if (!prepared) {
      pass(chunk);
      return;
    }
    held = true;
    from.pause();
    const goOn = (): void => {
      held = false;
      from.resume();
      pass(chunk);
    };
    // What could not be prepared is for PostgreSQL to refuse in its own words.
    prepared.then(goOn, goOn);
  });
  to.on("drain", () => {
    if (!held) from.resume();
  });
}
