import { setTimeout as sleep } from "node:timers/promises";
import type { Dispatcher } from "undici";
import type { Call } from "../call.ts";
import { openConnections } from "./dispatcher.ts";
import { badAnswer, gaveUp, isTransient, type Attempt } from "./refusal.ts";
import { tellRetry } from "../telemetry/channels.ts";
import type { ApiSettings } from "./settings.ts";
import type { TlsOption } from "../roots.ts";

/** How long the API may take. */
export interface ApiLimits {
  /** One request, its connection included. */
  readonly requestTimeoutMs: number;
  /** All requests and the waits between them. */
  readonly totalTimeoutMs: number;
  /** The waits before the second, third, … request, unless the API says `Retry-After`: as many retries as there are waits. */
  readonly waitsMs: readonly number[];
}

/** The waits are those of the Peak Python SDK, which itself sets no timeout. */
export const apiLimits: ApiLimits = { requestTimeoutMs: 10_000, totalTimeoutMs: 45_000, waitsMs: [0, 4_000, 8_000] };

const maxBodyBytes = 1_048_576;

/** A body that was received whole, and when: milliseconds since 1970. */
export interface Answer {
  readonly json: unknown;
  readonly receivedAt: number;
}

/**
 * Asks the Peak API for a JSON document, again where the failure is transient, within the limits and until the call ends.
 *
 * Redirects are not followed: the key would go to another host. Nothing of the answer's body gets into an error, except
 * the API's own `detail` of a refusal.
 *
 * @throws `CREDENTIALS`, or what the call was aborted with.
 */
export async function requestJson(
  settings: ApiSettings,
  path: string,
  tls: TlsOption | undefined,
  call: Call,
  limits: ApiLimits = apiLimits,
): Promise<Answer> {
  call.throwIfAborted();
  const connections = await openConnections(settings.proxy, tls, limits.requestTimeoutMs);
  const forget = call.onAbort(() => connections.destroy());
  const deadline = performance.now() + limits.totalTimeoutMs;
  const url = settings.baseUrl + path;
  try {
    for (let requests = 1; ; requests++) {
      const timeoutMs = Math.min(limits.requestTimeoutMs, deadline - performance.now());
      const attempt = await send(connections.dispatcher, url, settings.apiKey, timeoutMs, call);
      call.throwIfAborted();
      if (attempt.kind === "answer" && attempt.status >= 200 && attempt.status < 300)
        return readAnswer(settings, attempt);
      const waitMs = isTransient(attempt) ? (attempt.retryAfterMs ?? limits.waitsMs[requests - 1]) : undefined;
      const hopeless = requests > limits.waitsMs.length || waitMs === undefined;
      if (hopeless || performance.now() + waitMs >= deadline) throw gaveUp(settings, attempt, requests);
      tellRetry("credentials", { attempt: requests, delayMs: waitMs, error: gaveUp(settings, attempt, requests) });
      await sleep(waitMs, undefined, { signal: call.signal }).catch(() => call.throwIfAborted());
    }
  } finally {
    forget();
    connections.destroy();
  }
}

/** Sends one request and reads its answer whole. Gives every outcome as a value, an abort included. */
async function send(
  dispatcher: Dispatcher,
  url: string,
  apiKey: string,
  timeoutMs: number,
  call: Call,
): Promise<Attempt> {
  const ending = new AbortController();
  const forget = call.onAbort(() => ending.abort());
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    ending.abort();
  }, timeoutMs);
  try {
    const { request } = await import("undici");
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      signal: ending.signal,
      // The key goes as it is: the API takes bearer tokens, too, and those bring their scheme along.
      headers: { authorization: apiKey, accept: "application/json", "user-agent": "peak-warehouse" },
    });
    const text = await bounded(body);
    const header = (name: string) => [headers[name]].flat()[0];
    return {
      kind: "answer",
      status: statusCode,
      body: text,
      contentType: header("content-type"),
      location: header("location"),
      retryAfterMs: retryAfterMs(header("retry-after")),
      receivedAt: Date.now(),
    };
  } catch (error) {
    return { kind: "failure", error, timedOut, timeoutMs, retryAfterMs: undefined };
  } finally {
    clearTimeout(timer);
    forget();
  }
}

/** Reads a body up to the limit; `undefined` beyond it. */
async function bounded(body: AsyncIterable<Buffer>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function readAnswer(settings: ApiSettings, answer: Extract<Attempt, { kind: "answer" }>): Answer {
  if (answer.body === undefined) throw badAnswer(settings, answer, "is larger than 1 MB");
  try {
    return { json: JSON.parse(answer.body) as unknown, receivedAt: answer.receivedAt };
  } catch {
    // The parser's own message quotes the body, so it is no cause to keep.
    throw badAnswer(settings, answer, answer.body === "" ? "is empty" : "is not JSON");
  }
}

/** Reads a `Retry-After` header: seconds or an HTTP date. */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
