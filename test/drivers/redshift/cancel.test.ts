import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { requestCancel } from "../../../src/drivers/redshift/cancel.ts";

const session = { processId: 7, secretKey: 11 };
let server: Server | undefined;
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

async function listening(onSocket: (socket: Socket) => void): Promise<{ host: string; port: number }> {
  server = createServer((socket) => {
    sockets.add(socket);
    onSocket(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

describe("a cancel request", () => {
  it("is done with when the server has closed its socket", async () => {
    const received: Buffer[] = [];
    const address = await listening((socket) => {
      socket.on("data", (bytes) => {
        received.push(bytes);
        socket.end();
      });
    });
    expect(await requestCancel(address, session, 5_000)).toBe(true);
    expect(Buffer.concat(received).toString("hex")).toBe("0000001004d2162e000000070000000b");
  });

  it("is done with where no server takes it", async () => {
    const address = await listening(() => undefined);
    server?.close();
    await once(server!, "close");
    expect(await requestCancel(address, session, 5_000)).toBe(true);
  });

  it("may still arrive where the server does not answer in time", async () => {
    const address = await listening(() => undefined);
    expect(await requestCancel(address, session, 50)).toBe(false);
  });
});
