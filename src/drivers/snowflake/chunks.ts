import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { WarehouseError, withoutSecrets } from "../../errors.ts";
import type { ChunkReference } from "./result.ts";

/** How chunks are asked for. */
export interface ChunkRequest {
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the session itself is encrypted: then no chunk is fetched in the clear. */
  readonly secure: boolean;
  readonly signal: AbortSignal;
}

/** A GET changes nothing, so it may be repeated: after a broken connection, a 5xx, 408 or 429. */
const attempts = 4;
const firstPauseMs = 200;
const requestTimeoutMs = 90_000;

/** Downloads one chunk of a result: rows as JSON arrays, separated by commas. @throws `CONNECTION`, phase `fetch`. */
export async function fetchChunk(chunk: ChunkReference, request: ChunkRequest): Promise<Buffer> {
  if (!URL.canParse(chunk.url)) throw chunkError("The server gave no usable address for a part of the result.");
  const url = new URL(chunk.url);
  if (request.secure && url.protocol !== "https:") {
    throw chunkError(
      `The server gave an unencrypted address (${url.host}) for a part of the result; it was not fetched.`,
    );
  }
  for (let attempt = 1; ; attempt++) {
    const { bytes, problem, transient } = await tryFetch(url, request);
    if (bytes !== undefined) return bytes;
    request.signal.throwIfAborted();
    if (!transient || attempt === attempts) {
      throw chunkError(`A part of the result could not be fetched from ${url.host}: ${problem.message}.`, problem);
    }
    await sleep(firstPauseMs * 2 ** (attempt - 1), undefined, { signal: request.signal }).catch(() =>
      request.signal.throwIfAborted(),
    );
  }
}

type Attempt =
  | { bytes: Buffer; problem?: undefined; transient?: undefined }
  | { bytes?: undefined; problem: Error; transient: boolean };

async function tryFetch(url: URL, request: ChunkRequest): Promise<Attempt> {
  try {
    const { status, bytes, encoding } = await get(url, request);
    if (status === 200) return { bytes: isGzip(bytes, encoding) ? await inflated(bytes) : bytes };
    const transient = status >= 500 || status === 408 || status === 429;
    return { problem: new Error(`HTTP status ${status}`), transient };
  } catch (error) {
    return { problem: error instanceof Error ? error : new Error(String(error)), transient: true };
  }
}

const inflated = promisify<Buffer, Buffer>(gunzip);

/** Rows begin with a bracket, so gzip's first two bytes tell it also where a proxy has dropped the header. */
function isGzip(bytes: Buffer, encoding: string | undefined): boolean {
  return encoding === "gzip" || (bytes[0] === 0x1f && bytes[1] === 0x8b);
}

interface Response {
  readonly status: number;
  readonly bytes: Buffer;
  readonly encoding: string | undefined;
}

async function get(url: URL, { agent, headers, signal }: ChunkRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    const client = url.protocol === "https:" ? https : http;
    const request = client.get(url, { agent, headers, signal, timeout: requestTimeoutMs }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        if (!response.complete) reject(new Error("the answer was cut short"));
        const encoding = response.headers["content-encoding"];
        resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat(pieces), encoding });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${requestTimeoutMs} ms`)));
    request.on("error", reject);
  });
}

/** Chunk addresses are signed: whoever has one may read the data. So the message names the host only. */
function chunkError(message: string, cause?: Error): WarehouseError {
  return new WarehouseError("CONNECTION", message, {
    phase: "fetch",
    effect: "none",
    retryable: false,
    ...(cause === undefined ? {} : { cause: withoutSecrets(cause) }),
  });
}
