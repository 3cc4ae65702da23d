// Run as a process of its own by export.test.ts: exports a query to a path, and tells how far it is, what it ends with and what memory it took.
import { connectWarehouse, WarehouseError } from "peak-warehouse";

const [text = "", path = ""] = process.argv.slice(2);
const db = await connectWarehouse();
/** The most memory, by the hundred thousands of rows that had been read. */
const peaks: number[] = [];
const tell = (message: unknown) => process.send?.(message) ?? process.stdout.write(JSON.stringify(message));
try {
  const result = await db.export(text, path, {
    onProgress({ phase, rows, bytes }) {
      const part = Math.floor(rows / 100_000);
      peaks[part] = Math.max(peaks[part] ?? 0, process.memoryUsage.rss());
      if (phase === "writing") process.send?.({ bytes });
    },
  });
  tell({ rows: result.rows, peaks });
} catch (error) {
  if (!WarehouseError.is(error)) throw error;
  tell({ code: error.code, vendorCode: error.vendorCode });
}
await db.close();
if (process.connected) process.disconnect();
