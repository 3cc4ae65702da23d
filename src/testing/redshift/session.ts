import type { Socket } from "node:net";
import { frameReader, type FrameSink } from "./frames.ts";
import { createPipeline, type Pipeline, type PipelineOutlets } from "./pipeline.ts";

/** How a connection goes away: without a word, with a TCP reset, or with an orderly end. */
export type SocketDrop = "silent" | "reset" | "fin";

/** Is the two-way traffic of one client with its session of PostgreSQL. */
export interface Traffic extends Pick<Pipeline, "state" | "running"> {
  drop(how: SocketDrop): void;
}

/**
 * Joins a client that has logged in with its session of PostgreSQL. Neither side is read faster than the other takes,
 * so memory stays flat however much flows. `raw` is the TCP connection under `client`.
 */
export function join(
  client: Socket,
  raw: Socket,
  upstream: Socket,
  outlets: Pick<PipelineOutlets, "journal" | "domains">,
): Traffic {
  let dropped = false;
  const write = (to: Socket) => (bytes: Buffer) => {
    if (!dropped && to.writable) to.write(bytes);
  };
  const pipeline = createPipeline({ ...outlets, toClient: write(client), toServer: write(upstream) });
  forward(client, upstream, pipeline.fromClient);
  forward(upstream, client, pipeline.fromServer);

  /**
   * The client is gone. As on a cluster, a statement that runs goes on, until the server has something to say and finds
   * nobody: whoever wants it to stop must cancel it.
   */
  function leave(): void {
    dropped = true;
    upstream.removeAllListeners("data");
    if (pipeline.state() === "busy") upstream.once("data", () => upstream.destroy()).resume();
    else upstream.destroy();
  }

  client.on("close", leave);
  upstream
    .on("error", () => client.destroy())
    .on("close", () => {
      if (!dropped) client.end();
    });

  return {
    state: pipeline.state,
    running: pipeline.running,
    drop(how) {
      leave();
      if (how === "reset") raw.resetAndDestroy();
      if (how === "fin") client.end();
      // What the client still sends is taken and forgotten, as by a router that lost the flow.
      client.removeAllListeners("data").resume();
    },
  };
}

function forward(from: Socket, to: Socket, sink: FrameSink): void {
  const read = frameReader(sink);
  from.on("data", (chunk: Buffer) => {
    to.cork();
    try {
      read(chunk);
    } catch (error) {
      // Bytes that are no protocol: PostgreSQL, too, ends such a connection.
      from.destroy(error instanceof Error ? error : undefined);
    }
    to.uncork();
    if (to.writableNeedDrain) from.pause();
  });
  to.on("drain", () => from.resume());
}
