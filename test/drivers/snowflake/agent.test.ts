import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { describe, expect, it, vi } from "vitest";
import { sessionAgent, type AgentSettings } from "../../../src/drivers/snowflake/agent.ts";
import { selfSigned } from "../../credentials/certificate.ts";
import { startProxy } from "../../credentials/proxy.ts";
import { serve } from "./server.ts";
import type { AddressInfo } from "node:net";

const plain: AgentSettings = {
  secure: false,
  ca: undefined,
  servername: undefined,
  host: "127.0.0.1",
  proxy: undefined,
};

/** Sends a request and says how it ended: its status, or its error's code. */
async function get(url: string, agent: http.Agent, protocol: typeof http | typeof https = http): Promise<unknown> {
  return new Promise((resolve) => {
    const request = protocol.get(url, { agent }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
      response.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}

describe("a session's agent", () => {
  it("shows every request that it sends, and keeps the connection for the next", async () => {
    const ports = new Set<number | undefined>();
    const origin = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const seen: string[] = [];
    const { agent, kill } = sessionAgent(plain, ({ path }) => seen.push(path) > 0);
    for (const path of ["/a", "/b", "/c"]) expect(await get(origin + path, agent)).toBe(200);
    expect(seen).toEqual(["/a", "/b", "/c"]);
    expect(ports.size).toBe(1);
    kill();
  });

  it("when killed ends what is under way and refuses what comes, with the code that ends the SDK's retries", async () => {
    let arrived = 0;
    const origin = await serve(() => arrived++);
    const seen: string[] = [];
    const { agent, kill } = sessionAgent(plain, ({ path }) => seen.push(path) > 0);
    const waiting = [get(`${origin}/1`, agent), get(`${origin}/2`, agent)];
    await expect.poll(() => arrived).toBe(2);
    kill();
    expect(await Promise.all(waiting)).toEqual(["ERR_CANCELED", "ERR_CANCELED"]);
    expect(await get(`${origin}/3`, agent)).toBe("ERR_CANCELED");
    expect(arrived).toBe(2);
    expect(seen).toEqual(["/1", "/2"]);
    kill();
  });

  it("refuses a request that the SDK has repeated for long enough", async () => {
    const origin = await serve((_, response) => response.end());
    const { agent, kill } = sessionAgent(plain, () => true);
    expect(await get(`${origin}/queries/v1/query-request?requestId=1&retryCount=7&retryReason=503`, agent)).toBe(200);
    expect(await get(`${origin}/queries/v1/query-request?requestId=1&retryCount=8`, agent)).toBe("ERR_CANCELED");
    kill();
  });

  it("ends an answer that is half read", async () => {
    const origin = await serve((_, response) => response.write("half"));
    const { agent, kill } = sessionAgent(plain, () => true);
    const ended = new Promise((resolve) => {
      const request = http.get(origin, { agent }, (response) => {
        response.on("data", kill);
        response.on("error", () => true);
      });
      request.on("error", resolve);
    });
    expect(await ended).toMatchObject({ code: "ERR_CANCELED" });
  });

  it("asks for certificates to be checked whatever the environment says, and trusts what it is given", () => {
    const { agent } = sessionAgent({ ...plain, secure: true, ca: ["PEM"] }, () => true);
    expect(agent).toBeInstanceOf(https.Agent);
    expect(agent).toMatchObject({ options: { rejectUnauthorized: true, minVersion: "TLSv1.2", ca: ["PEM"] } });
  });

  it("goes through the proxy, and names the protocol that the SDK asks for", () => {
    for (const secure of [true, false]) {
      const { agent } = sessionAgent({ ...plain, secure, proxy: new URL("http://proxy:3128") }, () => true);
      expect(agent).toMatchObject({ protocol: secure ? "https:" : "http:", proxy: { host: "proxy:3128" } });
    }
  });

  describe("behind a proxy", () => {
    const name = "acme.snowflakecomputing.com";
    const { key, cert } = selfSigned(name);

    /** Asks a server with that certificate through a proxy, and says how that ended. */
    const outcome = async (settings: Partial<AgentSettings>, host = name) => {
      const server = https.createServer({ key, cert }, (_, response) => response.end());
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      // A TCP server's address is never a pipe's name.
      await using proxy = await startProxy((server.address() as AddressInfo).port);
      const { agent, kill } = sessionAgent(
        { ...plain, secure: true, host, proxy: new URL(proxy.url), ...settings },
        () => true,
      );
      try {
        return await get(`https://${host}/`, agent, https);
      } finally {
        kill();
        server.close();
      }
    };

    it("verifies the warehouse, by the authorities and the name that it is given", async () => {
      expect(await outcome({ ca: [cert] })).toBe(200);
      expect(await outcome({})).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
      expect(await outcome({ ca: [cert] }, "tunnel.example.com")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
      expect(await outcome({ ca: [cert], servername: name }, "tunnel.example.com")).toBe(200);
    });

    it("verifies it whatever the environment says", async () => {
      vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
      try {
        expect(await outcome({})).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
      } finally {
        vi.unstubAllEnvs();
      }
    });
  });
});
