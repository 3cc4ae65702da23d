import { fetch } from "undici";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startPeakApi, type PeakApi } from "../../src/testing/peak-api/index.ts";

const redshift = { dataWarehouseType: "amazon_redshift", authType: "basic", host: "h", port: "5439" };

let api: PeakApi;
let clock = Date.UTC(2026, 0, 1);

beforeEach(async () => {
  api = await startPeakApi({ clock: { now: () => clock } });
  api.addTenant({
    key: "Bearer secret",
    name: "acme",
    warehouses: [
      { name: "first", credentials: redshift },
      {
        name: "second",
        default: true,
        credentials: ({ at }) => ({ dataWarehouseType: "snowflake", accessToken: `minted at ${at}` }),
        metadata: { "role.default": "ANALYST" },
      },
    ],
  });
});

afterEach(() => api.close());

const credentialsOf = (query = "", key = "Bearer secret", method = "GET") =>
  fetch(`${api.url}/connections/api/v2/connections/credentials${query}`, {
    method,
    headers: key === "" ? {} : { authorization: key },
  });

describe("startPeakApi", () => {
  test("answers the default warehouse, the named one, and makes credentials anew for each request", async () => {
    expect(await (await credentialsOf("?warehouse=first&type=data-warehouse")).json()).toEqual(redshift);
    expect(await (await credentialsOf()).json()).toMatchObject({ accessToken: `minted at ${clock}` });
    clock += 60_000;
    expect(await (await credentialsOf("?warehouse=")).json()).toMatchObject({ accessToken: `minted at ${clock}` });
  });

  test("lists the warehouses with their variants and metadata", async () => {
    const answer = await fetch(`${api.url}/connections/api/v1/connections/warehouses`, {
      headers: { authorization: "Bearer secret" },
    });
    const common = { type: "data_warehouse", status: "active" };
    expect(await answer.json()).toEqual({
      dataStores: [
        { id: "acme-1", name: "first", variant: "amazon_redshift", metadata: { isDefault: false }, ...common },
        {
          id: "acme-2",
          name: "second",
          variant: "snowflake",
          metadata: { isDefault: true, "role.default": "ANALYST" },
          ...common,
        },
      ],
      pageSize: 20,
    });
  });

  test.each([
    ["a missing key", 401, () => credentialsOf("", "")],
    ["an unknown key", 401, () => credentialsOf("", "secret")],
    ["another scheme", 401, () => credentialsOf("", "bearer secret")],
    ["an unknown warehouse", 404, () => credentialsOf("?warehouse=third")],
    ["another type", 400, () => credentialsOf("?type=lake")],
    ["another method", 405, () => credentialsOf("", "Bearer secret", "POST")],
    ["another path", 404, () => fetch(`${api.url}/connections/api/v3/connections/credentials`)],
  ])("refuses %s with %i and a detail", async (_, status, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ detail: expect.any(String) as string });
  });

  test("refuses a disabled key with 403 until it is enabled again", async () => {
    const enable = api.disable("Bearer secret");
    expect((await credentialsOf()).status).toBe(403);
    enable();
    expect((await credentialsOf()).status).toBe(200);
  });

  test("fails as often as it is told, with the status, body and headers it is told", async () => {
    api.inject({ kind: "error", status: 429, retryAfter: 7, times: 2 });
    api.inject({ kind: "error", status: 502, body: "<html>bad gateway</html>" });
    const undo = api.inject({ kind: "error", status: 500, times: Infinity });
    const answers = [await credentialsOf(), await credentialsOf(), await credentialsOf(), await credentialsOf()];
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 502, 500]);
    expect(answers[0]?.headers.get("retry-after")).toBe("7");
    expect(answers[2]?.headers.get("content-type")).toBe("text/html");
    expect(await answers[2]?.text()).toBe("<html>bad gateway</html>");
    undo();
    expect((await credentialsOf()).status).toBe(200);
  });

  test("resets a connection, hangs until it is closed, and holds an answer back", async () => {
    api.inject({ kind: "reset" });
    await expect(credentialsOf()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });

    const release = api.inject({ kind: "hold" });
    const held = credentialsOf("?warehouse=first");
    await expect.poll(() => api.requests().length).toBe(2);
    release();
    expect(await (await held).json()).toEqual(redshift);

    api.inject({ kind: "hang" });
    const hung = credentialsOf();
    await expect.poll(() => api.requests().length).toBe(3);
    await api.close();
    await expect(hung).rejects.toThrow();
  });

  test("records what arrived, without the key", async () => {
    await credentialsOf("?warehouse=first");
    await credentialsOf("", "nobody's key");
    const [known, unknown] = api.requests();
    expect(known).toMatchObject({ at: clock, method: "GET", query: { warehouse: "first" }, tenant: "acme" });
    expect(known?.path).toBe("/connections/api/v2/connections/credentials");
    expect([known?.key, unknown?.key]).toEqual(["known", "unknown"]);
    expect(JSON.stringify(api.requests())).not.toMatch(/secret|nobody's/);
  });

  test("gives up its port when closed, whatever connections are open", async () => {
    const answer = await credentialsOf();
    await answer.text();
    await api.close();
    const failure: unknown = await credentialsOf().catch((error: unknown) => error);
    expect(failure).toMatchObject({ cause: { code: "ECONNREFUSED" } });
  });
});
