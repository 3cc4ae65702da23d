import { clearEnvironment } from "./environment.ts";
import { askLiveTenant } from "./live.ts";
import { runMain } from "./main.ts";
import { compareTenants } from "./tenants.ts";

/**
 * `npm run demo`: the README's program as three tenants, on stand-ins of this machine.
 * `npm run demo -- --live`: one statement on the tenant of the environment.
 */
await runMain(async (interrupted) => {
  const [mode, ...others] = process.argv.slice(2);
  if (mode === "--live" && others.length === 0) return askLiveTenant(interrupted);
  if (mode !== undefined) throw new Error("Usage: npm run demo [-- --live]");
  clearEnvironment();
  return compareTenants(interrupted);
});
