import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { describe, expect, inject, test } from "vitest";
import { startPeakApi, startRedshift, startSnowflake, type LocalTenant } from "peak-warehouse/testing";
import { diagnose, type Stage } from "../../src/doctor/index.ts";
import { selfSigned } from "../credentials/certificate.ts";
import { startProxy } from "../credentials/proxy.ts";
import { redshiftCredentials, snowflakeCredentials } from "../integration/credentials.ts";
import { closedAfterEach } from "../integration/opened.ts";
import { standIns } from "../cli/stand-ins.ts";
import { outcomes, stageOf } from "./finding.ts";

const keep = closedAfterEach();
const place = standIns();

/** What every tenant's diagnosis has where all is well. */
const well = {
  configuration: "passed",
  api: "passed",
  key: "passed",
  credentials: "passed",
  token: "skipped",
  dns: "passed",
  tcp: "passed",
  tls: "skipped",
  login: "passed",
  session: "passed",
  warehouse: "passed",
  query: "passed",
  latency: "passed",
  decoding: "passed",
  storage: "passed",
  export: "skipped",
  versions: "passed",
};

describe("the doctor finds in order", () => {
  test.each<[LocalTenant, object]>([
    ["redshift", { warehouse: "skipped" }],
    ["snowflake", {}],
    ["snowflake-oauth", { token: "passed" }],
  ])("the tenant %s, as its environment has it", async (tenant, differences) => {
    const told: Stage[] = [];
    place.be(tenant);
    const diagnosis = await diagnose({ onStage: (stage) => told.push(stage) });
    expect(outcomes(diagnosis)).toEqual({ ...well, ...differences });
    expect(diagnosis.ok).toBe(true);
    expect(told).toEqual(diagnosis.stages);
    expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis);
    expect(stageOf(diagnosis, "configuration").details).toMatchObject({
      apiKeyFrom: "the environment variable PEAK_API_KEY",
      baseUrlFrom: "the environment variable PEAK_BASE_URL",
    });
    expect(stageOf(diagnosis, "versions").details).toMatchObject({
      node: process.version,
      pg: expect.stringMatching(/^\d/) as string,
      server: expect.stringMatching(/^(Redshift 1\.|Snowflake \d)/) as string,
    });
  });

  test("a session that it leaves nothing of", async () => {
    await diagnose({ apiKey: "redshift-key", baseUrl: place.local.api.url });
    await diagnose({ apiKey: "snowflake-key", baseUrl: place.local.api.url });
    await expect.poll(() => [place.local.redshift.sessions(), place.local.snowflake.sessions()]).toEqual([[], []]);
  });

  test("TLS, and tells its certificate, on both warehouses", async () => {
    const certificate = selfSigned("warehouse.example");
    const tls = { ca: certificate.cert, servername: "warehouse.example" };
    const redshift = keep(await startRedshift({ postgres: inject("postgres"), tls: certificate, requireTls: true }));
    const snowflake = keep(await startSnowflake({ tls: certificate }));
    await redshift.query("create schema publish");
    for (const credentials of [redshiftCredentials(redshift), snowflakeCredentials(snowflake)]) {
      const diagnosis = await diagnose({ credentials, tls });
      expect(outcomes(diagnosis)).toMatchObject({ tls: "passed", login: "passed", decoding: "passed" });
      expect(stageOf(diagnosis, "tls")).toMatchObject({
        seen: "TLSv1.3, certificate for warehouse.example by warehouse.example, valid until 2099-12-31",
        details: { protocol: "TLSv1.3", validTo: "2099-12-31T23:59:59.000Z" },
      });
    }
  });

  test("a certificate that runs out soon, with a warning", async () => {
    const soon = new Date(Date.now() + 5 * 86_400_000);
    const certificate = selfSigned("localhost", soon.toISOString().replace(/[-:T]|\.\d+/g, ""));
    const server = keep(await startRedshift({ postgres: inject("postgres"), tls: certificate }));
    const credentials = { ...redshiftCredentials(server), host: "localhost" };
    const diagnosis = await diagnose({ credentials, tls: { ca: certificate.cert } });
    expect(stageOf(diagnosis, "tls")).toMatchObject({
      outcome: "warning",
      seen: expect.stringContaining(`valid until ${soon.toISOString().slice(0, 10)}`) as string,
      advice: expect.stringContaining("renew") as string,
    });
    expect(stageOf(diagnosis, "login").outcome).toBe("passed");
  });

  test("the way through a proxy", async () => {
    const certificate = selfSigned("acme.snowflakecomputing.com");
    const snowflake = keep(await startSnowflake({ tls: certificate }));
    await using proxy = await startProxy(snowflake.port);
    const url = new URL(proxy.url);
    [url.username, url.password] = ["somebody", "pr%40xy-password"];
    const credentials = { ...snowflakeCredentials(snowflake), host: "acme", port: 443 };
    const diagnosis = await diagnose({ credentials, proxy: url.href, tls: { ca: certificate.cert } });
    expect(outcomes(diagnosis)).toMatchObject({ dns: "skipped", tcp: "passed", tls: "passed", login: "passed" });
    expect(diagnosis.ok).toBe(true);
    expect(new Set(proxy.targets)).toEqual(new Set(["acme.snowflakecomputing.com:443"]));
    expect(new Set(proxy.logins)).toEqual(
      new Set([`Basic ${Buffer.from("somebody:pr@xy-password").toString("base64")}`]),
    );
    expect(JSON.stringify(diagnosis)).not.toMatch(/pr(@|%40)xy-password/);
  });

  test("the API behind a proxy", async () => {
    const certificate = selfSigned("service.example");
    const api = keep(await startPeakApi({ tls: certificate }));
    const credentials = { ...redshiftCredentials(place.local.redshift), host: "localhost" };
    api.addTenant({ key: "a-key", warehouses: [{ name: "w", credentials }] });
    await using proxy = await startProxy(api.port);
    const baseUrl = "https://service.example";
    const diagnosis = await diagnose({ apiKey: "a-key", baseUrl, proxy: proxy.url, tls: { ca: certificate.cert } });
    expect(stageOf(diagnosis, "api")).toMatchObject({
      outcome: "passed",
      seen: "service.example answers (HTTP 200), TLSv1.3, certificate for service.example by service.example, valid until 2099-12-31",
    });
    expect(outcomes(diagnosis)).toMatchObject({ key: "passed", credentials: "passed" });
    expect(new Set(proxy.targets)).toEqual(new Set(["service.example:443"]));
  });

  test("an export's target, and leaves it as it was", async () => {
    const folder = await mkdtemp(join(tmpdir(), "peak-warehouse-"));
    try {
      const file = join(folder, "there.parquet");
      await writeFile(file, "as it was");
      for (const path of [file, join(folder, "new.parquet")]) {
        const diagnosis = await diagnose({ apiKey: "another-key", baseUrl: place.local.api.url, exportTo: path });
        expect(stageOf(diagnosis, "export").outcome).toBe("passed");
      }
      expect(await readdir(folder)).toEqual(["there.parquet"]);
      expect(await readFile(file, "utf8")).toBe("as it was");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("an export's place in S3, and one that is not there", async () => {
    const { endpoint, region, accessKeyId, secretAccessKey } = place.local.s3;
    const s3 = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
    const given = { apiKey: "another-key", baseUrl: place.local.api.url, s3 };
    const diagnosis = await diagnose({ ...given, exportTo: "s3://peak-tenant/exports/" });
    expect(stageOf(diagnosis, "export")).toMatchObject({ outcome: "passed" });
    expect(place.local.s3.objects("peak-tenant")).toEqual([]);
    const other = await diagnose({ ...given, exportTo: "s3://no-such-bucket/exports/" });
    expect(stageOf(other, "export")).toMatchObject({
      outcome: "failed",
      advice: expect.stringContaining("bucket") as string,
    });
    s3.destroy();
  });
});

describe("diagnose()", () => {
  const given = () => ({ apiKey: "redshift-key", baseUrl: place.local.api.url });

  test.each([
    { timeOut: 5 },
    { timeoutMs: 0 },
    { timeoutMs: "5" },
    { signal: {} },
    { exportTo: "" },
    { exportTo: 5 },
    { exportTo: "s3://x" },
    { onStage: "no" },
    "no object",
  ])("refuses %j", async (option) => {
    const options = typeof option === "string" ? option : { ...given(), ...option };
    // As plain JavaScript may pass it.
    await expect(diagnose(options as object)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("rejects with the signal's reason, before it begins and on the way, and lets go of everything", async () => {
    const reason = new Error("enough");
    await expect(diagnose({ ...given(), signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    for (const last of ["credentials", "login", "query"]) {
      const gone = new AbortController();
      const onStage = ({ name }: Stage) => {
        if (name === last) gone.abort(reason);
      };
      await expect(diagnose({ ...given(), signal: gone.signal, onStage })).rejects.toBe(reason);
    }
    await expect.poll(() => place.local.redshift.sessions()).toEqual([]);
  });

  test("rejects with what onStage throws", async () => {
    const reason = new Error("the pipe is broken");
    const onStage = () => {
      throw reason;
    };
    await expect(diagnose({ ...given(), onStage })).rejects.toBe(reason);
  });

  test("keeps to its time, and tells what it has left out", async () => {
    const undo = place.local.snowflake.inject({ operation: "login", kind: "hang", times: Infinity });
    try {
      const from = performance.now();
      const diagnosis = await diagnose({ ...given(), apiKey: "snowflake-key", timeoutMs: 1_500 });
      expect(performance.now() - from).toBeLessThan(3_500);
      expect(stageOf(diagnosis, "login")).toMatchObject({
        outcome: "failed",
        seen: expect.stringMatching(/^no answer within /) as string,
      });
      expect(diagnosis.stages).toHaveLength(17);
    } finally {
      undo();
    }
  });

  test("takes credentials of the caller's, and asks nobody else for them", async () => {
    const before = place.local.api.requests().length;
    const asked: string[] = [];
    const credentials = async () => {
      asked.push("credentials");
      return Promise.resolve(redshiftCredentials(place.local.redshift));
    };
    const diagnosis = await diagnose({ credentials, tls: false });
    expect(outcomes(diagnosis)).toMatchObject({
      api: "skipped",
      key: "skipped",
      credentials: "passed",
      login: "passed",
    });
    expect(asked).toEqual(["credentials", "credentials"]);
    expect(place.local.api.requests()).toHaveLength(before);
  });
});
