import { getEventListeners } from "node:events";
import http from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { download, type Downloading } from "../../../src/drivers/snowflake/download.ts";
import { serve } from "./server.ts";

function downloading(details: Partial<Downloading> = {}): Downloading {
  const agent = new http.Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return { agent, secure: false, signal: new AbortController().signal, ...details };
}

const rows = '["a",null],["b","c"]';

/** Downloads, and gives the rows as text. */
async function rowsAt(url: string, details?: Partial<Downloading>, headers = {}): Promise<string> {
  const body = await download({ url, headers }, downloading(details));
  if (body === "expired") return body;
  const bytes = Buffer.concat(body.pieces);
  return String(body.packed ? gunzipSync(bytes) : bytes);
}

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
const status =
  (code: number, body = "<html>s3cret</html>") =>
  (response: http.ServerResponse) =>
    response.writeHead(code).end(body);
const cut = (response: http.ServerResponse) => {
  response.writeHead(200, { "content-length": 100 });
  response.write(rows, () => response.destroy());
};
const cutWithoutLength = (response: http.ServerResponse) => {
  response.write(rows, () => response.destroy());
};
const stuck = (response: http.ServerResponse) => response.write(rows);
const reset = (response: http.ServerResponse) => response.destroy();
const silent = () => undefined;
const packed = gzipSync(rows.repeat(100));
const damaged = (bytes: Buffer) => (response: http.ServerResponse) => response.end(bytes);
const complaint = status(200, "<?xml version='1.0'?><Error><Code>InternalError</Code></Error>");

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
      expect(await rowsAt(url, {}, { "x-key": "1" })).toBe(rows);
      expect(headers).toEqual(["1"]);
    }
  });

  it.each([
    ["a 503", status(503)],
    ["a 408", status(408)],
    ["a 429", status(429)],
    ["a reset connection", reset],
    ["an answer cut short", cut],
    ["an answer cut short that did not tell its length", cutWithoutLength],
    ["no answer", silent],
    ["an answer that stops in its middle", stuck],
    [
      "a packed answer that is damaged in its middle",
      damaged(Buffer.concat([packed.subarray(0, 40), Buffer.alloc(40)])),
    ],
    ["a packed answer whose last byte is wrong", damaged(Buffer.concat([packed.subarray(0, -1), Buffer.of(0xff)]))],
    ["a packed answer that ends too soon", damaged(packed.subarray(0, -9))],
    [
      "an answer that says it is packed and is not",
      (response: http.ServerResponse) => response.setHeader("content-encoding", "gzip").end(rows),
    ],
    ["a complaint under status 200", complaint],
  ])("is asked for again after %s", async (_, failure) => {
    // Whether there is room to unpack it or not.
    for (const roomBytes of [100_000, undefined]) {
      const { url, asked } = await answering(failure, ok);
      expect(await rowsAt(url, { silenceMs: 150, roomBytes })).toBe(rows);
      expect(asked.times).toBe(2);
    }
  });

  it.each([0, 1, rows.length, 2 ** 31, 2 ** 50, -1])(
    "is read whatever room it is said to take: %d bytes",
    async (roomBytes) => {
      for (const text of ["", rows]) {
        const { url, asked } = await answering((response) => response.end(gzipSync(text)));
        expect(await rowsAt(url, { roomBytes })).toBe(text);
        expect(asked.times).toBe(1);
      }
    },
  );

  it.each([{ details: { silenceMs: -1 } }, { headers: { "x-key": "\n" } }])(
    "is not asked for again where Node refuses to ask: %j",
    async ({ details, headers }) => {
      const { url, asked } = await answering(ok);
      const beganMs = performance.now();
      await expect(rowsAt(url, details, headers)).rejects.toMatchObject({ code: "CONNECTION", phase: "fetch" });
      expect(asked.times).toBe(0);
      // The pauses between six attempts are 3 s.
      expect(performance.now() - beganMs).toBeLessThan(1_000);
    },
  );

  it("is asked for six times, then the failure is the one error, which shows no signed address", async () => {
    const { url, asked } = await answering(status(500));
    const failure = rowsAt(url);
    await expect(failure).rejects.toMatchObject({ code: "CONNECTION", phase: "fetch", effect: "none" });
    await expect(failure).rejects.toThrow("HTTP status 500");
    expect(inspect(await failure.catch((error: unknown) => error), { depth: null, showHidden: true })).not.toContain(
      "s3cret",
    );
    expect(asked.times).toBe(6);
  });

  it("is not asked for again where that cannot help", async () => {
    const { url, asked } = await answering(status(404));
    await expect(rowsAt(url)).rejects.toThrow("HTTP status 404");
    expect(asked.times).toBe(1);
  });

  it("has an address that may have expired, as S3 and Azure say it", async () => {
    for (const answer of [status(403), status(400, "<Error><Code>ExpiredToken</Code></Error>")]) {
      const { url, asked } = await answering(answer);
      expect(await rowsAt(url)).toBe("expired");
      expect(asked.times).toBe(1);
    }
    const { url } = await answering(status(400));
    await expect(rowsAt(url)).rejects.toThrow("HTTP status 400");
  });

  it("is never fetched in the clear for an encrypted session", async () => {
    const { url, asked } = await answering(ok);
    await expect(rowsAt(url, { secure: true })).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringContaining("unencrypted") as string,
    });
    expect(asked.times).toBe(0);
  });

  it("at an address that is none is the one error, and the address is not shown", async () => {
    const failure = await rowsAt("s3cret").catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "CONNECTION", phase: "fetch" });
    expect(inspect(failure, { depth: null, showHidden: true })).not.toContain("s3cret");
  });

  it("is given up at once when the call is, with its reason, also between two attempts", async () => {
    for (const answer of [silent, stuck, status(503)]) {
      const { url, asked } = await answering(answer);
      const stop = new AbortController();
      const given = expect(rowsAt(url, { signal: stop.signal })).rejects.toBe("left");
      await expect.poll(() => asked.times).toBe(1);
      stop.abort("left");
      await given;
      expect(asked.times).toBe(1);
    }
  });

  it("leaves no listener on the signal, which may live as long as the process", async () => {
    const { url } = await answering(status(503), ok);
    const { signal } = new AbortController();
    await rowsAt(url, { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});
