/** What a program needs of its surroundings to run at all; none of it names a server or a login. */
const harmless = ["PATH", "TMPDIR", "LANG", "LC_ALL", "TZ", "TERM", "NO_COLOR", "FORCE_COLOR"];

/**
 * Takes everything else out of this process's environment: proxies, PG*, PEAK_*, SNOWFLAKE_*, AWS_* and what nobody has thought of. What is
 * imported later, and every program that is started, sees only what is left.
 */
export function clearEnvironment(): void {
  for (const name of Object.keys(process.env)) {
    if (!harmless.includes(name)) Reflect.deleteProperty(process.env, name);
  }
}
