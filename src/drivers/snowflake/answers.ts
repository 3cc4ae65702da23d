import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { progressOf, readAnswer, refusalCode, type Answer } from "./result.ts";
import type { ClientRequest, IncomingMessage } from "node:http";

/**
 * The server's answers to the statements of one session, their cells as bytes, caught where they arrive.
 *
 * The SDK reads the same answers, but what it makes of their cells loses digits, returns `'NULL'` or throws where nobody can catch
 * it (seen of snowflake-sdk 3.3). So it is left to log in, renew, retry and poll, which it does well, and the cells are read here.
 */
export interface Answers {
  /** The HTTP status of the last login, if any answer came. */
  readonly loginStatus: number | undefined;
  /** Watches a request of the session's agent. Gives false for one that must not be sent: a submission that nobody wants any more. */
  observe(request: ClientRequest): boolean;
  /** Starts to keep what is said about a statement that is about to be sent. */
  expect(requestId: string): void;
  /** Gives what was said about a statement, and forgets it, late answers too. */
  take(requestId: string): Promise<Dialogue>;
  /** Lets a statement be submitted no more, until the SDK has given it up: after an abort it would still submit it again. */
  withdraw(requestId: string, givenUp: Promise<unknown>): void;
  /** Starts to keep the answer to a result that is about to be asked for again, by its query. */
  expectResult(queryId: string): void;
  /** Gives the last answer that came whole, if any did, and forgets it. */
  takeResult(queryId: string): Promise<Answer | undefined>;
}

/** What the server has said about one statement. */
interface Dialogue {
  /** The last answer that came whole. */
  readonly answer: Answer | undefined;
  /** The codes of refusals, if every submission was refused and nothing was ever polled; `undefined` where the server may have begun. */
  readonly refusals: readonly string[] | undefined;
}

/** An answer on its way; `undefined` where it is cut or damaged, which is the SDK's to report. Never rejects: nobody may ask for it. */
type Arrival = Promise<Answer | undefined>;

const login = "/session/v1/login-request?";
const submission = /^\/queries\/v1\/query-request\?(?:.*&)?requestId=([^&]+)/;
const poll = /^(\/queries\/[^/?]+\/result)(?:\?|$)/;

/** So often a statement may be submitted: 8 times for a server that gives no answer, and again for each renewal of the session's token. */
const maxSubmissions = 12;

/** Starts watching one session. */
export function watchAnswers(): Answers {
  /** The submissions of each expected statement, in order; `undefined` while there is no answer. */
  const submissions = new Map<string, (Arrival | undefined)[]>();
  const polls = new Map<string, Arrival>();
  /** The paths of results that are asked for again. */
  const expected = new Set<string>();
  const withdrawn = new Set<string>();
  let loginStatus: number | undefined;

  const submitted = (request: ClientRequest, requestId: string): boolean => {
    const kept = submissions.get(requestId);
    if (withdrawn.has(requestId) || (kept !== undefined && kept.length >= maxSubmissions)) return false;
    if (kept === undefined) return true;
    const place = kept.push(undefined) - 1;
    onResponse(request, (response) => {
      kept[place] = body(response);
    });
    return true;
  };

  /** Gives the answer to a poll, or to the last of the polls that followed it; `undefined` where there was none. */
  const followed = async (first: string | undefined): Promise<{ readonly answer: Answer | undefined } | undefined> => {
    let polled: { readonly answer: Answer | undefined } | undefined;
    for (let path = first; path !== undefined; path = pollPath(polled.answer)) {
      const next = polls.get(path);
      polls.delete(path);
      if (next === undefined) break;
      polled = { answer: await next };
    }
    return polled;
  };

  const forgetPolls = () => {
    if (submissions.size === 0 && expected.size === 0) polls.clear();
  };

  return {
    get loginStatus() {
      return loginStatus;
    },
    observe(request) {
      const { path } = request;
      const requestId = submission.exec(path)?.[1];
      const polled = poll.exec(path)?.[1];
      if (requestId !== undefined) return submitted(request, requestId);
      if (polled !== undefined) {
        onResponse(request, (response) => {
          // A poll tells its query, but not whose that is; without an open statement it is nobody's.
          if (submissions.size > 0 || expected.has(polled)) polls.set(polled, body(response));
        });
      } else if (path.startsWith(login)) onResponse(request, ({ statusCode }) => (loginStatus = statusCode));
      return true;
    },
    withdraw(requestId, givenUp) {
      withdrawn.add(requestId);
      const forget = () => withdrawn.delete(requestId);
      givenUp.then(forget, forget);
    },
    expect(requestId) {
      submissions.set(requestId, []);
    },
    async take(requestId) {
      const kept = submissions.get(requestId) ?? [];
      submissions.delete(requestId);
      const answers = await Promise.all(kept.map(async (answer) => answer));
      const submitted = answers.findLast((whole) => whole !== undefined);
      const polled = await followed(submitted && pollPath(submitted));
      forgetPolls();
      return {
        answer: polled === undefined ? submitted : polled.answer,
        refusals: polled === undefined ? allRefusals(answers) : undefined,
      };
    },
    expectResult(queryId) {
      expected.add(resultPath(queryId));
    },
    async takeResult(queryId) {
      const path = resultPath(queryId);
      const polled = await followed(path);
      expected.delete(path);
      forgetPolls();
      return polled?.answer;
    },
  };
}

/** Calls before the SDK's own listener, which takes headers away. */
function onResponse(request: ClientRequest, listener: (response: IncomingMessage) => void): void {
  request.prependOnceListener("response", listener);
}

/** Where the result of a statement that is still running will be, by the server's notice. */
function pollPath(answer: Answer | undefined): string | undefined {
  const url = answer && progressOf(answer);
  return url === undefined ? undefined : poll.exec(url)?.[1];
}

function resultPath(queryId: string): string {
  return `/queries/${queryId}/result`;
}

function allRefusals(answers: readonly (Answer | undefined)[]): readonly string[] | undefined {
  const codes = answers.map((answer) => answer && refusalCode(answer));
  return codes.every((code) => code !== undefined) ? codes : undefined;
}

/** Reads a response beside the SDK, which has not started yet: both get every piece. */
async function body(response: IncomingMessage): Arrival {
  const encoding = response.headers["content-encoding"];
  const pieces: Buffer[] = [];
  response.on("data", (piece: Buffer) => pieces.push(piece));
  try {
    await new Promise<void>((resolve, reject) => {
      response.on("end", resolve);
      response.on("close", () => reject(new Error("the answer was cut")));
      response.on("error", reject);
    });
    // A copy: the reader of the rows writes into it, and the SDK reads the same pieces.
    return readAnswer(await decoded(Buffer.concat(pieces), encoding));
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
