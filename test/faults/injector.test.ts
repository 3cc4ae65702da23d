import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startInjector, type Injector } from "./injector.ts";
import { comes } from "./stage.ts";

/** One end of a connection, and what has become of it. */
interface End {
  readonly socket: Socket;
  readonly pieces: Buffer[];
  text(): string;
  ended: boolean;
  error: string | undefined;
}

function watched(socket: Socket): End {
  const end: End = {
    socket,
    pieces: [],
    text: () => Buffer.concat(end.pieces).toString(),
    ended: false,
    error: undefined,
  };
  socket.on("data", (piece: Buffer) => end.pieces.push(piece));
  socket.on("end", () => (end.ended = true));
  socket.on("error", (error: NodeJS.ErrnoException) => (end.error = error.code));
  return end;
}

describe("the network that can be broken", () => {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    accepted.push(watched(socket));
    // Who is no test connects past the network, to see that the server itself is well.
    socket.on("data", (piece: Buffer) => piece.toString() === "well?" && socket.end("well"));
  });
  let accepted: End[] = [];
  let injector: Injector;
  let target: { host: string; port: number };

  beforeEach(async () => {
    accepted = [];
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    target = { host: "127.0.0.1", port: (server.address() as AddressInfo).port }; // it listens on TCP
    injector = await startInjector(target);
  });

  afterEach(async () => {
    await injector.close();
    for (const { socket } of accepted) socket.destroy();
    server.close();
    await once(server, "close");
  });

  /** Connects through the network; gives both ends. */
  async function joined(): Promise<{ client: End; far: End }> {
    const before = accepted.length;
    const client = watched(connect({ ...target, port: injector.port, allowHalfOpen: true, noDelay: true }));
    await once(client.socket, "connect");
    await comes(() => accepted.length > before, 1_000);
    return { client, far: accepted[before]! };
  }

  /** Settles when a round trip past the network is over: what passes through it would have passed by then. */
  async function meanwhile(): Promise<void> {
    const direct = watched(connect(target));
    direct.socket.write("well?");
    await once(direct.socket, "close");
    expect(direct.text()).toBe("well");
  }

  async function gets(end: End, text: string): Promise<void> {
    await comes(() => end.text().length >= text.length, 2_000);
    expect(end.text()).toBe(text);
  }

  it("passes bytes and ends both ways as long as nothing is broken", async () => {
    const { client, far } = await joined();
    client.socket.end("question");
    await gets(far, "question");
    far.socket.end("answer");
    await gets(client, "answer");
    expect(await comes(() => client.ended && far.ended && injector.connections() === 0, 1_000)).toBe(true);
  });

  it("holds what is delayed, in both directions, until it is lifted", async () => {
    const { client, far } = await joined();
    const struck = injector.arm({ when: { request: /stop/ }, effect: { kind: "delay" } });
    client.socket.write("before");
    await gets(far, "before");
    client.socket.write(" stop after");
    await struck;
    far.socket.write("answer");
    await meanwhile();
    expect([far.text(), client.text()]).toEqual(["before", ""]);
    await injector.lift();
    await gets(far, "before stop after");
    await gets(client, "answer");
  });

  it("cuts with an orderly end on both sides, at the very byte", async () => {
    const { client, far } = await joined();
    void injector.arm({ when: { request: /get/, answer: /head/, bytes: 3 }, effect: { kind: "cut" } });
    client.socket.write("get");
    await gets(far, "get");
    far.socket.write("head123456");
    expect(await comes(() => client.ended && far.ended, 1_000)).toBe(true);
    expect([client.text(), client.error, far.error]).toEqual(["head123", undefined, undefined]);
  });

  it("resets both sides", async () => {
    const { client, far } = await joined();
    injector.strike({ kind: "reset" });
    expect(await comes(() => client.error === "ECONNRESET" && far.error === "ECONNRESET", 1_000)).toBe(true);
  });

  it("swallows everything in a black hole, connections to come included, and gives it out when lifted", async () => {
    const { client, far } = await joined();
    injector.strike({ kind: "black hole" });
    client.socket.write("question");
    far.socket.write("answer");
    const later = await joined();
    later.client.socket.write("me too");
    await meanwhile();
    expect([client.text(), far.text(), later.far.text()]).toEqual(["", "", ""]);
    expect([client.ended, far.ended, client.error, far.error]).toEqual([false, false, undefined, undefined]);
    await injector.lift();
    await gets(far, "question");
    await gets(client, "answer");
    await gets(later.far, "me too");
  });

  it("leaves a client that is half open in the dark: the server has gone", async () => {
    const { client, far } = await joined();
    injector.strike({ kind: "half-open" });
    expect(await comes(() => far.ended || far.error !== undefined, 1_000)).toBe(true);
    client.socket.write("anybody there?");
    await meanwhile();
    expect([client.ended, client.error, client.text(), far.text()]).toEqual([false, undefined, "", ""]);
    await injector.lift();
    expect(await comes(() => client.ended, 1_000)).toBe(true);
  });

  it("loses the answers of one that is deaf, and none of its questions", async () => {
    const { client, far } = await joined();
    injector.strike({ kind: "deaf" });
    client.socket.write("question");
    await gets(far, "question");
    far.socket.write("answer");
    await meanwhile();
    expect([client.text(), client.ended]).toEqual(["", false]);
  });

  it("drips bytes one at a time, as many as it is told, and loses none", async () => {
    const { client, far } = await joined();
    injector.strike({ kind: "drip", bytes: 50 });
    const text = "0123456789".repeat(100);
    client.socket.write(text);
    await gets(far, text);
    expect(far.pieces[0]!.length).toBeLessThan(50);
    expect(far.pieces.length).toBeGreaterThan(1);
  });

  it("damages so many bytes and no others", async () => {
    const { client, far } = await joined();
    void injector.arm({ when: { bytes: 2 }, effect: { kind: "corrupt", bytes: 3 } });
    far.socket.write("abcdefgh");
    await comes(() => client.text().length >= 8, 1_000);
    expect(client.text()).toBe("ab610fgh");
  });

  it("answers in the server's place, which hears nothing of the question", async () => {
    const { client, far } = await joined();
    void injector.arm({ when: { request: /GET/ }, effect: { kind: "answer", bytes: Buffer.from("503") } });
    client.socket.write("GET");
    expect(await comes(() => client.ended, 1_000)).toBe(true);
    expect([client.text(), far.text()]).toEqual(["503", ""]);
  });

  it("refuses connections at a closed port, and takes them again when lifted", async () => {
    injector.refuse();
    const refused = watched(connect({ ...target, port: injector.port }));
    expect(await comes(() => refused.error === "ECONNREFUSED", 1_000)).toBe(true);
    await injector.lift();
    const { client, far } = await joined();
    client.socket.write("again");
    await gets(far, "again");
  });

  it("strikes once, unless it is to strike always, and no more after what ends it was sent", async () => {
    const effect = { kind: "answer", bytes: Buffer.from("no") } as const;
    const outcome = async (text: string) => {
      const { client, far } = await joined();
      client.socket.write(text);
      await comes(() => client.ended || far.text() === text, 1_000);
      return client.ended ? "struck" : "passed";
    };
    void injector.arm({ when: { request: /once/ }, effect });
    expect([await outcome("once"), await outcome("once")]).toEqual(["struck", "passed"]);
    void injector.arm({ when: { request: /old/ }, effect, always: true, until: /renew/ });
    expect([await outcome("old"), await outcome("old")]).toEqual(["struck", "struck"]);
    expect([await outcome("renew"), await outcome("old")]).toEqual(["passed", "passed"]);
  });

  it("knows a text also where the end of a piece cuts it", async () => {
    const { client, far } = await joined();
    const struck = injector.arm({ when: { request: /COMMIT/ }, effect: { kind: "cut" } });
    client.socket.write("COM");
    await gets(far, "COM");
    client.socket.write("MIT");
    await struck;
    expect(await comes(() => far.ended, 1_000)).toBe(true);
    expect(far.text()).toBe("COM");
  });
});
