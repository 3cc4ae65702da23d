import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { checkPacked, unpacked } from "./inflate.ts";
import { isError, WarehouseError, withoutSecrets } from "../../errors.ts";
import { tellRetry } from "../../telemetry/channels.ts";

/** How the parts of a result are asked for. */
export interface Downloading {
  readonly agent: http.Agent;
  /** Whether the session itself is encrypted: then no part is fetched in the clear. */
  readonly secure: boolean;
  readonly signal: AbortSignal;
  /** How long a server may send nothing before it is asked again, in milliseconds. Default: 30 000. */
  readonly silenceMs?: number | undefined;
  /** How much a part may take unpacked: one that would take more stays packed. Default: all do. */
  readonly roomBytes?: number | undefined;
}

/** Where a part is, and what to show there. */
export interface Address {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A part that has come whole and undamaged. */
export interface Body {
  readonly pieces: Buffer[];
  /** Whether it is gzipped still, to be unpacked as it is read. */
  readonly packed: boolean;
}

/** A GET changes nothing, so it may be repeated, after pauses of 100 ms, 200 ms and so on: 3 s in all. */
const attempts = 6;
const firstPauseMs = 100;
const defaultSilenceMs = 30_000;
/** An error's text is short; what is longer is not read. */
const errorTextBytes = 4_096;

/**
 * Downloads one part of a result whole: the connection is free again, and the address no longer needed, however slowly its rows are
 * read, and nothing of it has been given when it turns out to be damaged. A broken connection, a cut or damaged answer, silence, 5xx, 408
 * and 429 are tried again.
 *
 * @returns `"expired"` where the address is no longer good.
 * @throws `CONNECTION`, phase `fetch`; the signal's reason.
 */
export async function download(address: Address, downloading: Downloading): Promise<Body | "expired"> {
  const url = checkedUrl(address.url, downloading.secure);
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryDownload(url, address.headers, downloading);
    downloading.signal.throwIfAborted();
    if (!("problem" in outcome)) return outcome.body;
    if (!outcome.transient || attempt === attempts) {
      throw partError(`could not be fetched from ${url.host}: ${outcome.problem.message}`, outcome.problem);
    }
    const delayMs = firstPauseMs * 2 ** (attempt - 1);
    tellRetry("download", { attempt, delayMs, error: outcome.problem });
    await sleep(delayMs, undefined, { signal: downloading.signal }).catch(() => downloading.signal.throwIfAborted());
  }
}

/** Makes the error for a part that cannot be had. Addresses are signed, and whoever has one may read the data: no message holds one. */
export function partError(problem: string, cause?: Error): WarehouseError {
  return new WarehouseError("CONNECTION", `A part of the result ${problem}.`, {
    phase: "fetch",
    effect: "none",
    retryable: false,
    ...(cause === undefined ? {} : { cause: withoutSecrets(cause) }),
  });
}

function checkedUrl(text: string, secure: boolean): URL {
  if (!URL.canParse(text)) throw partError("has no usable address");
  const url = new URL(text);
  if (secure && url.protocol !== "https:") {
    throw partError(`has an unencrypted address (${url.host}), and was not fetched`);
  }
  return url;
}

type Outcome = { readonly body: Body | "expired" } | { readonly problem: Error; readonly transient: boolean };

async function tryDownload(url: URL, headers: Address["headers"], downloading: Downloading): Promise<Outcome> {
  try {
    const { status, pieces, encoding } = await get(url, headers, downloading);
    if (status === 200) return await readBody(pieces, encoding, downloading.roomBytes);
    if (isExpired(status, pieces)) return { body: "expired" };
    const transient = status >= 500 || status === 408 || status === 429;
    return { problem: new Error(`HTTP status ${status}`), transient };
  } catch (error) {
    const problem = isError(error) ? error : new Error(String(error));
    // The session has been closed, and its agent sends nothing more.
    const isClosed = "code" in problem && problem.code === "ERR_CANCELED";
    // Node refuses what it is asked to do, and would refuse it again.
    const isRefused = problem.name === "RangeError" || problem.name === "TypeError";
    return { problem, transient: !isClosed && !isRefused };
  }
}

/** S3 and Azure answer 403 when the time of a signed address has passed; S3 400 and `ExpiredToken` when that of its signer has. */
function isExpired(status: number, pieces: readonly Buffer[]): boolean {
  return status === 403 || (status === 400 && Buffer.concat(pieces).includes("Expired"));
}

const openBracket = 0x5b;

/** Rows begin with a bracket, so gzip's first two bytes tell it also where a proxy has dropped the header. */
async function readBody(pieces: Buffer[], encoding: string | undefined, roomBytes = 0): Promise<Outcome> {
  const [first, second] = pieces[0] ?? [];
  const packed = encoding === "gzip" || (first === 0x1f && second === 0x8b);
  // S3 may answer 200 and then say in XML what went wrong.
  if (!packed && first !== undefined && first > 0x20 && first !== openBracket) {
    return { problem: new Error("what came holds no rows"), transient: true };
  }
  if (!packed) return { body: { pieces, packed } };
  const whole = await unpacked(pieces, roomBytes);
  if (whole !== undefined) return { body: { pieces: [whole], packed: false } };
  await checkPacked(pieces);
  return { body: { pieces, packed } };
}

interface Response {
  readonly status: number;
  readonly pieces: Buffer[];
  readonly encoding: string | undefined;
}

async function get(url: URL, headers: Address["headers"], downloading: Downloading): Promise<Response> {
  const { agent, signal, silenceMs = defaultSilenceMs } = downloading;
  return new Promise((resolve, reject) => {
    const client = url.protocol === "https:" ? https : http;
    const request = client.get(url, { agent, headers, signal, timeout: silenceMs }, (response) => {
      const { statusCode: status = 0 } = response;
      const pieces: Buffer[] = [];
      let length = 0;
      response.on("data", (piece: Buffer) => {
        length += piece.length;
        if (status === 200 || length <= errorTextBytes) pieces.push(piece);
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.complete) resolve({ status, pieces, encoding: response.headers["content-encoding"] });
        else reject(new Error("the answer was cut short"));
      });
    });
    request.on("timeout", () => request.destroy(new Error(`nothing came for ${silenceMs} ms`)));
    request.on("error", reject);
  });
}
