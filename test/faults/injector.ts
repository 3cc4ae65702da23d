import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { pass, type Effect, type Passage } from "./passage.ts";
import type { Moment } from "./moment.ts";

/** What goes wrong, and when. */
export interface Fault {
  readonly when: Moment;
  readonly effect: Effect;
  /** Strikes whenever the moment comes, and not the first time only. */
  readonly always?: boolean;
  /** Strikes no more once a client has sent this. */
  readonly until?: RegExp;
}

/** A fault that waits for its moment. */
interface Armed extends Fault {
  readonly struck: () => void;
}

/** A network that can be broken, between a client and a server. */
export interface Injector extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Arms a fault. What it gives settles when the fault strikes for the first time. */
  arm(fault: Fault): Promise<void>;
  /** Breaks every connection there is, now. */
  strike(effect: Effect): void;
  /** Closes the port: connections are refused. */
  refuse(): void;
  /** Mends everything: no fault strikes any more, what was held passes, and half a connection ends. */
  lift(): Promise<void>;
  /** How many connections are open, on either side. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts a network to one server, on a port of its own on loopback. */
export async function startInjector(target: { readonly host: string; readonly port: number }): Promise<Injector> {
  const passages = new Set<Passage<Armed>>();
  const faults = new Set<Armed>();
  let everythingHeld = false;

  const strikeAll = (effect: Effect): void => {
    if (effect.kind === "black hole") everythingHeld = true;
    for (const passage of passages) passage.strike(effect);
  };

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const passage = pass<Armed>(client, target, {
      ended: () => passages.delete(passage),
      sent(text) {
        for (const fault of faults) if (fault.until?.test(text) === true) faults.delete(fault);
      },
      struck(fault) {
        // Another connection may have been struck by it meanwhile.
        if (!faults.has(fault)) return false;
        if (fault.always !== true) faults.delete(fault);
        if (fault.effect.kind === "black hole") strikeAll(fault.effect);
        fault.struck();
        return true;
      },
    });
    passages.add(passage);
    if (everythingHeld) passage.strike({ kind: "black hole" });
    for (const fault of faults) passage.watch(fault);
  });

  const listen = async (port: number): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const { port } = server.address() as AddressInfo; // it listens on TCP

  const close = async (): Promise<void> => {
    faults.clear();
    for (const passage of passages) passage.end();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  return {
    host: "127.0.0.1",
    port,
    async arm(fault) {
      await new Promise<void>((resolve) => {
        const armed = { ...fault, struck: resolve };
        faults.add(armed);
        for (const passage of passages) passage.watch(armed);
      });
    },
    strike: strikeAll,
    refuse() {
      server.close();
    },
    async lift() {
      faults.clear();
      everythingHeld = false;
      await Promise.all([...passages].map(async (passage) => passage.lift()));
      if (!server.listening) await listen(port);
    },
    connections: () => passages.size,
    close,
    [Symbol.asyncDispose]: close,
  };
}
