import { request } from "node:https";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSnowflake } from "../../src/testing/snowflake/index.ts";
import type { SnowflakeStandIn } from "../../src/testing/snowflake/index.ts";
import { certificate } from "./certificate.ts";
import { connect, destroy, failure, rows, wire } from "./snowflake-client.ts";

let now = Date.parse("2026-11-22T10:00:00Z");
let standIn: SnowflakeStandIn;
beforeAll(async () => {
  standIn = await startSnowflake({ clock: { now: () => now } });
});
afterAll(() => standIn.close());

test("a password logs in, and the session starts where the login says", async () => {
  const connection = await connect(standIn, {
    database: "sales",
    schema: '"Mixed"',
    warehouse: "big_wh",
    role: "analyst",
  });
  expect(
    await rows(
      connection,
      "select current_user(), current_database(), current_schema(), current_warehouse(), current_role()",
    ),
  ).toEqual([["PEAK", "SALES", "Mixed", "BIG_WH", "ANALYST"]]);
  expect(standIn.sessions().at(-1)).toMatchObject({
    user: "PEAK",
    application: "PeakTest",
    database: "SALES",
    idle: true,
  });
  await destroy(connection);
  expect(standIn.sessions()).toEqual([]);
});

test("a session that names nothing starts in the defaults", async () => {
  const client = await wire(standIn);
  expect(client.login.data).toMatchObject({
    validityInSeconds: 3600,
    masterValidityInSeconds: 14_400,
    sessionInfo: { databaseName: "PEAK", schemaName: "PUBLISH", warehouseName: "COMPUTE_WH", roleName: "PEAK_ROLE" },
  });
  expect(client.login.data.parameters).toContainEqual({ name: "BINARY_OUTPUT_FORMAT", value: "HEX" });
});

test("a wrong password is refused with 390100", async () => {
  await expect(connect(standIn, { password: "wrong" })).rejects.toMatchObject({ code: "390100" });
  expect(standIn.logins().at(-1)).toMatchObject({
    authenticator: "SNOWFLAKE",
    outcome: "390100",
    application: "PeakTest",
  });
});

test("a changed password counts from the next login on", async () => {
  standIn.setPassword("peak", "changed");
  await expect(connect(standIn)).rejects.toMatchObject({ code: "390100" });
  await destroy(await connect(standIn, { password: "changed" }));
  standIn.setPassword("PEAK", "peak-password");
});

test("an OAuth token logs in for as long as it lives", async () => {
  const oauth = (token: string) => connect(standIn, { authenticator: "OAUTH", token, username: "PEAK" });
  const token = standIn.issueToken("PEAK", 600_000);
  const connection = await oauth(token);
  now += 600_001;
  await expect(oauth(token)).rejects.toMatchObject({ code: "390318" });
  expect(await rows(connection, "select 1")).toEqual([[1]]);
  await expect(oauth("made up")).rejects.toMatchObject({ code: "390303" });
  const revoked = standIn.issueToken();
  standIn.revokeToken(revoked);
  await expect(oauth(revoked)).rejects.toMatchObject({ code: "390303" });
  await destroy(connection);
});

test("an expired session token is renewed by the SDK, once for many statements", async () => {
  const connection = await connect(standIn);
  now += 3_600_001;
  expect(await Promise.all([1, 2, 3, 4].map((n) => rows(connection, `select ${n}`)))).toEqual([
    [[1]],
    [[2]],
    [[3]],
    [[4]],
  ]);
  standIn.expireSessionTokens();
  expect(await rows(connection, "select 5")).toEqual([[5]]);
  await destroy(connection);
});

test("a token that was renewed away keeps answering 390112", async () => {
  const client = await wire(standIn);
  const renewed = await client.request(
    "POST",
    "/session/token-request",
    { oldSessionToken: client.token, requestType: "RENEW" },
    client.masterToken,
  );
  expect(renewed.data).toMatchObject({ validityInSecondsST: 3600, validityInSecondsMT: 14_400 });
  expect((await client.query("select 1")).code).toBe("390112");
  expect((await client.query("select 1")).code).toBe("390112");
  const again = await client.request(
    "POST",
    "/queries/v1/query-request?requestId=9",
    { sqlText: "select 1" },
    String(renewed.data.sessionToken),
  );
  expect(again.data.rowset).toEqual([["1"]]);
});

test("an expired master token ends the session at the next renewal", async () => {
  const client = await wire(standIn);
  const connection = await connect(standIn);
  standIn.expireMasterTokens();
  standIn.expireSessionTokens();
  expect((await client.request("POST", "/session/token-request", {}, client.masterToken)).code).toBe("390114");
  expect((await failure(connection, "select 1")).code).toBe(407002);
  expect(connection.isUp()).toBe(false);
});

test("a killed session answers 390111, a token nobody issued 390104", async () => {
  const client = await wire(standIn);
  await standIn.killSession(String(client.login.data.sessionId));
  expect((await client.query("select 1")).code).toBe("390111");
  expect((await client.request("POST", "/session/heartbeat", {}, "made up")).code).toBe("390104");
});

test("a heartbeat is answered while the session lives", async () => {
  const client = await wire(standIn);
  expect(await client.request("POST", "/session/heartbeat")).toMatchObject({ success: true });
  await client.request("POST", "/session?delete=true");
  expect((await client.request("POST", "/session/heartbeat")).code).toBe("390111");
});

test("session parameters of the login count in the session", async () => {
  const client = await wire(standIn, { SESSION_PARAMETERS: { TIMEZONE: "Europe/London", QUERY_TAG: "job" } });
  expect((await client.query("show parameters like 'query_tag'")).data.rowset[0]?.[1]).toBe("job");
});

test("https is spoken when a certificate is given", async () => {
  await using secure = await startSnowflake({ tls: certificate });
  expect(secure.url).toMatch(/^https:/);
  const body = JSON.stringify({ data: { LOGIN_NAME: "PEAK", PASSWORD: "peak-password" } });
  const answer = await new Promise<string>((resolve, reject) => {
    const url = `${secure.url}/session/v1/login-request`;
    const sent = request(url, { method: "POST", ca: certificate.cert, agent: false }, (response) => {
      text(response).then(resolve, reject);
    });
    sent.on("error", reject).end(body);
  });
  expect(JSON.parse(answer)).toMatchObject({ success: true });
});
