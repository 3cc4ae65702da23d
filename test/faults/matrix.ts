import { always, answered, answering, both, lines, now, on, type Cases, type Faults, type Row } from "./cases.ts";
import { fatalError, httpAnswer, snowflakeRefusal } from "./wire-answers.ts";
import type { Moment } from "./moment.ts";
import type { Effect } from "./passage.ts";

const delay: Effect = { kind: "delay" };
const drip: Effect = { kind: "drip", bytes: 500 };
const cut: Effect = { kind: "cut" };
const reset: Effect = { kind: "reset" };
const blackHole: Effect = { kind: "black hole" };
const halfOpen: Effect = { kind: "half-open" };
const deaf: Effect = { kind: "deaf" };
const corrupt: Effect = { kind: "corrupt", bytes: 64 };

const served = "served";
const lost = "CONNECTION, none";
const lostUnknown = "CONNECTION, unknown";
const late = "TIMEOUT, none";
const lateUnknown = "TIMEOUT, unknown";

// The moments. An answer over HTTP begins with its headers, and a fault in its body counts from their end.
const accepted: Moment = {};
const headersEnd = /\r\n\r\n/;
const apiRequest: Moment = { request: /GET \/connections\// };
const apiBody: Moment = { ...apiRequest, answer: headersEnd, bytes: 20 };
const password: Moment = { request: /md5[0-9a-f]{32}/ };
const loginRequest: Moment = { request: /login-request/ };
const insertion: Moment = { request: /insert into/ };
const selection: Moment = { request: /padding/ };
const chunk: Moment = { request: /GET \/results\// };
const chunkBody: Moment = { ...chunk, answer: headersEnd, bytes: 500 };
const commit: Moment = { request: /COMMIT/ };

const credentials = lines("credentials", "login", {
  delayed: both(on(apiRequest, delay, served)),
  "byte by byte": both(on(apiRequest, drip, served)),
  cut: both(on(apiRequest, cut, served)),
  reset: both(on(apiRequest, reset, served)),
  "black hole": both(on(apiRequest, blackHole, late)),
  "half-open": both(on(apiRequest, halfOpen, late)),
  "answer lost": both(on(apiRequest, deaf, late)),
  "port closed": both({ breaking: { kind: "port closed" }, expected: late }),
  "body cut short": both(on(apiBody, cut, served)),
  "body damaged": both(on(apiBody, corrupt, "CREDENTIALS, none")),
  "503 once": both(on(apiRequest, answering(httpAnswer(503)), served)),
  "503 always": both(always(apiRequest, answering(httpAnswer(503)), late)),
  "429, again in 0 s": both(on(apiRequest, answering(httpAnswer(429, "", { "retry-after": "0" })), served)),
  "a refusal: 403": both(on(apiRequest, answering(httpAnswer(403)), "CREDENTIALS, none")),
});

// An answer cannot be lost yet.
const connect = lines("connect", "login", {
  delayed: both(on(accepted, delay, served)),
  "byte by byte": both(on(accepted, drip, served)),
  cut: { redshift: on(accepted, cut, lost), snowflake: on(accepted, cut, served) },
  reset: { redshift: on(accepted, reset, lost), snowflake: on(accepted, reset, served) },
  "reset always": both(always(accepted, reset, lost)),
  "black hole": { redshift: on(accepted, blackHole, late), snowflake: on(accepted, blackHole, late, { orphans: 1 }) },
  "half-open": both(on(accepted, halfOpen, late)),
  "port closed": both({ breaking: { kind: "port closed" }, expected: lost }),
  "TLS: no handshake": {
    redshift: on({ bytes: 0 }, answering(Buffer.from("S")), lost, { options: { tls: true } }),
    snowflake: on({ bytes: 0 }, answering(Buffer.from("S")), lost, { options: { tls: true } }),
  },
});

const auth = lines("auth", "login", {
  delayed: { redshift: on(password, delay, served), snowflake: on(loginRequest, delay, served) },
  "byte by byte": { redshift: on(password, drip, served), snowflake: on(loginRequest, drip, served) },
  cut: { redshift: on(password, cut, lost), snowflake: on(loginRequest, cut, served) },
  reset: { redshift: on(password, reset, lost), snowflake: on(loginRequest, reset, served) },
  "black hole": {
    redshift: on(password, blackHole, late),
    snowflake: on(loginRequest, blackHole, late, { orphans: 1 }),
  },
  "half-open": { redshift: on(password, halfOpen, late), snowflake: on(loginRequest, halfOpen, late) },
  "answer lost": {
    redshift: on(password, deaf, late),
    snowflake: on(loginRequest, deaf, late, { orphans: 1 }),
  },
  "answer cut short": {
    redshift: on({ ...password, bytes: 40 }, cut, lost),
    snowflake: on({ ...loginRequest, answer: headersEnd, bytes: 20 }, cut, lost, { orphans: 1 }),
  },
  "answer damaged": {
    redshift: on(answered(password), corrupt, lost),
    snowflake: on({ ...loginRequest, answer: headersEnd, bytes: 2 }, corrupt, lost, { orphans: 1 }),
  },
  "server full": { redshift: on(password, answering(fatalError("53300", "too many connections")), lost) },
  "server starting": { redshift: on(password, answering(fatalError("57P03", "starting up")), lost) },
  "503 once": { snowflake: on(loginRequest, answering(httpAnswer(503)), served) },
  "503 always": { snowflake: always(loginRequest, answering(httpAnswer(503)), lost) },
});

/** The connection is lost on the way there or back: only snowflake-sdk sends again what the server then runs once. */
function severed(when: Moment, effect: Effect): Cases {
  return { redshift: on(when, effect, lostUnknown), snowflake: on(when, effect, served) };
}

/** What leaves a request that writes, once sent, without an answer that can be read. */
function sentFaults(request: Moment): Faults {
  return {
    "black hole": both(on(request, blackHole, lateUnknown)),
    "half-open": both(on(request, halfOpen, lateUnknown)),
    "answer lost": both(on(request, deaf, lateUnknown)),
    "answer cut short": {
      redshift: on({ ...request, bytes: 5 }, cut, lostUnknown),
      snowflake: on({ ...request, answer: headersEnd, bytes: 20 }, cut, lostUnknown),
    },
    "answer damaged": {
      redshift: on(answered(request), corrupt, lostUnknown),
      snowflake: on({ ...request, answer: headersEnd, bytes: 2 }, corrupt, lostUnknown),
    },
  };
}

const firstByte = lines("first byte", "statement", {
  delayed: both(on(insertion, delay, served)),
  "byte by byte": both(on(insertion, drip, served)),
  "cut before the server": severed(insertion, cut),
  "cut after it": severed(answered(insertion), cut),
  "reset before the server": severed(insertion, reset),
  "reset after it": severed(answered(insertion), reset),
  ...sentFaults(insertion),
  "server shuts down": { redshift: on(insertion, answering(fatalError("57P01", "shutting down")), lostUnknown) },
  "session token expired": { snowflake: on(insertion, answering(snowflakeRefusal("390112")), served) },
  "503 once": { snowflake: on(insertion, answering(httpAnswer(503)), served) },
  "503 always": { snowflake: always(insertion, answering(httpAnswer(503)), lateUnknown) },
});

const inTheMiddle: Moment = { ...selection, bytes: 100_000 };
/** The end of a row, and the beginning of the next one. */
const rowEnd: Moment = { ...selection, answer: /12345.{4}a row among many/s, bytes: 0 };
const nearEnd: Moment = { ...selection, bytes: 700_000 };

const midResult = [
  ...lines("mid-result", "result", {
    delayed: { redshift: on(inTheMiddle, delay, served), snowflake: on(chunkBody, delay, served) },
    "byte by byte": { redshift: on(nearEnd, drip, served), snowflake: on(chunkBody, drip, served) },
    cut: { redshift: on(inTheMiddle, cut, lostUnknown), snowflake: on(chunkBody, cut, served) },
    reset: { redshift: on(inTheMiddle, reset, lostUnknown), snowflake: on(chunkBody, reset, served) },
    "black hole": { redshift: on(inTheMiddle, blackHole, late), snowflake: on(chunkBody, blackHole, late) },
    "half-open": { redshift: on(inTheMiddle, halfOpen, late), snowflake: on(chunkBody, halfOpen, late) },
    "answer lost": { redshift: on(inTheMiddle, deaf, late), snowflake: on(chunkBody, deaf, late) },
    "body damaged": {
      redshift: on(rowEnd, corrupt, lostUnknown),
      snowflake: on(chunkBody, corrupt, served),
    },
    "body damaged always": { snowflake: always(chunkBody, corrupt, late) },
    "first part cut short": {
      snowflake: on({ ...selection, answer: headersEnd, bytes: 500 }, cut, lostUnknown),
    },
    "503 on a chunk once": { snowflake: on(chunk, answering(httpAnswer(503)), served) },
    "503 on chunks always": { snowflake: always(chunk, answering(httpAnswer(503)), late) },
    "403 on a chunk once": { snowflake: on(chunk, answering(httpAnswer(403)), served) },
    "403 on chunks always": { snowflake: always(chunk, answering(httpAnswer(403)), lost) },
    "chunk URLs expired": {
      snowflake: always(chunk, answering(httpAnswer(403)), served, /GET \/queries\/[^/]+\/result/),
    },
  }),
  ...lines("mid-result", "stream", {
    "streamed: reset": { redshift: on(inTheMiddle, reset, lostUnknown), snowflake: on(chunkBody, reset, served) },
    "streamed: black hole": { redshift: on(inTheMiddle, blackHole, late), snowflake: on(chunkBody, blackHole, late) },
  }),
];

const minute = 60_000;

// Nothing is on its way between statements that could be delayed, lost or damaged.
const betweenStatements = [
  ...lines("between statements", "idle sessions", {
    cut: both(now(cut, served)),
    reset: both(now(reset, served)),
    "black hole": both(now(blackHole, lateUnknown)),
    "half-open": both(now(halfOpen, lateUnknown)),
    "answer lost": both(now(deaf, lateUnknown)),
    "sessions ended by the server": both({ breaking: { kind: "sessions ended" }, expected: served }),
    "cut, after a minute": both(now(cut, served, { unusedMs: minute })),
    "black hole, after a minute": both(now(blackHole, late, { unusedMs: minute })),
  }),
  ...lines("between statements", "idle sessions, asked for a sign of life", {
    "ping: reset": both(now(reset, served)),
    "ping: black hole": both(now(blackHole, late)),
    "ping: half-open": both(now(halfOpen, late)),
  }),
  ...lines("between statements", "idle transaction", {
    // A session of Snowflake's is none of its connections.
    "in a transaction: cut": { redshift: now(cut, lost), snowflake: now(cut, served) },
    "in a transaction: reset": { redshift: now(reset, lost), snowflake: now(reset, served) },
    "in a transaction: black hole": both(now(blackHole, lateUnknown)),
    "in a transaction: half-open": both(now(halfOpen, lateUnknown)),
    "in a transaction: session ended by the server": both({
      breaking: { kind: "sessions ended" },
      expected: lost,
    }),
  }),
];

const committing = lines("commit", "transaction", {
  delayed: both(on(commit, delay, served)),
  "byte by byte": both(on(commit, drip, served)),
  "cut before the server": severed(commit, cut),
  "reset before the server": severed(commit, reset),
  "cut after it": severed(answered(commit), cut),
  "reset after it": severed(answered(commit), reset),
  ...sentFaults(commit),
});

const closed = "CLOSED, unknown";

const closing = [
  ...lines("close", "close under a statement", {
    // A cluster misses a client only when it has something to say to it.
    cut: { redshift: now(cut, lostUnknown, { orphans: 1 }), snowflake: now(cut, closed) },
    reset: { redshift: now(reset, lostUnknown, { orphans: 1 }), snowflake: now(reset, closed) },
    "black hole": both(now(blackHole, closed)),
    "half-open": both(now(halfOpen, closed)),
    "answer lost": both(now(deaf, closed)),
  }),
  ...lines("close", "close with idle sessions", {
    "idle: reset": both(now(reset, served)),
    "idle: black hole": both(now(blackHole, served)),
    "idle: half-open": { redshift: now(halfOpen, served), snowflake: now(halfOpen, served, { orphans: 1 }) },
  }),
];

/** Every line, in the order of the phases. */
export const matrix: readonly Row[] = [
  ...credentials,
  ...connect,
  ...auth,
  ...firstByte,
  ...midResult,
  ...betweenStatements,
  ...committing,
  ...closing,
];
