import http from "node:http";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sessionAgent } from "../../../src/drivers/snowflake/agent.ts";
import { watchAnswers } from "../../../src/drivers/snowflake/answers.ts";
import { serve } from "./server.ts";

const plain = { secure: false, ca: undefined, servername: undefined, host: "127.0.0.1", proxy: undefined };

/** Answers of a session whose requests go to a server of the test's. */
async function session(listener: http.RequestListener) {
  const origin = await serve(listener);
  const answers = watchAnswers();
  const { agent } = sessionAgent(plain, (request) => answers.observe(request));
  /** Sends a request as the SDK does, reads the answer to its end, and says what came of it. */
  const send = async (path: string) =>
    new Promise<string>((resolve) => {
      const request = http.get(origin + path, { agent }, (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("end", () => resolve(Buffer.concat(pieces).toString("hex")));
        response.on("error", () => resolve("cut"));
      });
      request.on("error", () => resolve("failed"));
    });
  return { answers, send };
}

const submission = (id: string) => `/queries/v1/query-request?requestId=${id}&request_guid=1`;

describe("the answers of a session", () => {
  it("are kept for the statements that are expected, and given once", async () => {
    const { answers, send } = await session((request, response) => response.end(`answer to ${request.url ?? ""}`));
    answers.expect("a");
    await send(submission("a"));
    await send(submission("b"));
    await send("/session/heartbeat?requestId=a");
    expect(String(await answers.take("a", undefined))).toBe(`answer to ${submission("a")}`);
    expect(await answers.take("a", undefined)).toBeUndefined();
    expect(await answers.take("b", undefined)).toBeUndefined();
  });

  it("are the last ones: of a request that was repeated, and of a poll after it", async () => {
    let count = 0;
    const { answers, send } = await session((_, response) => response.end(String(++count)));
    answers.expect("a");
    await send(submission("a"));
    await send(submission("a"));
    expect(String(await answers.take("a", "q"))).toBe("2");
    answers.expect("b");
    await send(submission("b"));
    await send("/queries/q/result?requestId=x");
    await send("/queries/q/result");
    expect(String(await answers.take("b", "q"))).toBe("5");
  });

  it("are unpacked, and the SDK gets every byte as it was sent", async () => {
    const text = Buffer.from("answer ".repeat(1_000));
    const packed: Record<string, Buffer> = {
      gzip: gzipSync(text),
      "x-gzip": gzipSync(text),
      deflate: deflateSync(text),
      br: brotliCompressSync(text),
      identity: text,
    };
    for (const [encoding, bytes] of Object.entries(packed)) {
      const { answers, send } = await session((_, response) => {
        response.setHeader("content-encoding", encoding);
        response.end(bytes);
      });
      answers.expect("a");
      expect(await send(submission("a"))).toBe(bytes.toString("hex"));
      expect(await answers.take("a", undefined)).toEqual(text);
    }
  });

  it("that are cut or damaged are none, and no unhandled rejection, also where nobody asks for them", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      for (const taken of [true, false]) {
        for (const damage of ["cut", "packed wrongly"]) {
          const { answers, send } = await session((_, response) => {
            if (damage === "cut") response.writeHead(200, { "content-length": 100 });
            else response.writeHead(200, { "content-encoding": "gzip" });
            response.write("some", () => (damage === "cut" ? response.destroy() : response.end()));
          });
          answers.expect("a");
          await send(submission("a"));
          if (taken) expect(await answers.take("a", undefined)).toBeUndefined();
          // The decompressor works in another thread; a round trip of its own tells that it is done.
          await send("/");
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  it("that come after their statement was given up are not kept", async () => {
    let answer: (() => void) | undefined;
    const { answers, send } = await session((_, response) => {
      answer = () => response.end("late");
    });
    answers.expect("a");
    const sent = send(submission("a"));
    await expect.poll(() => answer).toBeDefined();
    expect(await answers.take("a", undefined)).toBeUndefined();
    answer?.();
    await sent;
    expect(await answers.take("a", undefined)).toBeUndefined();
  });

  it("to polls of a statement that was given up are not kept either", async () => {
    const { answers, send } = await session((_, response) => response.end("late"));
    answers.expect("a");
    await send(submission("a"));
    await answers.take("a", "q");
    await send("/queries/q/result");
    expect(await answers.take("a", "q")).toBeUndefined();
  });
});
