import { connect } from "node:net";

const cancelRequestCode = 80_877_102;

/**
 * Asks the server to stop what a session is running: PostgreSQL's CancelRequest on a socket of its own, so that it works while every
 * session is busy. Plain also where the session uses TLS, as all drivers of AWS send it (amazon-redshift-jdbc-driver, -python-driver).
 *
 * Settles, and never rejects, when the server has closed the socket, which it does after passing the request on, or after `timeoutMs`.
 *
 * @returns whether the request is done with: passed on, or never sent. One that is neither may still arrive, whenever.
 */
export async function requestCancel(
  server: { host: string; port: number },
  session: { processId: number; secretKey: number },
  timeoutMs: number,
): Promise<boolean> {
  const message = Buffer.alloc(16);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(cancelRequestCode, 4);
  message.writeInt32BE(session.processId, 8);
  message.writeInt32BE(session.secretKey, 12);
  return new Promise((resolve) => {
    const socket = connect(server);
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    let doneWith = true;
    socket.on("connect", () => {
      doneWith = false;
      socket.write(message);
    });
    socket.on("data", () => undefined);
    socket.on("end", () => {
      doneWith = true;
      socket.destroy();
    });
    // A failure needs no report: whether the statement stopped is seen on its own connection.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(doneWith);
    });
  });
}
