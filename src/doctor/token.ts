import { usableMs, type Received } from "../credentials/freshness.ts";
import { failed, passed, skipped, type Finding } from "./finding.ts";
import { seconds } from "./notes.ts";

/** Tells how long an OAuth token is good for: by itself where it is a JWT, else by when it came. */
export function judgeToken({ credentials, receivedAt }: Received, now = Date.now()): Finding {
  if (credentials.authType !== "oauth") return skipped("a user and a password, which do not age", true);
  const ageMs = Math.max(0, now - receivedAt);
  const expiresAt = expiryOf(credentials.accessToken);
  const details = {
    ageMs,
    usableMs: Math.max(0, usableMs - ageMs),
    expiresAt: expiresAt && new Date(expiresAt).toISOString(),
  };
  if (expiresAt !== undefined && expiresAt <= now) {
    return failed(
      `the token ran out ${seconds(now - expiresAt)} ago`,
      "A new one comes with each fetch from the Peak API: leave the option credentials out, or pass an async function that fetches. If it came from there just now, this machine's clock is wrong.",
      details,
    );
  }
  const runsOut = expiresAt === undefined ? "" : `, runs out in ${seconds(expiresAt - now)}`;
  return passed(
    `came ${seconds(ageMs)} ago${runsOut}; logins use it for ${seconds(Math.max(0, usableMs - ageMs))} more, then a new one`,
    true,
    details,
  );
}

/** Reads when a JWT runs out (RFC 7519, `exp`); `undefined` for any other token. */
function expiryOf(token: string): number | undefined {
  const [, body, signature] = token.split(".");
  if (body === undefined || signature === undefined) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as { readonly exp?: unknown } | null;
    return typeof claims?.exp === "number" && claims.exp < 1e11 ? claims.exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
