/** Gives a signal that aborts when this process is asked to stop, by Ctrl-C or otherwise. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // Not once: npm and tsx send it again to whom the terminal has told already, and that would end us in the midst of cleaning up.
    process.on(signal, () => controller.abort(new Error(`Stopped by ${signal}.`)));
  }
  return controller.signal;
}

/** Runs a program's main part and tells what went wrong; ends with 130, as shells do, where it was interrupted. */
export async function runMain(main: (interrupted: AbortSignal) => Promise<void>): Promise<void> {
  const interrupted = interruption();
  try {
    await main(interrupted);
  } catch (error) {
    process.exitCode = interrupted.aborted ? 130 : 1;
    const cause: unknown = interrupted.aborted ? interrupted.reason : error;
    console.error(cause instanceof Error ? cause.message : cause);
    // Everything of ours is cleaned up; on Node 24 tsx itself keeps an interrupted process waiting for its compiler.
    if (interrupted.aborted) process.exit();
  }
}
