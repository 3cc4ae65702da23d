import { getEventListeners } from "node:events";
import http from "node:http";
import { gzipSync } from "node:zlib";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { fetchChunk, type ChunkRequest } from "../../../src/drivers/snowflake/chunks.ts";
import { serve } from "./server.ts";

function request(details: Partial<ChunkRequest> = {}): ChunkRequest {
  const agent = new http.Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return { agent, headers: {}, secure: false, signal: new AbortController().signal, ...details };
}

const rows = '["a",null],["b","c"]';
const chunkAt = (url: string) => ({ url, rowCount: 2 });

/** A server that gives one answer after the other, and counts how often it was asked. */
async function answering(...answers: ((response: http.ServerResponse, request: http.IncomingMessage) => void)[]) {
  const asked = { times: 0 };
  const origin = await serve((incoming, response) => {
    const answer = answers[Math.min(asked.times++, answers.length - 1)];
    answer?.(response, incoming);
  });
  return { asked, url: `${origin}/chunk?Signature=s3cret` };
}

const ok = (response: http.ServerResponse) => response.end(rows);
const status = (code: number) => (response: http.ServerResponse) => response.writeHead(code).end("<html>s3cret</html>");
const cut = (response: http.ServerResponse) => {
  response.writeHead(200, { "content-length": 100 });
  response.write(rows, () => response.destroy());
};
const reset = (response: http.ServerResponse) => response.destroy();

describe("a part of a result", () => {
  it("is fetched with the result's headers, plain or packed, also where a proxy has dropped the header", async () => {
    const packed = gzipSync(rows);
    const answers = [
      ok,
      (response: http.ServerResponse) => response.setHeader("content-encoding", "gzip").end(packed),
      (response: http.ServerResponse) => response.end(packed),
    ];
    for (const answer of answers) {
      const headers: unknown[] = [];
      const { url } = await answering((response, { headers: sent }) => {
        headers.push(sent["x-key"]);
        answer(response);
      });
      const bytes = await fetchChunk(chunkAt(url), request({ headers: { "x-key": "1" } }));
      expect(bytes.toString()).toBe(rows);
      expect(headers).toEqual(["1"]);
    }
  });

  it.each([
    ["a 503", status(503)],
    ["a 429", status(429)],
    ["a reset connection", reset],
    ["an answer cut short", cut],
  ])("is asked for again after %s", async (_, failure) => {
    const { url, asked } = await answering(failure, ok);
    expect((await fetchChunk(chunkAt(url), request())).toString()).toBe(rows);
    expect(asked.times).toBe(2);
  });

  it("is asked for four times, then the failure is the one error, which shows no signed address", async () => {
    const { url, asked } = await answering(status(500));
    const failure = fetchChunk(chunkAt(url), request());
    await expect(failure).rejects.toMatchObject({ code: "CONNECTION", phase: "fetch", effect: "none" });
    await expect(failure).rejects.toThrow("HTTP status 500");
    expect(inspect(await failure.catch((error: unknown) => error), { depth: null, showHidden: true })).not.toContain(
      "s3cret",
    );
    expect(asked.times).toBe(4);
  });

  it("is not asked for again where that cannot help", async () => {
    const { url, asked } = await answering(status(403));
    await expect(fetchChunk(chunkAt(url), request())).rejects.toThrow("HTTP status 403");
    expect(asked.times).toBe(1);
  });

  it("is never fetched in the clear for an encrypted session", async () => {
    const { url, asked } = await answering(ok);
    await expect(fetchChunk(chunkAt(url), request({ secure: true }))).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringContaining("unencrypted") as string,
    });
    expect(asked.times).toBe(0);
  });

  it("at an address that is none is the one error, and the address is not shown", async () => {
    const failure = await fetchChunk(chunkAt("s3cret"), request()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "CONNECTION", phase: "fetch" });
    expect(inspect(failure, { depth: null, showHidden: true })).not.toContain("s3cret");
  });

  it("is given up at once when the call is, with its reason, also between two attempts", async () => {
    for (const answer of [() => undefined, status(503)]) {
      const { url, asked } = await answering(answer);
      const stop = new AbortController();
      const fetching = fetchChunk(chunkAt(url), request({ signal: stop.signal }));
      const given = expect(fetching).rejects.toBe("left");
      await expect.poll(() => asked.times).toBe(1);
      stop.abort("left");
      await given;
      expect(asked.times).toBe(1);
    }
  });

  it("leaves no listener on the signal, which may live as long as the process", async () => {
    const { url } = await answering(status(503), ok);
    const { signal } = new AbortController();
    await fetchChunk(chunkAt(url), request({ signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});
