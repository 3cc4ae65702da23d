import { connect, type Socket } from "node:net";
import { lane, type Flow } from "./lane.ts";
import { watch, type Moment, type Watch } from "./moment.ts";

/** What goes wrong with a connection. */
export type Effect =
  /** Everything waits, and passes when the fault is lifted. */
  | { readonly kind: "delay" }
  /** Both sides see an orderly end (FIN). */
  | { readonly kind: "cut" }
  /** Both sides see a reset (RST). */
  | { readonly kind: "reset" }
  /** Nothing passes on any connection, those to come included; as with TCP, what was sent arrives when the fault is lifted. */
  | { readonly kind: "black hole" }
  /** The server has lost the connection; the client is told nothing and its bytes get lost. */
  | { readonly kind: "half-open" }
  /** What the client sends arrives, what the server answers gets lost. */
  | { readonly kind: "deaf" }
  /** The next bytes of both directions come one at a time. */
  | { readonly kind: "drip"; readonly bytes: number }
  /** The next bytes of the server's arrive damaged. */
  | { readonly kind: "corrupt"; readonly bytes: number }
  /** Somebody else answers instead of the server, then ends the connection. */
  | { readonly kind: "answer"; readonly bytes: Buffer };

/** What a passage needs to know of a fault. */
interface Strikable {
  readonly when: Moment;
  readonly effect: Effect;
  readonly always?: boolean;
}

/** Who is told of what happens on a connection. */
interface Observer<F extends Strikable> {
  /** Told of everything the client sends. */
  sent(text: string): void;
  /** Told that a fault's moment has come; says whether it strikes. */
  struck(fault: F): boolean;
  /** Told once, when both sockets are gone. */
  ended(): void;
}

/** One connection through the network. */
export interface Passage<F extends Strikable> {
  watch(fault: F): void;
  strike(effect: Effect): void;
  /** Lets pass what was held; settles when a connection of which half was lost has ended. */
  lift(): Promise<void>;
  end(): void;
}

/** Connects a client on to the server, and passes bytes and ends between them until something strikes. */
export function pass<F extends Strikable>(
  client: Socket,
  target: { readonly host: string; readonly port: number },
  observer: Observer<F>,
): Passage<F> {
  const server = connect({ ...target, noDelay: true, allowHalfOpen: true });
  const toServer = lane(server);
  const toClient = lane(client);
  const watches = new Map<F, Watch>();
  const over = Promise.all([closed(client), closed(server)]).then(() => observer.ended());
  /** Of this connection one side only is left, or one direction. */
  let halfLost = false;

  const both = (flow: Flow): void => {
    toServer.set(flow);
    toClient.set(flow);
  };

  const strike = (effect: Effect): void => {
    switch (effect.kind) {
      case "delay":
      case "black hole":
        both("hold");
        break;
      case "drip":
        toServer.drip(effect.bytes);
        toClient.drip(effect.bytes);
        break;
      case "corrupt":
        toClient.corrupt(effect.bytes);
        break;
      case "deaf":
        halfLost = true;
        toClient.set("drop");
        break;
      case "half-open":
        halfLost = true;
        both("drop");
        server.destroy();
        break;
      case "cut":
        both("drop");
        client.end();
        server.end();
        break;
      case "reset":
        both("drop");
        client.resetAndDestroy();
        server.resetAndDestroy();
        break;
      case "answer":
        both("drop");
        client.end(effect.bytes);
        server.destroy();
        break;
    }
  };

  const watchFor = (fault: F): void => {
    const started = watch(fault.when);
    if (started !== undefined) watches.set(fault, started);
    else if (observer.struck(fault)) strike(fault.effect);
  };

  /** Passes a piece on, and strikes where in it a moment has come. */
  const see = (side: "client" | "server", piece: Buffer): void => {
    const onward = side === "client" ? toServer : toClient;
    let passed = 0;
    // A fault that strikes again begins to watch anew, from the next piece on.
    for (const [fault, watching] of [...watches]) {
      const place = watching[side](piece);
      if (place === undefined) continue;
      watches.delete(fault);
      onward.push(piece.subarray(passed, place));
      passed = Math.max(passed, place);
      if (observer.struck(fault)) strike(fault.effect);
      if (fault.always === true) watchFor(fault);
    }
    onward.push(piece.subarray(passed));
  };

  const join = (side: "client" | "server", from: Socket, to: Socket): void => {
    const onward = side === "client" ? toServer : toClient;
    from.on("data", (piece: Buffer) => {
      if (side === "client") observer.sent(piece.toString("latin1"));
      see(side, piece);
      if (to.writableNeedDrain) from.pause();
    });
    to.on("drain", () => from.resume());
    from.on("end", () => onward.end());
    // Whoever resets is gone; the other side learns of it as soon as anything passes again.
    from.on("error", () => from.destroy());
    from.on("close", () => onward.end());
  };
  join("client", client, server);
  join("server", server, client);

  const end = (): void => {
    client.destroy();
    server.destroy();
  };
  return {
    watch: watchFor,
    strike,
    async lift() {
      if (halfLost) {
        end();
        await over;
      } else both("pass");
    },
    end,
  };
}

async function closed(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
}
