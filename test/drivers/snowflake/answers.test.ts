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
    expect(String((await answers.take("a")).answer?.bytes)).toBe(`answer to ${submission("a")}`);
    expect((await answers.take("a")).answer?.bytes).toBeUndefined();
    expect((await answers.take("b")).answer?.bytes).toBeUndefined();
  });

  it("are the last ones: of a request that was repeated, and of the polls after it", async () => {
    const progress = JSON.stringify({ code: "333333", data: { getResultUrl: "/queries/q/result" }, success: true });
    let replies = ["1", "2"];
    const { answers, send } = await session((_, response) => response.end(replies.shift()));
    answers.expect("a");
    await send(submission("a"));
    await send(submission("a"));
    expect(String((await answers.take("a")).answer?.bytes)).toBe("2");
    replies = [progress, progress, "done"];
    answers.expect("b");
    await send(submission("b"));
    await send("/queries/q/result?request_guid=x");
    await send("/queries/q/result?request_guid=y");
    expect(String((await answers.take("b")).answer?.bytes)).toBe("done");
  });

  it("are asked for no more of a statement that was withdrawn, until the SDK has given it up", async () => {
    const { answers, send } = await session((_, response) => response.end("{}"));
    let giveUp: (() => void) | undefined;
    const givenUp = new Promise<void>((resolve) => (giveUp = resolve));
    answers.expect("a");
    expect(await send(submission("a"))).not.toBe("failed");
    answers.withdraw("a", givenUp);
    expect(await send(submission("a"))).toBe("failed");
    await answers.take("a");
    expect(await send(submission("a"))).toBe("failed");
    expect(await send(submission("b"))).not.toBe("failed");
    giveUp?.();
    await givenUp;
    expect(await send(submission("a"))).not.toBe("failed");
  });

  it("are not asked for without end", async () => {
    const { answers, send } = await session((_, response) => response.end("{}"));
    answers.expect("a");
    const sent = [];
    for (let time = 0; time < 20; time++) sent.push(await send(submission("a")));
    expect(sent.filter((answer) => answer !== "failed")).toHaveLength(12);
  });

  it("tell of refusals only while the server cannot have begun", async () => {
    const refusal = JSON.stringify({ success: false, code: "390111", data: null });
    const progress = JSON.stringify({ code: "333333", data: { getResultUrl: "/queries/q/result" }, success: true });
    let replies: (string | undefined)[] = [];
    const { answers, send } = await session((request, response) => {
      const reply = replies.shift();
      if (reply === undefined) request.destroy();
      else response.end(reply);
    });
    const told = async (...said: (string | undefined)[]) => {
      replies = [...said];
      answers.expect("a");
      for (const [index] of said.entries()) {
        await send(index > 0 && said[index - 1] === progress ? "/queries/q/result" : submission("a"));
      }
      return (await answers.take("a")).refusals;
    };
    expect(await told()).toEqual([]);
    expect(await told(refusal)).toEqual(["390111"]);
    expect(await told(refusal, refusal)).toEqual(["390111", "390111"]);
    // The first may have begun before its connection broke.
    expect(await told(undefined, refusal)).toBeUndefined();
    // It had begun, and it was a poll that was refused.
    expect(await told(progress, refusal)).toBeUndefined();
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
      expect((await answers.take("a")).answer?.bytes).toEqual(text);
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
          if (taken) expect((await answers.take("a")).answer?.bytes).toBeUndefined();
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
    expect((await answers.take("a")).answer?.bytes).toBeUndefined();
    answer?.();
    await sent;
    expect((await answers.take("a")).answer?.bytes).toBeUndefined();
  });

  it("to a result that is asked for again are kept where they are expected, the last one that came, and given once", async () => {
    const progress = JSON.stringify({ code: "333333", data: { getResultUrl: "/queries/q/result" }, success: true });
    const replies = [progress, "first", "last", "other"];
    const { answers, send } = await session((_, response) => response.end(replies.shift()));
    answers.expectResult("q");
    await send("/queries/q/result?disableOfflineChunks=false");
    await send("/queries/q/result");
    await send("/queries/q/result");
    await send("/queries/other/result");
    // A statement that ends meanwhile does not forget them.
    answers.expect("a");
    await answers.take("a");
    expect(String((await answers.takeResult("q"))?.bytes)).toBe("last");
    expect(await answers.takeResult("q")).toBeUndefined();
    expect(await answers.takeResult("other")).toBeUndefined();
  });

  it("to polls of a statement that was given up are not kept either", async () => {
    const { answers, send } = await session((_, response) => response.end("late"));
    answers.expect("a");
    await send(submission("a"));
    await answers.take("a");
    await send("/queries/q/result");
    expect((await answers.take("a")).answer?.bytes).toBeUndefined();
  });
});
