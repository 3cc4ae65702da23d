// Run as a process of its own by process.test.ts: the main job, ended in the way that the first argument names.
import { connectWarehouse } from "peak-warehouse";

const [ending] = process.argv.slice(2);
const db = await connectWarehouse();
const { rows } = await db.query("select 1 as one");
if (JSON.stringify(rows) !== '[{"one":1}]') throw new Error("a wrong answer");
switch (ending) {
  case "closed":
    await db.close();
    break;
  case "hanging": {
    process.send?.("ready");
    await new Promise((resolve) => process.once("message", resolve));
    const error: unknown = await db
      .query("select 2 as two", undefined, { timeoutMs: 300 })
      .catch((thrown: unknown) => thrown);
    if ((error as { code?: string }).code !== "TIMEOUT") throw new Error("no timeout");
    await db.close({ timeoutMs: 100 });
    // Whatever keeps the process alive for longer is a leak.
    setTimeout(() => process.exit(9), 3_000).unref();
    break;
  }
  default:
  // Left open: the process must be able to end all the same.
}
process.disconnect();
