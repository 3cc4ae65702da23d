import { describe, expect, test } from "vitest";
import { apiSettings, type ApiOptions } from "../../src/credentials/settings.ts";
import { chooseProxy } from "../../src/credentials/proxy.ts";
import { refusal } from "./exposure.ts";

const key = "k3y-of-the-tenant";

describe("apiSettings", () => {
  test("refuses a warehouse's name that no URL can hold", async () => {
    await refusal(() => apiSettings({ apiKey: "k", warehouseName: "\ud800" }, {}), "INVALID_ARGUMENT");
  });

  test("takes options before our variables, those before the Python SDK's, and prod last", () => {
    const env = {
      PEAK_API_KEY: "ours",
      API_KEY: "sdk's",
      PEAK_BASE_URL: "https://base.example",
      PEAK_STAGE: "ours",
      STAGE: "sdks",
    };
    const read = (options: ApiOptions, ...without: readonly string[]) => {
      const left = Object.fromEntries(Object.entries(env).filter(([name]) => !without.includes(name)));
      const { apiKey, baseUrl, chosenBy } = apiSettings(options, { API_KEY: "last", ...left });
      return [apiKey, chosenBy.apiKey, baseUrl, chosenBy.baseUrl];
    };
    expect(read({ apiKey: "mine", baseUrl: "https://mine.example", stage: "x" })).toEqual([
      "mine",
      "the option apiKey",
      "https://mine.example",
      "the option baseUrl",
    ]);
    expect(read({ stage: "x" }).slice(2)).toEqual(["https://service.x.peak.ai", "the option stage"]);
    expect(read({})).toEqual([
      "ours",
      "the environment variable PEAK_API_KEY",
      "https://base.example",
      "the environment variable PEAK_BASE_URL",
    ]);
    expect(read({}, "PEAK_BASE_URL")[2]).toBe("https://service.ours.peak.ai");
    expect(read({}, "PEAK_BASE_URL", "PEAK_STAGE", "PEAK_API_KEY")).toEqual([
      "sdk's",
      "the environment variable API_KEY",
      "https://service.sdks.peak.ai",
      "the environment variable STAGE",
    ]);
    expect(read({}, "PEAK_BASE_URL", "PEAK_STAGE", "STAGE").slice(2)).toEqual([
      "https://service.peak.ai",
      'the default stage "prod"',
    ]);
  });

  test("takes empty strings for missing ones", () => {
    const env = { PEAK_API_KEY: "", API_KEY: key, PEAK_STAGE: "", STAGE: "", PEAK_BASE_URL: "" };
    expect(apiSettings({ apiKey: "", stage: "", baseUrl: "", warehouseName: "", proxy: "" }, env)).toMatchObject({
      apiKey: key,
      baseUrl: "https://service.peak.ai",
      warehouseName: undefined,
      proxy: undefined,
    });
  });

  test.each([
    ["prod", "https://service.peak.ai"],
    ["latest", "https://service.dev.peak.ai"],
    ["test", "https://service.test.peak.ai"],
    ["Beta-2", "https://service.beta-2.peak.ai"],
  ])("knows the address of the stage %s", (stage, url) => {
    expect(apiSettings({ apiKey: key, stage }, {}).baseUrl).toBe(url);
  });

  test.each(["a.b", "evil.com/", "x@evil.com", "x#", "-x", "x-", "ü", "a".repeat(64), " prod", "x\n"])(
    "refuses the stage %j, which would change the host that receives the key",
    async (stage) => {
      const error = await refusal(() => apiSettings({ apiKey: key, stage }, {}), "INVALID_ARGUMENT", [key]);
      expect(error.message).toContain("from the option stage");
      await refusal(() => apiSettings({ apiKey: key }, { STAGE: stage }), "INVALID_ARGUMENT", [key]);
    },
  );

  test.each([
    ["https://gateway.example/peak/", "https://gateway.example/peak"],
    ["https://gateway.example:8443", "https://gateway.example:8443"],
    ["http://127.0.0.1:4010/", "http://127.0.0.1:4010"],
    ["http://localhost:1", "http://localhost:1"],
    ["http://[::1]:1", "http://[::1]:1"],
  ])("takes the base URL %s", (baseUrl, expected) => {
    expect(apiSettings({ apiKey: key, baseUrl }, {}).baseUrl).toBe(expected);
  });

  test.each([
    "http://service.peak.ai",
    "http://127.0.0.1.evil.com",
    "http://10.0.0.1",
    "ftp://service.peak.ai",
    "service.peak.ai",
    "https://us3r:s3cr3t@service.peak.ai",
    "https://service.peak.ai?s3cr3t",
    "https://service.peak.ai#",
  ])("refuses the base URL %s without showing it", async (baseUrl) => {
    const error = await refusal(() => apiSettings({ apiKey: key, baseUrl }, {}), "INVALID_ARGUMENT", ["s3cr3t", key]);
    expect(error.message).toContain("from the option baseUrl");
    const env = { PEAK_BASE_URL: baseUrl };
    const fromEnv = await refusal(() => apiSettings({ apiKey: key }, env), "INVALID_ARGUMENT", ["s3cr3t"]);
    expect(fromEnv.message).toContain("PEAK_BASE_URL");
  });

  test("says where to put a key when there is none", async () => {
    const error = await refusal(() => apiSettings({}, { API_KEY: "" }), "CREDENTIALS");
    expect(error.message).toContain("PEAK_API_KEY");
  });

  test.each(["k3y-with-newline\n", "k3y\r\nx-evil: 1", "k3y-ł", " k3y-with-space", "k3y-\u0000"])(
    "refuses the API key %j without showing it",
    async (apiKey) => {
      const error = await refusal(() => apiSettings({ apiKey }, {}), "INVALID_ARGUMENT", ["k3y"]);
      expect(error.message).toContain("from the option apiKey");
      const fromEnv = await refusal(() => apiSettings({}, { API_KEY: apiKey }), "INVALID_ARGUMENT", ["k3y"]);
      expect(fromEnv.message).toContain("the environment variable API_KEY");
    },
  );

  test("takes a bearer token and latin-1 as they are", () => {
    for (const apiKey of ["Bearer abc.def", "clé"]) expect(apiSettings({ apiKey }, {}).apiKey).toBe(apiKey);
  });

  test("refuses options that are not strings", async () => {
    const options = { apiKey: 5 } as unknown as ApiOptions; // As plain JavaScript may pass it.
    await refusal(() => apiSettings(options, {}), "INVALID_ARGUMENT");
  });
});

