import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import type { ClientRequest, IncomingMessage } from "node:http";

/**
 * The server's answers to the statements of one session, as bytes, caught where they arrive.
 *
 * The SDK reads the same answers, but what it makes of their cells loses digits, returns `'NULL'` or throws where nobody can catch
 * it (facts/snowflake.md §7, §8). So it is left to log in, renew, retry and poll, which it does well, and the cells are read here.
 */
export interface Answers {
  /** Watches a request of the session's agent. */
  observe(request: ClientRequest): void;
  /** Starts to keep the answers to a statement that is about to be sent. */
  expect(requestId: string): void;
  /** Gives the statement's last answer and forgets all of them, late ones too; `undefined` where none came. */
  take(requestId: string, queryId: string | undefined): Promise<Buffer | undefined>;
}

const submission = /^\/queries\/v1\/query-request\?(?:.*&)?requestId=([^&]+)/;
const poll = /^\/queries\/([^/]+)\/result(?:\?|$)/;

/** Starts watching one session. */
export function watchAnswers(): Answers {
  const byRequest = new Map<string, Answer | undefined>();
  const byQuery = new Map<string, Answer>();

  return {
    observe(request) {
      const requestId = submission.exec(request.path)?.[1];
      const queryId = poll.exec(request.path)?.[1];
      if (requestId === undefined && queryId === undefined) return;
      request.once("response", (response) => {
        // Who expected it may have left meanwhile, and nobody would ever take it. A poll tells its query, but not whose that is.
        if (requestId !== undefined && byRequest.has(requestId)) byRequest.set(requestId, body(response));
        if (queryId !== undefined && byRequest.size > 0) byQuery.set(queryId, body(response));
      });
    },
    expect(requestId) {
      byRequest.set(requestId, undefined);
    },
    async take(requestId, queryId) {
      const answer = (queryId === undefined ? undefined : byQuery.get(queryId)) ?? byRequest.get(requestId);
      byRequest.delete(requestId);
      if (queryId !== undefined) byQuery.delete(queryId);
      if (byRequest.size === 0) byQuery.clear();
      return answer;
    },
  };
}

/** An answer on its way; `undefined` where it is cut or damaged, which is the SDK's to report. Never rejects: nobody may ask for it. */
type Answer = Promise<Buffer | undefined>;

/** Reads a response beside the SDK, which has not started yet: both get every piece. */
async function body(response: IncomingMessage): Answer {
  const pieces: Buffer[] = [];
  response.on("data", (piece: Buffer) => pieces.push(piece));
  try {
    await new Promise<void>((resolve, reject) => {
      response.on("end", resolve);
      response.on("close", () => reject(new Error("the answer was cut")));
      response.on("error", reject);
    });
    return await decoded(Buffer.concat(pieces), response.headers["content-encoding"]);
  } catch {
    return undefined;
  }
}

const decoders = {
  gzip: promisify<Buffer, Buffer>(gunzip),
  "x-gzip": promisify<Buffer, Buffer>(gunzip),
  deflate: promisify<Buffer, Buffer>(inflate),
  br: promisify<Buffer, Buffer>(brotliDecompress),
};

async function decoded(bytes: Buffer, encoding: string | undefined): Promise<Buffer> {
  const decode = (decoders as Record<string, ((bytes: Buffer) => Promise<Buffer>) | undefined>)[encoding ?? ""];
  return decode === undefined ? bytes : decode(bytes);
}
