// Run as a process of its own by memory.test.ts: streams a large result from the server at the given port, and tells by how many bytes the
// process grew while it did.
import { connectWarehouse } from "peak-warehouse";

const [port] = process.argv.slice(2);
const credentials = {
  dataWarehouseType: "snowflake",
  authType: "basic",
  host: "127.0.0.1",
  port: Number(port),
  database: "D",
  user: "U",
  password: "p",
};
const db = await connectWarehouse({ credentials, tls: false });
await db.query("select 1");
const idle = process.memoryUsage.rss();
let peak = idle;
let rows = 0;
for await (const row of db.stream("select large")) {
  if (Object.keys(row).length !== 10) throw new Error("a wrong row");
  if (++rows % 5_000 === 0) peak = Math.max(peak, process.memoryUsage.rss());
}
await db.close();
process.send?.({ rows, grownBytes: peak - idle });
process.disconnect();
