import type { Ended } from "./ended.ts";

/** What a run stands on: where it reads and writes, and what ends it. */
export interface Ground {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  /** Aborts with an {@link Ended} when the run is to end. */
  readonly signal: AbortSignal;
  /** Ends the run. The first reason stays. */
  readonly end: (reason: Ended) => void;
  /** What the run ends with where nothing is thrown. A command that has found something wrong sets it. */
  exitCode: number;
}

/** Makes the ground of a process: a signal ends the run, and a second one the process. */
export function groundOf(host: NodeJS.Process, endedBy: (signal: NodeJS.Signals) => Ended): Ground {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    host.on(signal, () => {
      const ended = endedBy(signal);
      if (controller.signal.aborted) host.exit(ended.exitCode);
      controller.abort(ended);
    });
  }
  return {
    stdin: host.stdin,
    stdout: host.stdout,
    stderr: host.stderr,
    env: host.env,
    signal: controller.signal,
    end: (reason) => controller.abort(reason),
    exitCode: 0,
  };
}

/** Tells of something beside the output. */
export function note({ stderr }: Ground, text: string): void {
  stderr.write(`${text}\n`);
}
