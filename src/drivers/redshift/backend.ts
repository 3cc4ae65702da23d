import type { Ask } from "../../bulk-engine.ts";
import type { Bind } from "../../values/parameters.ts";

/** Asks a session by what the system's tables know it. */
export async function backendPid(ask: Ask): Promise<Bind> {
  const { rows } = await ask({ text: "select pg_backend_pid() as pid" });
  return { kind: "integer", value: Number(rows[0]?.pid) };
}
