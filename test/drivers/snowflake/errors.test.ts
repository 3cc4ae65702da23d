import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { codeOf, isSessionGone, loginError, snowflakeError } from "../../../src/drivers/snowflake/errors.ts";
import type { Effect, Phase } from "../../../src/errors.ts";

const reported = (message: string, fields: object = {}) => Object.assign(new Error(message), fields);
const during = (phase: Phase, error: unknown, effectIfLost: Effect = "unknown", statement = "select 1") =>
  phase === "connect"
    ? loginError(error, { status: undefined, secrets: ["s3cret"] })
    : snowflakeError(error, { phase, sessionGone: isSessionGone(codeOf(error)), effectIfLost, secrets: [], statement });

describe("an error of Snowflake", () => {
  it("keeps the server's words on one line, with code, state, query and place", () => {
    const error = reported("SQL compilation error:\n  invalid identifier 'X'", {
      code: "000904",
      sqlState: "42000",
      data: { queryId: "01b2", line: 1, pos: 7 },
    });
    expect(during("execute", error)).toMatchObject({
      code: "QUERY",
      message: "SQL compilation error: invalid identifier 'X'",
      vendorCode: "000904",
      sqlState: "42000",
      queryId: "01b2",
      effect: "none",
      retryable: false,
    });
  });

  it("has its place counted from 1 in the whole statement, whatever the line", () => {
    const statement = "select 1,\n       nope\n  from t";
    const at = (line: number, pos: number) =>
      during("execute", reported("no", { code: "000904", data: { line, pos } }), "unknown", statement).position;
    expect(at(1, 0)).toBe(1);
    expect(at(2, 7)).toBe(statement.indexOf("nope") + 1);
    expect(at(3, 7)).toBe(statement.indexOf("t", 20) + 1);
  });

  it("has no place where the server knows none", () => {
    expect(during("execute", reported("no", { code: "1", data: { pos: -1, line: -1 } })).position).toBeUndefined();
    expect(during("execute", reported("no", { code: "1", data: null })).position).toBeUndefined();
  });

  it("is TIMEOUT where the statement reached a time limit of the server", () => {
    expect(during("execute", reported("Statement reached its timeout", { code: "000630" })).code).toBe("TIMEOUT");
  });

  it.each(["390104", "390111", "390112", "390114", 407_001, 405_503])("%s ends the session", (code) => {
    const error = reported("Your session has expired", { code });
    expect(during("execute", error, "none")).toMatchObject({ code: "CONNECTION", effect: "none", retryable: true });
    expect(during("execute", error, "unknown")).toMatchObject({
      code: "CONNECTION",
      effect: "unknown",
      retryable: false,
    });
  });

  it("of the network has an effect that nobody knows once a statement was sent", () => {
    const error = reported("Network error", { name: "NetworkError", code: 401_001, cause: { code: "ECONNRESET" } });
    expect(during("execute", error)).toMatchObject({ code: "CONNECTION", effect: "unknown", retryable: false });
    expect(during("execute", error).message).toContain("ECONNRESET");
    expect(during("connect", error)).toMatchObject({ code: "CONNECTION", effect: "none", retryable: true });
    expect(during("execute", reported("killed", { code: "ERR_CANCELED" })).code).toBe("CONNECTION");
  });

  it("of a login is AUTHENTICATION only where the server refused the user or token", () => {
    for (const code of ["390100", "390318", "390303"]) {
      expect(during("connect", reported("Incorrect username or password", { code }))).toMatchObject({
        code: "AUTHENTICATION",
        phase: "connect",
      });
    }
    const status = (code: number) =>
      loginError(reported("Request failed", { code: 401_002 }), { status: code, secrets: [] });
    for (const code of [401, 403]) expect(status(code)).toMatchObject({ code: "AUTHENTICATION" });
    for (const code of [429, 503]) expect(status(code)).toMatchObject({ code: "CONNECTION", retryable: true });
    for (const code of [302, 404]) expect(status(code)).toMatchObject({ code: "CONNECTION", retryable: false });
    expect(status(503).message).toContain("HTTP status 503");
    expect(during("connect", reported("A password must be specified", { code: 404_003 })).code).toBe("CONNECTION");
  });

  it("advises on certificates", () => {
    const error = (code: string) => reported("failed", { name: "NetworkError", cause: { code } });
    expect(during("connect", error("SELF_SIGNED_CERT_IN_CHAIN")).message).toContain("{ tls: { ca } }");
    expect(during("connect", error("ERR_TLS_CERT_ALTNAME_INVALID")).message).toContain("servername");
    expect(during("connect", error("EPROTO")).message).toContain("{ tls: false }");
  });

  it("never shows a secret or the request that it carries", () => {
    const error = reported("refused s3cret", {
      code: "390100",
      request: { headers: "s3cret" },
      data: { token: "s3cret" },
    });
    const shown = inspect(during("connect", error), { depth: null, showHidden: true });
    expect(shown).not.toContain("s3cret");
  });

  it("is made of anything that may be thrown", () => {
    for (const thrown of [undefined, null, "text", 7, {}]) {
      expect(during("execute", thrown).code).toBe("QUERY");
      expect(during("connect", thrown).code).toBe("CONNECTION");
      expect(isSessionGone(codeOf(thrown))).toBe(false);
    }
    expect(isSessionGone("390112")).toBe(true);
  });
});
