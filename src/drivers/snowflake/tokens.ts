import type { Sdk } from "./sdk.ts";

/** Gives a session's tokens of now, which the SDK renews: a server may quote one in its answer. */
export function tokensOf(connection: Pick<Sdk.Connection, "serialize">): string[] {
  try {
    const { services } = JSON.parse(connection.serialize()) as { services?: { sf?: { tokenInfo?: object } } };
    return Object.values(services?.sf?.tokenInfo ?? {}).filter((value) => typeof value === "string");
  } catch {
    // A session that is gone has none.
    return [];
  }
}
