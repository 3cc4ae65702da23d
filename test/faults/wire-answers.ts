/** Writes an HTTP answer that somebody gives in the server's place, on a connection that ends with it. */
export function httpAnswer(status: number, body = "", headers: Readonly<Record<string, string>> = {}): Buffer {
  const lines = Object.entries({
    "content-type": body.startsWith("{") ? "application/json" : "text/html",
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`HTTP/1.1 ${status} Fault\r\n${lines.join("")}\r\n${body}`);
}

/** Writes an answer of Snowflake's that refuses with a code. */
export function snowflakeRefusal(code: string): Buffer {
  return httpAnswer(200, JSON.stringify({ data: null, code, message: "refused by the fault matrix", success: false }));
}

/** Writes PostgreSQL's ErrorResponse with which a server ends a session. */
export function fatalError(sqlState: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${sqlState}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
