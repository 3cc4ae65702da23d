import { getEventListeners, once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import sdk from "snowflake-sdk";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startSnowflake } from "peak-warehouse/testing";
import { Call } from "../../../src/call.ts";
import { parseCredentials } from "../../../src/credentials/schema.ts";
import { snowflakeDriver } from "../../../src/drivers/snowflake/index.ts";
import { snowflakeCredentials } from "../../integration/credentials.ts";

const settings = {
  overrides: {},
  timezone: "UTC",
  statementTimeoutMs: undefined,
  tag: undefined,
  proxyFor: () => undefined,
  tagOf: () => undefined,
  onNotice: undefined,
  warn: () => undefined,
};

describe("a Snowflake driver", () => {
  it("sets up the SDK once, so that a log level which the application sets later stays", async () => {
    const server = await startSnowflake();
    onTestFinished(() => server.close());
    const configured = vi.spyOn(sdk, "configure");
    onTestFinished(() => configured.mockRestore());
    const driver = snowflakeDriver(settings);
    const credentials = await parseCredentials(snowflakeCredentials(server), "the test");
    const logInAndOut = async () => (await driver.open({ credentials, tls: false }, new Call())).close();
    await logInAndOut();
    await logInAndOut();
    expect(configured.mock.calls).toEqual([[{ logLevel: "OFF", additionalLogToConsole: false }]]);
  });

  it("leaves no timer behind when it is told to stop between two attempts to log in", async () => {
    const server = createServer((socket) => socket.destroy());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    // A TCP server's address is never a pipe's name.
    const { port } = server.address() as AddressInfo;
    const credentials = await parseCredentials(
      {
        dataWarehouseType: "snowflake",
        authType: "basic",
        host: "127.0.0.1",
        port,
        database: "d",
        user: "u",
        password: "p",
      },
      "the test",
    );
    const running = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = running();
    const call = new Call();
    const opening = snowflakeDriver(settings).open({ credentials, tls: false }, call);
    const given = expect(opening).rejects.toBe("left");
    await expect.poll(() => getEventListeners(call.signal, "abort").length, { interval: 5 }).toBe(1);
    call.abort("left");
    await given;
    expect(running()).toBeLessThanOrEqual(before);
    expect(getEventListeners(call.signal, "abort")).toHaveLength(0);
  });
});
