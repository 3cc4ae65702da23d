import { clearEnvironment } from "./environment.ts";
import { askLiveTenant } from "./live.ts";
import { compareTenants } from "./tenants.ts";

/**
 * `npm run demo`: the README's program as three tenants, on stand-ins of this machine.
 * `npm run demo -- --live`: one statement on the tenant of the environment.
 */

const [mode, ...others] = process.argv.slice(2);
const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => interruption.abort(new Error(`${signal}: stopped.`)));
}

try {
  if (mode === "--live" && others.length === 0) await askLiveTenant(interruption.signal);
  else if (mode === undefined) {
    clearEnvironment();
    await compareTenants(interruption.signal);
  } else throw new Error("Usage: npm run demo [-- --live]");
} catch (error) {
  process.exitCode = interruption.signal.aborted ? 130 : 1;
  console.error(error instanceof Error ? error.message : error);
}
