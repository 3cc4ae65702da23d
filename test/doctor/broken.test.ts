import { createServer } from "node:net";
import { describe, expect, inject, test } from "vitest";
import { startPeakApi, startRedshift, startSnowflake, type LocalTenant } from "peak-warehouse/testing";
import { diagnose, type DiagnoseOptions } from "../../src/doctor/index.ts";
import { redshiftCredentials, snowflakeCredentials } from "../integration/credentials.ts";
import { closedAfterEach } from "../integration/opened.ts";
import { selfSigned } from "../credentials/certificate.ts";
import { startProxy } from "../credentials/proxy.ts";
import { standIns } from "../cli/stand-ins.ts";
import { expectFailure, outcomes, serving, stageOf } from "./finding.ts";

const keep = closedAfterEach();
const place = standIns();

const examine = async (tenant: LocalTenant, options: DiagnoseOptions = {}) =>
  diagnose({ apiKey: `${tenant}-key`, baseUrl: place.local.api.url, ...options });

const onRedshift = () => redshiftCredentials(place.local.redshift);
const onSnowflake = () => snowflakeCredentials(place.local.snowflake);

/** Takes connections and never says a word. */
const blackHole = async () => keep(await serving(createServer()));

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = await serving(createServer());
  await server.close();
  return server.port;
}

