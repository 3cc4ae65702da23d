import { randomBytes } from "node:crypto";
import type { ClientSession } from "./clients.ts";
import { failure } from "./reply.ts";
import type { Incoming, Reply } from "./reply.ts";

interface Known {
  readonly session: ClientSession;
  readonly kind: "session" | "master";
  expiresAt: number;
}

/** The tokens of all sessions, dead ones included: what a dead one is answered depends on how it died. */
export interface Tokens {
  issue(session: ClientSession, kind: Known["kind"], lifetimeMs: number): string;
  /** Finds the session of a request's token, or the answer that refuses it. */
  check(request: Incoming, kind: Known["kind"]): ClientSession | Reply;
  /** Makes every token of a kind, or one token, expire now. */
  expire(kind: Known["kind"], token?: string): void;
}

const bearer = /^Snowflake Token="(.*)"$/i;

/** Makes an empty set of tokens. */
export function createTokens(now: () => number): Tokens {
  const known = new Map<string, Known>();
  return {
    issue: (session, kind, lifetimeMs) => {
      const token = `ver:3-hint:${session.sql.id}-ETMs${randomBytes(48).toString("base64url")}`;
      known.set(token, { session, kind, expiresAt: now() + lifetimeMs });
      return token;
    },
    check: (request, kind) => {
      const header = request.headers.authorization;
      const found = known.get(bearer.exec(typeof header === "string" ? header : "")?.[1] ?? "");
      if (found?.kind !== kind)
        return failure("390104", "Session token is invalid or was not found. The user must authenticate again.");
      if (found.session.closed)
        return failure("390111", "Session no longer exists. New login required to access the service.");
      if (found.expiresAt > now()) return found.session;
      return kind === "master"
        ? failure("390114", "Authentication token has expired. The user must authenticate again.")
        : failure("390112", "Session token has expired. Must be renewed.");
    },
    expire: (kind, token) => {
      // Not "now": a test's clock may stand still.
      for (const [key, entry] of known)
        if (entry.kind === kind && (token === undefined || token === key)) entry.expiresAt = -Infinity;
    },
  };
}
