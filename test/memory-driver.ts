import { credentialSource, type CredentialSource } from "../src/credentials/freshness.ts";
import { WarehouseError } from "../src/errors.ts";
import { redshiftBulk } from "../src/drivers/redshift/bulk.ts";
import { redshift } from "../src/drivers/redshift/dialect.ts";
import type { Call } from "../src/call.ts";
import type { Driver, Login, Session, SessionState } from "../src/driver.ts";

/** A session in memory, whose state the test sets. */
interface MemorySession extends Session {
  state: SessionState;
  probes: number;
  closes: number;
  /** Whether the other side answers at once; else it says nothing, as a server that has gone. */
  alive: boolean;
  /** Answers a probe late. */
  answer(): void;
  /** Lets {@link Session.settled} settle. */
  settle(): void;
}

/** A warehouse in memory: it knows one password, opens sessions and counts what it is asked. */
export interface MemoryServer {
  readonly driver: Driver;
  readonly source: CredentialSource;
  /** The passwords that logins came with, in order. */
  readonly logins: string[];
  readonly sessions: MemorySession[];
  /** How many times the credentials were fetched. */
  fetches: number;
  /** The password that opens a session. */
  password: string;
  /** The password that the next fetch of credentials gives. */
  credentials: string;
  /** Fails the next logins with these errors. */
  readonly failures: Error[];
  /** While held, logins wait; returns what lets all of them go on. */
  hold(): () => void;
  /** How many sessions are open now. */
  readonly open: number;
  /** The most sessions that were open or opening at a time. */
  peak: number;
}

/** Makes a server in memory that keeps the driver contract. */
export function memoryServer({ statementsPerSession = 1 } = {}): MemoryServer {
  let gate: Promise<void> | undefined;
  let opening = 0;

  const open = async ({ credentials }: Login, call: Call): Promise<Session> => {
    const password = "password" in credentials ? credentials.password : "";
    server.logins.push(password);
    server.peak = Math.max(server.peak, ++opening + server.open);
    try {
      await call.race(gate ?? Promise.resolve());
      const failure = server.failures.shift();
      if (failure !== undefined) throw failure;
      if (password !== server.password) {
        throw new WarehouseError("AUTHENTICATION", "The password is wrong.", { phase: "connect" });
      }
      const session = memorySession();
      server.sessions.push(session);
      return session;
    } finally {
      opening--;
    }
  };

  const server: MemoryServer = {
    driver: { dialect: redshift, bulk: redshiftBulk, statementsPerSession, idleTimeoutMs: 300_000, open },
    source: credentialSource(undefined, () => {
      server.fetches++;
      return Promise.resolve({
        credentials: {
          dataWarehouseType: "amazon_redshift",
          authType: "basic",
          host: "h",
          port: 5439,
          database: "d",
          user: "u",
          password: server.credentials,
        },
        receivedAt: Date.now(),
        fromPlainLoopback: false,
      });
    }),
    logins: [],
    sessions: [],
    fetches: 0,
    password: "first",
    credentials: "first",
    failures: [],
    hold() {
      let release: (() => void) | undefined;
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        gate = undefined;
        release?.();
      };
    },
    get open() {
      return server.sessions.filter(({ closes }) => closes === 0).length;
    },
    peak: 0,
  };
  return server;
}

function memorySession(): MemorySession {
  let settled: (() => void) | undefined;
  let answered: (() => void) | undefined;
  const session: MemorySession = {
    state: "idle",
    probes: 0,
    closes: 0,
    alive: true,
    execute: () => Promise.reject(new Error("nothing runs in memory")),
    settled: () =>
      new Promise((resolve) => {
        settled = resolve;
      }),
    settle: () => settled?.(),
    answer: () => answered?.(),
    async probe(call) {
      session.probes++;
      try {
        const answer = new Promise<void>((resolve) => {
          answered = resolve;
        });
        if (session.alive) session.answer();
        await call.race(answer);
      } catch (error) {
        session.state = "dead";
        throw error;
      }
    },
    close() {
      session.closes++;
      session.state = "dead";
      return Promise.resolve();
    },
  };
  return session;
}