describe("the doctor finds in the platform", () => {
  test("that there is no key", async () => {
    const diagnosis = await diagnose({ baseUrl: place.local.api.url });
    expectFailure(diagnosis, "configuration", /no Peak API key/, /PEAK_API_KEY/);
    expect(outcomes(diagnosis)).toMatchObject({
      api: "skipped",
      login: "skipped",
      export: "skipped",
      versions: "passed",
    });
  });

  test("an option that cannot be right", async () => {
    expectFailure(
      await examine("redshift", { timezone: "" }),
      "configuration",
      /timezone must be/,
      /Correct the option/,
    );
  });

  test("that nothing listens at the API's address", async () => {
    const diagnosis = await examine("redshift", { baseUrl: `http://127.0.0.1:${await closedPort()}` });
    expectFailure(diagnosis, "api", /ECONNREFUSED/, /Nothing listens on port \d+/);
  });

  test("that the API's name is unknown", async () => {
    // Nobody has such a name (RFC 6761). A machine without a name server cannot know that, and says so.
    const diagnosis = await examine("redshift", { baseUrl: "https://peak.invalid" });
    expectFailure(
      diagnosis,
      "api",
      /(?:no host|the name) peak\.invalid/,
      /Compare the host with the options stage and baseUrl|name server/,
    );
  });

  test("that the API takes the connection and never answers", async () => {
    const { port } = await blackHole();
    const diagnosis = await examine("redshift", { baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 1_000 });
    expectFailure(diagnosis, "api", /no answer within 250 ms/, /Peak stage/);
  });

  test("that the API fails", async () => {
    const undo = place.local.api.inject({ kind: "error", status: 503, times: Infinity });
    try {
      expectFailure(await examine("redshift"), "api", /HTTP 503/, /Peak's side/);
    } finally {
      undo();
    }
  });

  test("that the API's certificate is of an authority that nobody trusts", async () => {
    const api = keep(await startPeakApi({ tls: selfSigned("localhost") }));
    const diagnosis = await examine("redshift", { baseUrl: `https://localhost:${api.port}` });
    expectFailure(diagnosis, "api", /DEPTH_ZERO_SELF_SIGNED_CERT/, /tls: \{ ca \}/);
  });

  test("a key that is not known", async () => {
    const diagnosis = await diagnose({ apiKey: "another-key", baseUrl: place.local.api.url });
    expectFailure(diagnosis, "key", /does not accept the API key/, /make a new one in Peak/);
    expect(stageOf(diagnosis, "api")).toMatchObject({
      outcome: "passed",
      seen: expect.stringContaining("HTTP 401") as string,
    });
    expect(stageOf(diagnosis, "login").seen).toBe('not tried: "Credentials" must be in order first');
  });

  test("a key that is disabled", async () => {
    const enable = place.local.api.disable("redshift-key");
    try {
      expectFailure(await examine("redshift"), "key", /HTTP 403/, /administrator/);
    } finally {
      enable();
    }
  });

  test("a warehouse's name that the tenant does not have", async () => {
    const diagnosis = await examine("redshift", { warehouseName: "elsewhere" });
    expectFailure(diagnosis, "credentials", /knows no warehouse of the name "elsewhere"/, /listWarehouses\(\)/);
  });

  test("fields that are missing", async () => {
    const { password, host, ...credentials } = onRedshift();
    expect([password, host]).not.toContain(undefined);
    const diagnosis = await diagnose({ credentials });
    expectFailure(
      diagnosis,
      "credentials",
      /host is missing.*; password is missing|host.*password is missing/,
      /Correct what/,
    );
  });

  test("an application name that the warehouse would refuse, and goes on without it", async () => {
    const diagnosis = await examine("snowflake", { application: "7 of nine" });
    expect(stageOf(diagnosis, "credentials")).toMatchObject({
      outcome: "warning",
      seen: expect.stringContaining('"7 of nine" is left out') as string,
      advice: expect.stringContaining("application") as string,
    });
    expect(diagnosis.ok).toBe(true);
  });
});

describe("the doctor finds on the way", () => {
  test("a name that is unknown", async () => {
    const diagnosis = await diagnose({ credentials: { ...onRedshift(), host: "cluster.invalid" } });
    expectFailure(diagnosis, "dns", /(?:no host|the name) cluster\.invalid .*\(E\w+\)/, /VPN|name server/);
    expect(outcomes(diagnosis)).toMatchObject({ tcp: "skipped", login: "skipped", storage: "warning" });
  });

  test("a port that is closed", async () => {
    const port = await closedPort();
    const diagnosis = await diagnose({ credentials: { ...onRedshift(), port }, tls: false });
    expectFailure(diagnosis, "tcp", /ECONNREFUSED/, new RegExp(`Nothing listens on port ${port}`));
  });

  test("a server that says nothing", async () => {
    const { port } = await blackHole();
    const diagnosis = await diagnose({ credentials: { ...onRedshift(), port }, timeoutMs: 2_400 });
    expectFailure(diagnosis, "tls", /no answer within 400 ms/, /firewall/);
  });

  test("a server without TLS", async () => {
    const diagnosis = await diagnose({ credentials: onRedshift(), tls: true });
    expectFailure(diagnosis, "tls", /does not offer TLS/, /tls: false/);
    const other = await diagnose({ credentials: onSnowflake(), tls: true });
    expectFailure(other, "tls", /./, /does not speak TLS/);
  });

  test.each([
    ["an authority that nobody trusts", "localhost", undefined, false, /DEPTH_ZERO_SELF_SIGNED_CERT/, /tls: \{ ca \}/],
    ["another name", "warehouse.example", undefined, true, /for warehouse\.example, not for localhost/, /servername/],
    ["the past", "localhost", "20210101000000Z", true, /ran out on 2021-01-01/, /renew it/],
  ])("a certificate of %s, on both warehouses", async (_, name, until, isTrusted, seen, advice) => {
    const certificate = selfSigned(name, until);
    const tls = isTrusted ? { ca: certificate.cert } : true;
    const redshift = keep(await startRedshift({ postgres: inject("postgres"), tls: certificate }));
    const snowflake = keep(await startSnowflake({ tls: certificate }));
    for (const credentials of [redshiftCredentials(redshift), snowflakeCredentials(snowflake)]) {
      const diagnosis = await diagnose({ credentials: { ...credentials, host: "localhost" }, tls });
      const { details } = expectFailure(diagnosis, "tls", seen, advice);
      expect(details).toMatchObject({ names: name, chain: [name], issuer: name });
      expect(stageOf(diagnosis, "login").outcome).toBe("skipped");
    }
  });

  test("a proxy that refuses the way, or wants to know who asks", async () => {
    const credentials = { ...onSnowflake(), host: "acme.snowflakecomputing.com", port: 443 };
    for (const [status, advice] of [
      [403, /must allow CONNECT/],
      [407, /user and a password/],
    ] as const) {
      await using proxy = await startProxy(place.local.snowflake.port, status);
      const diagnosis = await diagnose({ credentials, proxy: proxy.url });
      expectFailure(diagnosis, "tcp", new RegExp(`from the option proxy refuses the way \\(HTTP ${status}\\)`), advice);
      expect(stageOf(diagnosis, "dns")).toMatchObject({
        outcome: "skipped",
        seen: expect.stringContaining("proxy") as string,
      });
      expect(proxy.targets).toEqual(["acme.snowflakecomputing.com:443"]);
    }
  });

  test("a proxy that is not there, and one that says nothing", async () => {
    const credentials = { ...onSnowflake(), host: "acme.snowflakecomputing.com", port: 443 };
    const { port } = await blackHole();
    const silent = await diagnose({ credentials, proxy: `http://127.0.0.1:${port}`, timeoutMs: 2_400 });
    expectFailure(silent, "tcp", /no answer within 400 ms/, /proxy, or the server behind it/);
    const diagnosis = await diagnose({ credentials, proxy: `http://127.0.0.1:${await closedPort()}` });
    expectFailure(diagnosis, "tcp", /ECONNREFUSED/, /proxy itself cannot be reached/);
  });
});

describe("the doctor finds at the door", () => {
  test("a wrong password, tried once", async () => {
    const logins = () => [place.local.redshift.logins().length, place.local.snowflake.logins().length];
    const before = logins();
    const one = await diagnose({ credentials: { ...onRedshift(), password: "wrong-password" }, tls: false });
    expectFailure(one, "login", /Redshift refused the login/, /password anew/);
    const other = await diagnose({ credentials: { ...onSnowflake(), password: "wrong-password" }, tls: false });
    expectFailure(other, "login", /Snowflake refused the login/, /locks a user/);
    expect(JSON.stringify([one, other])).not.toContain("No other login");
    expect(outcomes(other)).toMatchObject({ query: "skipped", storage: "warning", versions: "passed" });
    expect(logins()).toEqual(before.map((count) => count + 1));
  });

  test("an OAuth token that has run out", async () => {
    const { user, password, ...rest } = onSnowflake();
    expect(password).toBeDefined();
    const accessToken = place.local.snowflake.issueToken(user, 1);
    const diagnosis = await diagnose({ credentials: { ...rest, authType: "oauth", accessToken }, tls: false });
    expectFailure(diagnosis, "login", /OAuth access token expired/, /Authorise the warehouse's OAuth connection again/);
  });

  test("a database that does not exist", async () => {
    const diagnosis = await diagnose({ credentials: { ...onRedshift(), database: "nowhere" }, tls: false });
    expectFailure(diagnosis, "login", /database "nowhere" does not exist/, /correct its name/);
  });

  test("a cluster without a session left", async () => {
    const admit = place.local.redshift.inject({
      operation: "login",
      kind: "error",
      times: Infinity,
      message: 'connection limit "500" exceeded for non-bootstrap users',
    });
    try {
      expectFailure(await examine("redshift"), "login", /connection limit/, /no session left/);
    } finally {
      admit();
    }
  });

  test("a Redshift Serverless that is paused", async () => {
    const { port } = await blackHole();
    const diagnosis = await diagnose({ credentials: { ...onRedshift(), port }, tls: false, timeoutMs: 2_000 });
    expectFailure(diagnosis, "login", /no answer within 1\.\d s/, /paused takes over a minute/);
  });

  test("an onSession that fails", async () => {
    const diagnosis = await examine("redshift", { onSession: async (session) => session.query("select nothing") });
    expectFailure(diagnosis, "login", /onSession failed/, /correct the function onSession/);
  });
});

describe("the doctor finds inside", () => {
  test("a schema that does not exist; queries run all the same", async () => {
    const diagnosis = await examine("redshift", { schema: "nowhere" });
    expectFailure(diagnosis, "session", /there is no schema "nowhere"/, /Correct the schema/);
    expect(outcomes(diagnosis)).toMatchObject({ query: "passed", latency: "passed", decoding: "passed" });
  });

  test("a schema that the user may not use", async () => {
    // The stand-in's own users may do anything; a role that is there already stays as it is.
    await place.local.redshift.query("drop role if exists doctor_guest; create role doctor_guest nologin");
    const server = keep(
      await startRedshift({ postgres: inject("postgres"), users: { doctor_guest: { password: "peak-password" } } }),
    );
    await server.query("create schema closed");
    const diagnosis = await diagnose({ credentials: redshiftCredentials(server), schema: "closed", tls: false });
    expectFailure(diagnosis, "session", /may not use the schema "closed"/, /GRANT USAGE ON SCHEMA/);
  });

  test("a virtual warehouse that does not wake; what needs none goes on", async () => {
    place.local.snowflake.suspendWarehouse();
    try {
      const diagnosis = await examine("snowflake", { timeoutMs: 2_000 });
      expectFailure(diagnosis, "warehouse", /no answer within/, /AUTO_RESUME/);
      expect(outcomes(diagnosis)).toMatchObject({ query: "passed", decoding: "passed" });
      await expect.poll(() => place.local.snowflake.running()).toEqual([]);
    } finally {
      place.local.snowflake.resumeWarehouse();
    }
  });

  test("a role that is no role, and an integration that is missing", async () => {
    const diagnosis = await diagnose({ credentials: { ...onRedshift(), iamRole: "peak-tenant" }, tls: false });
    expectFailure(diagnosis, "storage", /not the ARN of a role/, /iamRole/);
    const { integration, ...credentials } = { integration: "", ...onSnowflake() };
    expect(integration).toBeDefined();
    const other = await diagnose({ credentials, tls: false });
    expect(stageOf(other, "storage")).toMatchObject({
      outcome: "warning",
      advice: expect.stringContaining("integration") as string,
    });
    expect(other.ok).toBe(true);
  });

  test("an export's target that cannot be written, also where nothing else is in order", async () => {
    const diagnosis = await examine("redshift", { exportTo: "/nowhere/at/all.parquet" });
    expectFailure(diagnosis, "export", /ENOENT/, /Make the folder first/);
    const other = await diagnose({ baseUrl: place.local.api.url, exportTo: "/" });
    expect(stageOf(other, "export")).toMatchObject({
      outcome: "failed",
      seen: expect.stringContaining("no file") as string,
    });
  });
});