describe("chooseProxy", () => {
  const target = new URL("https://service.peak.ai");
  const host = (option: string | false | undefined, env: Record<string, string> = {}, to = target) =>
    chooseProxy(to, option, env)?.url.host;

  test("takes the option, else the variables in both cases, the lower one first", () => {
    const env = { HTTPS_PROXY: "http://upper:1", https_proxy: "http://lower:1", HTTP_PROXY: "http://plain:1" };
    expect(host("http://mine:1", env)).toBe("mine:1");
    expect(host(undefined, env)).toBe("lower:1");
    expect(host(undefined, { ...env, https_proxy: "" })).toBe("upper:1");
    expect(host(undefined, { HTTP_PROXY: "http://plain:1" })).toBeUndefined();
    expect(host(undefined, env, new URL("http://other.example"))).toBe("plain:1");
    expect(host(undefined, { HTTPS_PROXY: "bare:3128" })).toBe("bare:3128");
    expect(host(false, env)).toBeUndefined();
  });

  test.each(["service.peak.ai", "peak.ai", ".peak.ai", "*.peak.ai", "*", "a, PEAK.AI", "peak.ai:443"])(
    "obeys NO_PROXY=%s",
    (list) => {
      expect(host(undefined, { HTTPS_PROXY: "http://p:1", NO_PROXY: list })).toBeUndefined();
      expect(host(undefined, { HTTPS_PROXY: "http://p:1", no_proxy: list })).toBeUndefined();
    },
  );

  test.each(["eak.ai", "xpeak.ai", "peak.ai:80", "other"])("is not led astray by NO_PROXY=%s", (list) => {
    expect(host(undefined, { HTTPS_PROXY: "http://p:1", NO_PROXY: list })).toBe("p:1");
  });

  test("never proxies loopback", () => {
    for (const url of ["https://127.0.0.1:1", "https://localhost", "https://[::1]:1"]) {
      expect(host("http://mine:1", {}, new URL(url))).toBeUndefined();
      expect(host(undefined, { HTTPS_PROXY: "http://p:1" }, new URL(url))).toBeUndefined();
    }
  });

  test("takes null for missing, and refuses what is neither a string nor false", async () => {
    const given = (option: unknown) => option as string; // As plain JavaScript may pass it.
    expect(host(given(null), { HTTPS_PROXY: "http://p:1" })).toBe("p:1");
    for (const option of [true, 5, {}, new URL("http://p:1")]) {
      const error = await refusal(() => host(given(option)), "INVALID_ARGUMENT");
      expect(error.message).toBe("The option proxy must be a URL as a string, or false for none.");
    }
  });

  test("refuses what is no http proxy without showing its password", async () => {
    for (const proxy of [
      "socks5://u:s3cr3t@host",
      "http://u:s3cr3t@",
      "http://u:s3cr3t%@proxy",
      "http://u:s3cr3t%ff@proxy",
      "ht tp://s3cr3t",
    ]) {
      await refusal(() => host(proxy), "INVALID_ARGUMENT", ["s3cr3t"]);
      const error = await refusal(() => host(undefined, { HTTPS_PROXY: proxy }), "INVALID_ARGUMENT", ["s3cr3t"]);
      expect(error.message).toContain("HTTPS_PROXY");
    }
  });
});
