import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { UnsupportedAuthentication } from "../../../src/drivers/redshift/digest.ts";
import { redshiftError } from "../../../src/drivers/redshift/errors.ts";
import type { Effect, Phase } from "../../../src/errors.ts";

/** What `pg` makes of an ErrorResponse, or of a failure of the socket where there is no severity. */
const reported = (message: string, fields: object = {}) => Object.assign(new Error(message), fields);
const refused = (code: string, message: string, fields: object = {}) =>
  reported(message, { severity: "ERROR", code, ...fields });

const during = (phase: Phase, error: unknown, effectIfLost: Effect = "unknown") =>
  redshiftError(error, { phase, effectIfLost });

describe("an error of Redshift", () => {
  it("keeps the server's words, state and place", () => {
    const error = during("execute", refused("42P01", 'relation "t" does not exist', { position: "15", hint: "Look." }));
    expect(error).toMatchObject({
      code: "QUERY",
      message: 'relation "t" does not exist (Look.)',
      sqlState: "42P01",
      position: 15,
      effect: "none",
      retryable: false,
      transactionConflict: false,
    });
  });

  it.each([
    refused("XX000", "1023", { detail: "Serializable isolation violation on table - 100" }),
    refused("XX000", "-----\n  error:  conflict\n  code:   1023\n  query:  42\n-----"),
    refused("40P01", "deadlock detected"),
    refused("40001", "could not serialize"),
    refused("XX000", "could not complete because of conflict with concurrent transaction"),
    refused("XX000", "could not open relation with OID 1234"),
  ])("tells a conflict of transactions, which was rolled back and may be tried again: %s", (error) => {
    expect(during("execute", error)).toMatchObject({
      code: "QUERY",
      transactionConflict: true,
      retryable: true,
      effect: "rolled back",
    });
  });

  it("reads the block that Redshift wraps its errors in", () => {
    const block = "\n-----\n  error:  Disk full\n  code:      1014\n  query:     3141\n  location:  x.cpp:1\n-----\n";
    for (const error of [refused("XX000", block), refused("XX000", "Disk full", { detail: block })]) {
      expect(during("execute", error)).toMatchObject({ message: "Disk full", vendorCode: "1014", queryId: "3141" });
    }
    const withoutQuery = refused("XX000", "Load failed", { detail: block.replace("3141", "0") });
    expect(during("execute", withoutQuery).queryId).toBeUndefined();
    const context = "File 's3://b/x' has an incompatible Parquet schema for column 'id'.";
    const told = refused("XX000", block.replace("  query:", `  context:   ${context}\n  query:`));
    expect(during("execute", told).message).toBe(`Disk full: ${context}`);
  });

  it.each(["57P01", "57P02", "57P03", "08006"])("%s ends the session, with an effect that nobody knows", (state) => {
    expect(during("execute", refused(state, "terminating"))).toMatchObject({ code: "CONNECTION", effect: "unknown" });
  });

  it("tells the session's own statement timeout from somebody's cancel", () => {
    const error = refused("57014", "Query (7) cancelled on user's request");
    const failure = { phase: "execute", effectIfLost: "unknown" } as const;
    expect(redshiftError(error, failure)).toMatchObject({ code: "QUERY" });
    expect(redshiftError(error, { ...failure, statementTimeoutMs: 5_000 })).toMatchObject({
      code: "TIMEOUT",
      message: expect.stringContaining("statementTimeoutMs of 5000") as string,
    });
  });

  it("is AUTHENTICATION only where the server refused the user", () => {
    expect(during("connect", refused("28P01", "password authentication failed"))).toMatchObject({
      code: "AUTHENTICATION",
      phase: "connect",
      effect: "none",
    });
    expect(during("connect", refused("28000", "no pg_hba.conf entry")).code).toBe("AUTHENTICATION");
    expect(during("connect", refused("53300", "too many clients"))).toMatchObject({
      code: "CONNECTION",
      retryable: true,
    });
    expect(during("connect", refused("XX000", 'connection limit "500" exceeded')).retryable).toBe(true);
    expect(during("connect", refused("3D000", "no such database"))).toMatchObject({
      code: "CONNECTION",
      retryable: false,
    });
    expect(during("connect", new UnsupportedAuthentication("no")).code).toBe("UNSUPPORTED_WAREHOUSE");
  });

  it("of the network may be retried while connecting, and not once a statement was sent", () => {
    for (const code of ["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EPIPE", "EHOSTUNREACH"]) {
      const error = reported(`failed ${code}`, { code });
      expect(during("connect", error)).toMatchObject({
        code: "CONNECTION",
        retryable: true,
        effect: "none",
        vendorCode: code,
      });
      expect(during("execute", error)).toMatchObject({ code: "CONNECTION", retryable: false, effect: "unknown" });
    }
    expect(during("connect", reported("self-signed", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }))).toMatchObject({
      retryable: false,
      message: expect.stringContaining("{ tls: { ca } }") as string,
    });
    expect(during("connect", reported("Hostname", { code: "ERR_TLS_CERT_ALTNAME_INVALID" })).message).toContain(
      "servername",
    );
    expect(during("connect", reported("The server does not support SSL connections")).message).toContain(
      "{ tls: false }",
    );
  });

  it("is the server's own, also without the severity that pg looks for", () => {
    const bare = { severity: undefined, code: undefined };
    expect(during("execute", reported("no such thing", bare))).toMatchObject({
      code: "QUERY",
      message: "no such thing",
    });
    expect(during("execute", reported("", bare)).message).toBe("The server reports an error without saying which.");
    expect(during("connect", reported("no", { ...bare, code: "28000" })).code).toBe("AUTHENTICATION");
  });

  it("never shows the password or what else the reported error carries", () => {
    const secret = "s3cret p@ss";
    const error = refused("28P01", `refused ${secret}`, {
      hint: `hint ${encodeURIComponent(secret)}`,
      client: { secret },
    });
    const shown = inspect(redshiftError(error, { phase: "connect", effectIfLost: "none", secrets: [secret] }), {
      depth: null,
      showHidden: true,
    });
    expect(shown).not.toContain("s3cret");
    expect(shown).toContain("<redacted>");
  });

  it.each(["  s3cret with blanks  ", "line one\ns3cret: line two", 's3cret "quoted" \\', "12345"])(
    "never shows the password %j that a block quotes, whole or in parts, in any form",
    (secret) => {
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret)]) {
        const block = `\n  error:  denied ${form}\n  code:  ${form}\n  query:  ${form}\n`;
        for (const error of [
          refused("XX000", form, { detail: form }),
          refused("XX000", block),
          refused("XX000", "", { detail: block }),
        ]) {
          const made = redshiftError(error, { phase: "execute", effectIfLost: "unknown", secrets: [secret] });
          expect(inspect(made, { depth: null, showHidden: true })).not.toMatch(/s3cret|line (?:one|two)|12345/);
        }
      }
    },
  );

  it("is made of anything that may be thrown", () => {
    for (const thrown of [undefined, null, "text", 7, {}]) {
      expect(during("execute", thrown)).toMatchObject({ code: "CONNECTION", effect: "unknown" });
    }
  });
});
