/**
 * The process in which one variant is measured: `fork(measure.mjs)`, one job in, one set of figures out.
 *
 * A program is a module under this folder that exports `variants`: by name, a function that takes the server's address and the variant's settings,
 * loads and opens its client, and gives `{ run(task), close() }`. `run` does the task and proves it: it gives `{ count, checksum }`. Where a task
 * changes something, there is also `prepare(task)`, which makes what the task needs, and `prove(task)`, which looks at what it has left and gives the
 * proof instead; neither is measured.
 *
 * Only the last run is measured. Before it come a run of `job.probe`, after which the process counts as idle and connected, and one of
 * `job.warmUp`; either may be missing.
 */
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { peakBytes, residentBytes } from "./memory.mjs";

// Also what a client has left open, or the end of who asked, ends this process.
process.once("disconnect", () => process.exit());

/** How often the event loop is looked at; a delay is what goes beyond this. */
const resolutionMs = 2;

process.once("message", async (job) => {
  try {
    process.send(await measure(job));
  } catch (error) {
    process.send({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  process.disconnect();
});

async function measure({ program, variant, server, settings, probe, warmUp, task }) {
  const { variants } = await import(`./${program}.mjs`);
  const open = variants[variant];
  if (open === undefined) throw new Error(`The program ${program} has no variant ${variant}.`);
  const client = await open(server, settings);
  const runOnce = async (one) => {
    await client.prepare?.(one);
    await client.run(one);
  };
  if (probe !== undefined) await runOnce(probe);
  // What a task needs is there before, and no cost of it.
  await client.prepare?.(task);
  const idleBytes = residentBytes();
  if (warmUp !== undefined) {
    await runOnce(warmUp);
    await client.prepare?.(task);
  }
  const { proof, ...cost } = await costOf(() => client.run(task));
  const { count, checksum, ...details } = client.prove === undefined ? proof : await client.prove(task);
  await client.close();
  return { count, checksum, details, ...cost, extraBytes: Math.max(0, cost.peakBytes - idleBytes) };
}

async function costOf(work) {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const proof = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const peak = peakBytes();
  // One more turn: what blocked the loop until now is seen by the histogram's timer only when that gets to run.
  await setTimeout(2 * resolutionMs);
  delays.disable();
  const beyond = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  return {
    proof,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: peak,
    stallP99Ms: beyond(delays.percentile(99)),
    stallMaxMs: beyond(delays.max),
  };
}
