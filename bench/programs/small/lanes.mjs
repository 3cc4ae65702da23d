import { performance } from "node:perf_hooks";

/**
 * Sends so many queries over so many lanes, each of which waits for its answer before it sends the next. `query` gives the one value that was
 * asked for. Tells how long queries took from the caller's point of view.
 */
export async function lanes({ queries, concurrency }, query) {
  const tookMs = new Float64Array(queries);
  let sent = 0;
  let checksum = 0;
  const lane = async () => {
    while (sent < queries) {
      const place = sent++;
      const start = performance.now();
      const one = await query();
      tookMs[place] = performance.now() - start;
      checksum += one;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  tookMs.sort();
  return { count: queries, checksum, p50Ms: tookMs[queries >> 1], p99Ms: tookMs[Math.floor(queries * 0.99)] };
}
