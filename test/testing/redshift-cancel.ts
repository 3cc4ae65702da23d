import { once } from "node:events";
import { createConnection } from "node:net";
import type { Client } from "pg";
import type { RedshiftStandIn } from "../../src/testing/redshift/index.ts";

/** Sends the CancelRequest of a client's session, and waits until it has been acted on. */
export async function cancelBy(client: Client, { host, port }: RedshiftStandIn): Promise<void> {
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }; // Untyped in pg.
  const request = Buffer.alloc(16);
  [16, 80_877_102, processID, secretKey].forEach((word, at) => request.writeInt32BE(word, at * 4));
  const socket = createConnection(port, host);
  socket.end(request).resume();
  await once(socket, "close");
}
