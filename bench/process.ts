import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Expected, Failure, Job, Measurement } from "./measurement.ts";

const program = fileURLToPath(new URL("programs/measure.mjs", import.meta.url));

/** A run that takes longer has hung: the slowest, 10 million rows through `pg`, takes about a minute. */
const timeoutMs = 300_000;

/** What all measured processes of a run share. */
export interface Setting {
  /** The folder of the built package. */
  readonly dist: string;
  /** The folder for a CPU profile of each process; none is made if `undefined`. */
  readonly profiles: string | undefined;
}

/**
 * Runs a job in a plain Node process of its own, and checks what it read. Never rejects: a variant that fails is reported as failed, and the
 * others go on.
 */
export async function run(job: Job, expected: Expected, setting: Setting): Promise<Measurement | Failure> {
  const answer = await ask(job, setting);
  if ("failed" in answer) return answer;
  for (const key of ["count", "checksum"] as const) {
    const wanted = expected[key];
    // What cannot be summed, because nothing was looked at, has a count only.
    if (wanted !== undefined && answer[key] !== undefined && answer[key] !== wanted) {
      return { failed: `read a ${key} of ${answer[key]} instead of ${wanted}` };
    }
  }
  return answer;
}

function ask(job: Job, { dist, profiles }: Setting): Promise<Measurement | Failure> {
  return new Promise((resolve) => {
    const execArgv = profiles === undefined ? [] : profiling(job, profiles);
    const child = fork(program, [], { execArgv, env: environment(dist), stdio: ["ignore", "ignore", "pipe", "ipc"] });
    const hung = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    let answer: Measurement | Failure | undefined;
    let errors = "";
    child.stderr?.on("data", (text: Buffer) => (errors = `${errors}${text.toString("utf8")}`.slice(-4_000)));
    child.once("message", (message) => {
      answer = message as Measurement | Failure; // measure.mjs sends nothing else
    });
    child.once("close", (code, signal) => {
      clearTimeout(hung);
      resolve(answer ?? { failed: `ended with ${signal ?? code} before it answered: ${errors.trim()}` });
    });
    child.send(job);
  });
}

function profiling({ program, variant }: Job, folder: string): string[] {
  const name = `${program.replaceAll("/", "-")}-${variant}-${Date.now()}.cpuprofile`;
  return ["--cpu-prof", `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}`];
}

/** Nothing of the caller's reaches a measured process, and snowflake-sdk stays on this machine. */
function environment(dist: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TZ: "UTC",
    BENCH_DIST: dist,
    SNOWFLAKE_DISABLE_PLATFORM_DETECTION: "true",
    SNOWFLAKE_DISABLE_MINICORE: "1",
    SF_TELEMETRY_DISABLE_CONNECTION_SHAPE: "1",
  };
}
