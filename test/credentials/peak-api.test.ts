import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Call } from "../../src/call.ts";
import { fetchCredentials, getCredentials, listWarehouses } from "../../src/credentials/peak-api.ts";
import { apiLimits } from "../../src/credentials/request.ts";
import type { ApiOptions } from "../../src/credentials/settings.ts";
import { startPeakApi, type PeakApi } from "../../src/testing/peak-api/index.ts";
import { selfSigned } from "./certificate.ts";
import { refusal } from "./exposure.ts";
import { startProxy } from "./proxy.ts";

const key = "Bearer k3y-of-the-tenant";
const secrets = ["k3y-of-the-tenant", "s3cr3t"];
const redshift = {
  dataWarehouseType: "amazon_redshift",
  authType: "basic",
  connectionString: "postgresql://user:s3cr3t@cluster.example:5439/db",
  host: "cluster.example",
  port: "5439",
  database: "db",
  user: "user",
  password: "s3cr3t",
};
const expected = { ...redshift, port: 5439 };
const token = {
  dataWarehouseType: "snowflake",
  authType: "oauth",
  host: "h",
  database: "d",
  accessToken: "s3cr3t-token",
};
const tenant = {
  key,
  warehouses: [
    { name: "first", default: true, credentials: redshift },
    { name: "the second & last", credentials: token, metadata: { "role.default": "ANALYST" } },
  ],
};

/** As the real ones, but without the waits of 4 and 8 seconds. */
const quick = { ...apiLimits, waitsMs: [0, 1, 2] };

let api: PeakApi;
let options: ApiOptions;

