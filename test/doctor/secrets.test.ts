import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startPeakApi, type PeakApi } from "peak-warehouse/testing";
import { diagnose, renderDiagnosis, type DiagnoseOptions } from "../../src/doctor/index.ts";
import { selfSigned } from "../credentials/certificate.ts";
import { everythingPrinted } from "../credentials/exposure.ts";
import { startProxy } from "../credentials/proxy.ts";
import { closedAfterEach } from "../integration/opened.ts";
import { serving } from "./finding.ts";

const keep = closedAfterEach();
const apiKey = "Bearer k3y/of+the?tenant";
const password = 'p@ss "w/rd"';
const accessToken = "t0ken+of/the=tenant";
const secrets = ["k3y/of", password, "p%40ss", 'p@ss \\"w', accessToken, "t0ken", "pr0xy"];

const redshift = (port: number) => ({
  dataWarehouseType: "amazon_redshift",
  authType: "basic",
  host: "127.0.0.1",
  port,
  database: "d",
  user: "u",
  password,
  connectionString: `postgresql://u:${encodeURIComponent(password)}@127.0.0.1:${port}/d`,
});
const snowflake = (port: number) => ({
  dataWarehouseType: "snowflake",
  authType: "oauth",
  host: "127.0.0.1",
  port,
  database: "d",
  accessToken,
});

let api: PeakApi;

beforeEach(async () => {
  api = keep(await startPeakApi());
});

afterEach(() => vi.unstubAllEnvs());

/** Diagnoses, and expects that no secret shows in whatever can be printed of it, as it comes or in the end. */
async function concealed(options: DiagnoseOptions = {}) {
  const told: unknown[] = [];
  const diagnosis = await diagnose({
    apiKey,
    baseUrl: api.url,
    timeoutMs: 5_000,
    onStage: (stage) => told.push(stage),
    ...options,
  });
  const printed = [everythingPrinted(diagnosis), everythingPrinted(told), renderDiagnosis(diagnosis, { color: true })];
  for (const secret of secrets) expect(printed.join("\n")).not.toContain(secret);
  // Nothing that a terminal would obey, but line ends.
  expect(renderDiagnosis(diagnosis).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  return diagnosis;
}

test("an API that quotes its key in a refusal shows none", async () => {
  const detail = `no: ${apiKey}, \u001b[31m${apiKey.split("").join("\u200b")}`;
  for (const status of [401, 403, 404, 500, 302]) {
    api.inject({ kind: "error", status, body: { detail }, times: 2 });
    expect((await concealed()).ok).toBe(false);
  }
});

test.each([
  ["host", `${password}.example`],
  ["database", password],
  ["schema", password],
  ["iamRole", `arn:aws:iam::123456789012:role/${password}`],
  ["iamRole", password],
  ["application", `${password}\u001b[0m`],
  ["authType", password],
  ["port", password],
])("an API that puts a secret into %s shows none", async (field, value) => {
  const { port } = keep(await serving(createServer((socket) => socket.destroy())));
  api.addTenant({ key: apiKey, warehouses: [{ name: "w", credentials: { ...redshift(port), [field]: value } }] });
  expect((await concealed()).ok).toBe(false);
});

test("an API that sends the password for a host shows none", async () => {
  const credentials = { ...redshift(1), host: "open-sesame.invalid", password: "open-sesame" };
  api.addTenant({ key: apiKey, warehouses: [{ name: "w", credentials }] });
  const diagnosis = await concealed();
  expect(JSON.stringify(diagnosis)).not.toContain("open-sesame");
  expect(diagnosis.stages.find(({ name }) => name === "dns")?.seen).toContain("<redacted>.invalid");
});

test("a Redshift that quotes the password it was told shows none", async () => {
  const message = (type: string, ...parts: readonly Buffer[]) => {
    const body = Buffer.concat(parts);
    const size = Buffer.alloc(4);
    size.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), size, body]);
  };
  const { port } = keep(
    await serving(
      createServer((socket: Socket) => {
        socket.once("data", () => {
          // AuthenticationCleartextPassword
          socket.write(message("R", Buffer.from([0, 0, 0, 3])));
          socket.once("data", (told) => {
            const said = told.toString("utf8", 5, told.length - 1);
            const error = `SFATAL\0C28000\0MYou said ${said}, ${encodeURIComponent(said)}\0DIndeed: ${said}\0\0`;
            socket.end(message("E", Buffer.from(error)));
          });
        });
      }),
    ),
  );
  api.addTenant({ key: apiKey, warehouses: [{ name: "w", credentials: redshift(port) }] });
  const diagnosis = await concealed();
  expect(diagnosis.stages.find(({ name }) => name === "login")?.seen).toMatch(/You said <redacted>/);
});

test("a Snowflake that quotes the token it was told shows none", async () => {
  const text = async (request: IncomingMessage) => (await request.toArray()).join("");
  const { port } = keep(
    await serving(
      createHttpServer((request, response) => {
        void text(request).then((said) => {
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify({ success: false, code: "390303", message: `You said ${accessToken} ${said}` }));
        });
      }),
    ),
  );
  api.addTenant({ key: apiKey, warehouses: [{ name: "w", credentials: snowflake(port) }] });
  const diagnosis = await concealed();
  expect(diagnosis.stages.find(({ name }) => name === "login")?.seen).toMatch(/<redacted>/);
});

test("a certificate that carries a secret shows none", async () => {
  const { createServer: createTlsServer } = await import("node:tls");
  const { port } = keep(await serving(createTlsServer(selfSigned(accessToken))));
  api.addTenant({ key: apiKey, warehouses: [{ name: "w", credentials: snowflake(port) }] });
  const diagnosis = await concealed({ tls: true });
  expect(diagnosis.stages.find(({ name }) => name === "tls")).toMatchObject({
    outcome: "failed",
    details: { names: "<redacted>", chain: ["<redacted>"] },
  });
});

test("a proxy's password is in nothing", async () => {
  await using proxy = await startProxy(1, 407);
  const url = `http://somebody:pr0xy@${new URL(proxy.url).host}`;
  const credentials = { ...snowflake(443), host: "acme.snowflakecomputing.com" };
  await concealed({ credentials, proxy: url });
  await concealed({ proxy: url, baseUrl: "https://peak.invalid" });
  vi.stubEnv("HTTPS_PROXY", url);
  await concealed({ credentials });
  vi.stubEnv("HTTPS_PROXY", "socks://somebody:pr0xy@127.0.0.1");
  await concealed({ credentials });
});

test("credentials of the caller's that cannot be read show nothing", async () => {
  await concealed({ credentials: `postgresql://u:${password}@h:x/d` });
  await concealed({ credentials: { password, accessToken } });
  await concealed({
    credentials: () => {
      throw new Error("nothing to see");
    },
  });
});
