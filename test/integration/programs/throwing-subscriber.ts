// Run as a process of its own by channels.test.ts: a subscriber that fails with every event.
import { subscribe } from "node:diagnostics_channel";
import { connectWarehouse } from "peak-warehouse";

let uncaught = 0;
process.on("uncaughtException", () => uncaught++);
subscribe("tracing:peak-warehouse:query:start", () => {
  throw new Error("a subscriber's own");
});

const credentials = JSON.parse(process.env.THE_CREDENTIALS ?? "{}") as Record<string, string>;
const db = await connectWarehouse({ credentials: credentials as never, tls: false });
const { rows } = await db.query("select 1 as a");
await db.close();
process.send?.({ rows, uncaught });
process.disconnect();