beforeEach(async () => {
  for (const name of ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"]) vi.stubEnv(name, undefined);
  api = await startPeakApi();
  api.addTenant(tenant);
  options = { baseUrl: api.url, apiKey: key };
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await api.close();
});

/** Serves on a free port of loopback until the end of the test's scope. */
async function serving(server: Server) {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const answering = (listener: RequestListener) => serving(createHttpServer(listener));

describe("getCredentials", () => {
  test("asks the v2 endpoint once, with the key as it is, no body and no query", async () => {
    expect(await getCredentials(options)).toEqual(expected);
    expect(api.requests()).toMatchObject([
      { method: "GET", path: "/connections/api/v2/connections/credentials", query: {}, bodyBytes: 0, key: "known" },
    ]);
  });

  test("reads key and address from the environment", async () => {
    vi.stubEnv("PEAK_API_KEY", undefined);
    vi.stubEnv("API_KEY", key);
    vi.stubEnv("PEAK_BASE_URL", `${api.url}/`);
    expect(await getCredentials()).toEqual(expected);
  });

  test("asks for a warehouse by name, percent-encoded, where one is named", async () => {
    expect(await getCredentials({ ...options, warehouseName: "the second & last" })).toMatchObject({
      authType: "oauth",
    });
    expect(api.requests()[0]?.query).toEqual({ warehouse: "the second & last" });
  });

  test("goes through a path that a gateway needs", async () => {
    await using gateway = await answering((request, response) =>
      response.end(JSON.stringify(request.url === "/peak/connections/api/v2/connections/credentials" ? redshift : {})),
    );
    expect(await getCredentials({ ...options, baseUrl: `${gateway.url}/peak/` })).toEqual(expected);
  });

  test("stamps the credentials with the time of their receipt and whether the API was plain", async () => {
    const before = Date.now();
    const { receivedAt, fromPlainLoopback } = await fetchCredentials(options, new Call());
    expect(receivedAt).toBeGreaterThanOrEqual(before);
    expect(receivedAt).toBeLessThanOrEqual(Date.now());
    expect(fromPlainLoopback).toBe(true);
  });

  test("explains a key that is refused, naming where key and address came from", async () => {
    const error = await refusal(
      () => getCredentials({ ...options, apiKey: "k3y-of-the-tenant-x" }),
      "CREDENTIALS",
      secrets,
    );
    expect(error.message).toContain(`The Peak API at ${new URL(api.url).host} does not accept the API key (HTTP 401)`);
    expect(error.message).toContain("key came from the option apiKey, the address from the option baseUrl");
    expect(error).toMatchObject({ vendorCode: "401", retryable: false });
    vi.stubEnv("PEAK_API_KEY", "k3y-of-the-tenant-y");
    const fromEnv = await refusal(() => getCredentials({ baseUrl: api.url }), "CREDENTIALS", secrets);
    expect(fromEnv.message).toContain("the environment variable PEAK_API_KEY");
    expect(api.requests()).toHaveLength(2);
  });

  test("explains a key that may not", async () => {
    api.disable(key);
    const { message } = await refusal(() => getCredentials(options), "CREDENTIALS", secrets);
    expect(message).toContain("forbids this API key");
    expect(message).toContain('It said: "The API key is disabled."');
  });

  test("explains a warehouse that there is not, by name or by default", async () => {
    const named = await refusal(() => getCredentials({ ...options, warehouseName: "nope" }), "CREDENTIALS", secrets);
    expect(named.message).toContain(
      'no warehouse of the name "nope", which came from the option warehouseName (HTTP 404)',
    );
    api.addTenant({ key, warehouses: [] });
    const { message } = await refusal(() => getCredentials(options), "CREDENTIALS", secrets);
    expect(message).toContain("no default warehouse");
    expect(message).toContain("listWarehouses()");
  });

  test.each([400, 409, 422])("gives the status %i without asking again", async (status) => {
    api.inject({ kind: "error", status });
    const error = await refusal(() => getCredentials(options), "CREDENTIALS", secrets);
    expect(error.message).toContain(`(HTTP ${status})`);
    expect(api.requests()).toHaveLength(1);
  });

  test("refuses a redirect instead of taking the key elsewhere", async () => {
    let elsewhere = 0;
    await using other = await answering((_, response) => {
      elsewhere++;
      response.end();
    });
    await using redirecting = await answering((_, response) =>
      response.writeHead(302, { location: `${other.url}/path?s3cr3t` }).end(),
    );
    const error = await refusal(() => getCredentials({ ...options, baseUrl: redirecting.url }), "CREDENTIALS", secrets);
    expect(error.message).toContain(`redirects to 127.0.0.1:${other.port} (HTTP 302)`);
    expect(elsewhere).toBe(0);
  });

  test.each([
    ["<html>s3cr3t</html>", "text/html; charset=utf-8", "is not JSON (HTTP 200, content type text/html)"],
    ["s3cr3t", "text/plain", "is not JSON (HTTP 200, content type text/plain)"],
    ["", "application/json", "is empty"],
    ['"s3cr3t"', "application/json", "are not an object"],
    ['{"s3cr3t": 1}', "application/json", "dataWarehouseType is missing"],
    [`"${"s3cr3t".repeat(200_000)}"`, "application/json", "is larger than 1 MB"],
  ])("refuses the answer %.20j as %s without showing it", async (body, contentType, message) => {
    await using server = await answering((_, response) =>
      response.writeHead(200, { "content-type": contentType }).end(body),
    );
    const error = await refusal(() => getCredentials({ ...options, baseUrl: server.url }), "CREDENTIALS", secrets);
    expect(error.message).toContain(message);
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
  });

  test("quotes what the API says of a refusal: on one line, cut, and without the key", async () => {
    api.inject({ kind: "error", status: 400, body: { detail: `No\n${key} ${"x".repeat(500)}` } });
    const { message } = await refusal(() => getCredentials(options), "CREDENTIALS", secrets);
    expect(message).toContain('It said: "No <redacted> xxx');
    expect(message.length).toBeLessThan(600);
  });

  test.each([429, 500, 501, 503, 529])(
    "asks three times more after the status %i and keeps the last one",
    async (status) => {
      api.inject({ kind: "error", status, times: 3 });
      const { credentials } = await fetchCredentials(options, new Call(), quick);
      expect(credentials).toEqual(expected);
      api.inject({ kind: "error", status, times: 4 });
      const error = await refusal(() => fetchCredentials(options, new Call(), quick), "CREDENTIALS", secrets);
      expect(error.message).toContain(`(HTTP ${status})`);
      expect(error.message).toContain("It was asked 4 times.");
      expect(error.retryable).toBe(true);
      expect(api.requests()).toHaveLength(8);
    },
  );

  test("asks again after a lost connection, at once as the Python SDK", async () => {
    api.inject({ kind: "reset" });
    expect(await getCredentials(options)).toEqual(expected);
    expect(apiLimits).toEqual({ requestTimeoutMs: 10_000, totalTimeoutMs: 45_000, waitsMs: [0, 4_000, 8_000] });
  });

  test("says that nobody answers at an address", async () => {
    const unused = await answering((_, response) => response.end());
    await unused[Symbol.asyncDispose]();
    const work = () => fetchCredentials({ ...options, baseUrl: unused.url }, new Call(), quick);
    const error = await refusal(work, "CREDENTIALS", secrets);
    expect(error.message).toContain("cannot be reached: ");
    expect(error).toMatchObject({ vendorCode: "ECONNREFUSED", retryable: true });
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("gives up a request that is not answered in time, and asks again", async () => {
    api.inject({ kind: "hang" });
    const limits = { ...quick, requestTimeoutMs: 100 };
    expect((await fetchCredentials(options, new Call(), limits)).credentials).toEqual(expected);
    api.inject({ kind: "hang", times: 4 });
    const error = await refusal(() => fetchCredentials(options, new Call(), limits), "CREDENTIALS", secrets);
    expect(error.message).toContain("no answer within 100 ms");
  });

  test("gives up a body that trickles", async () => {
    await using slow = await answering((_, response) => response.writeHead(200).write('{"dataWarehouseType":'));
    const limits = { ...quick, requestTimeoutMs: 100, waitsMs: [] };
    const work = () => fetchCredentials({ ...options, baseUrl: slow.url }, new Call(), limits);
    expect((await refusal(work, "CREDENTIALS", secrets)).message).toContain("no answer within 100 ms");
  });

  test("waits as many seconds as Retry-After says", async () => {
    api.inject({ kind: "error", status: 503, retryAfter: 1 });
    await fetchCredentials(options, new Call(), quick);
    const [first, second] = api.requests().map(({ at }) => at);
    expect(second! - first!).toBeGreaterThanOrEqual(990);
  });

  test("waits until the date that Retry-After says", async () => {
    // HTTP dates have whole seconds.
    const date = Math.ceil(Date.now() / 1_000) * 1_000 + 1_000;
    api.inject({ kind: "error", status: 429, retryAfter: new Date(date) });
    await fetchCredentials(options, new Call(), quick);
    expect(api.requests()[1]!.at).toBeGreaterThanOrEqual(date - 10);
  });

  test("does not wait for a Retry-After beyond its whole budget", async () => {
    api.inject({ kind: "error", status: 429, retryAfter: 46 });
    const error = await refusal(() => getCredentials(options), "CREDENTIALS", secrets);
    expect(error.message).toContain("It asks to wait for 46 s.");
    expect(api.requests()).toHaveLength(1);
  });

  test("ends within its whole budget, requests and waits together", async () => {
    api.inject({ kind: "hang", times: 9 });
    const limits = { requestTimeoutMs: 200, totalTimeoutMs: 500, waitsMs: [0, 0, 0, 0, 0, 0] };
    const start = performance.now();
    await refusal(() => fetchCredentials(options, new Call(), limits), "CREDENTIALS", secrets);
    expect(performance.now() - start).toBeLessThan(1_500);
    expect(api.requests().length).toBeLessThanOrEqual(3);
  });

  test("rejects at once with the signal's own reason, before, during and between requests", async () => {
    const reason = { my: "reason" };
    await expect(getCredentials({ ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(api.requests()).toHaveLength(0);
    for (const fault of [{ kind: "hang" }, { kind: "error", status: 503, retryAfter: 30 }] as const) {
      const controller = new AbortController();
      const undo = api.inject(fault);
      const pending = getCredentials({ ...options, signal: controller.signal });
      const before = api.requests().length;
      await vi.waitFor(() => expect(api.requests().length).toBeGreaterThan(before));
      controller.abort(reason);
      await expect(pending).rejects.toBe(reason);
      undo();
    }
  });

  test("ends with TIMEOUT after timeoutMs", async () => {
    api.inject({ kind: "hang" });
    const error = await refusal(() => getCredentials({ ...options, timeoutMs: 50 }), "TIMEOUT", secrets);
    expect(error.effect).toBe("none");
    await expect(getCredentials({ ...options, timeoutMs: 0 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("leaves no connection behind, also none that was still being made", async () => {
    // It accepts, and never answers the TLS hello.
    const server = createServer((socket) => socket.on("error", () => undefined).resume());
    await using hole = await serving(server);
    const connected = once(server, "connection") as Promise<[Socket]>; // What the event brings.
    const controller = new AbortController();
    const baseUrl = `https://127.0.0.1:${hole.port}`;
    const pending = getCredentials({ ...options, baseUrl, signal: controller.signal });
    const [socket] = await connected;
    const closed = once(socket, "close");
    controller.abort("enough");
    await expect(pending).rejects.toBe("enough");
    await closed;
  });
});

describe("TLS and proxies", () => {
  const certificate = selfSigned("service.peak.ai");
  let secure: PeakApi;

  beforeEach(async () => {
    secure = await startPeakApi({ tls: certificate });
    secure.addTenant(tenant);
  });

  afterEach(() => secure.close());

  test("reaches the stage's own host through the proxy, and trusts the given authority besides Node's", async () => {
    await using proxy = await startProxy(secure.port);
    const through = { apiKey: key, proxy: proxy.url, tls: { ca: certificate.cert } };
    expect(await getCredentials(through)).toEqual(expected);
    expect(await getCredentials({ ...through, tls: { ca: [Buffer.from(certificate.cert)], servername: "x" } })).toEqual(
      expected,
    );
    expect(proxy.targets).toEqual(["service.peak.ai:443", "service.peak.ai:443"]);
    expect(proxy.logins).toEqual([undefined, undefined]);
  });

  test("takes the proxy of the environment, with its user and password, unless told not to", async () => {
    await using proxy = await startProxy(secure.port);
    vi.stubEnv("HTTPS_PROXY", proxy.url.replace("//", "//us%40er:s3cr3t@"));
    expect(await getCredentials({ apiKey: key, tls: { ca: certificate.cert } })).toEqual(expected);
    expect(proxy.logins).toEqual([`Basic ${Buffer.from("us@er:s3cr3t").toString("base64")}`]);
    expect(await getCredentials(options)).toEqual(expected); // Loopback.
    expect(proxy.targets).toHaveLength(1);
  });

  test.each([
    [407, "the proxy wants a user and a password (HTTP 407)"],
    [403, "the proxy refused the connection (HTTP 403)"],
  ])("names a proxy that answers %i, and not its password", async (status, message) => {
    await using proxy = await startProxy(secure.port, status);
    const url = proxy.url.replace("//", "//user:s3cr3t@");
    const work = () => fetchCredentials({ apiKey: key, proxy: url }, new Call(), { ...quick, waitsMs: [] });
    const error = await refusal(work, "CREDENTIALS", [...secrets, Buffer.from("user:s3cr3t").toString("base64")]);
    expect(error.message).toContain(`through the proxy ${new URL(proxy.url).host} from the option proxy: ${message}`);
  });

  test("refuses an authority that it does not know, without asking again, and says what to do", async () => {
    for (const tls of [undefined, true, false, { ca: selfSigned("service.peak.ai").cert }]) {
      await using proxy = await startProxy(secure.port);
      const error = await refusal(() => getCredentials({ apiKey: key, proxy: proxy.url, tls }), "CREDENTIALS", secrets);
      expect(error.message).toContain("tls: { ca }");
      expect(error.retryable).toBe(false);
      expect(proxy.targets).toHaveLength(1);
    }
    expect(secure.requests()).toHaveLength(0);
  });

  test("refuses a certificate of another name", async () => {
    await using proxy = await startProxy(secure.port);
    const work = () => getCredentials({ apiKey: key, stage: "test", proxy: proxy.url, tls: { ca: certificate.cert } });
    const error = await refusal(work, "CREDENTIALS", secrets);
    expect(error).toMatchObject({ vendorCode: "ERR_TLS_CERT_ALTNAME_INVALID", retryable: false });
    // Another authority would not help.
    expect(error.message).not.toContain("tls: { ca }");
    expect(error.message).toContain("The certificate is for another name");
    expect(proxy.targets).toHaveLength(1);
  });

  test("refuses what is not a certificate", async () => {
    for (const ca of [
      "/etc/ssl/ca.pem",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
      Buffer.from([1]),
    ]) {
      await expect(getCredentials({ ...options, tls: { ca } })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});

describe("listWarehouses", () => {
  test("gives the tenant's warehouses by the name of their kind", async () => {
    expect(await listWarehouses(options)).toEqual([
      {
        id: "tenant-1-1",
        name: "first",
        type: "redshift",
        isDefault: true,
        status: "active",
        metadata: { isDefault: true },
      },
      {
        id: "tenant-1-2",
        name: "the second & last",
        type: "snowflake",
        isDefault: false,
        status: "active",
        metadata: { isDefault: false, "role.default": "ANALYST" },
      },
    ]);
    expect(api.requests()).toMatchObject([{ path: "/connections/api/v1/connections/warehouses", query: {} }]);
  });

  test("puts up with other shapes", async () => {
    const listed = async (body: unknown) => {
      api.inject({ kind: "error", status: 200, body });
      return listWarehouses(options);
    };
    expect(await listed([{ id: 7, variant: "databricks", metadata: null }, null])).toEqual([
      { id: "7", name: "", type: "databricks", isDefault: false, status: "", metadata: {} },
      { id: "", name: "", type: "", isDefault: false, status: "", metadata: {} },
    ]);
    expect(await listed({ dataStores: [] })).toEqual([]);
    await refusal(() => listed({ other: 1 }), "CREDENTIALS", secrets);
  });

  test("refuses a warehouse's name, which would change nothing", async () => {
    await expect(listWarehouses({ ...options, warehouseName: "first" } as ApiOptions)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining('listWarehouses() has no option "warehouseName"') as string,
    });
    expect(api.requests()).toHaveLength(0);
  });

  test("explains a refused key as getCredentials does", async () => {
    const error = await refusal(
      () => listWarehouses({ ...options, apiKey: "k3y-of-the-tenant" }),
      "CREDENTIALS",
      secrets,
    );
    expect(error.message).toContain("HTTP 401");
  });
});
