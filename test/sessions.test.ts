import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Call, type CallOptions } from "../src/call.ts";
import { WarehouseError } from "../src/errors.ts";
import { Sessions, type Lease } from "../src/sessions.ts";
import type { LeaseKind } from "../src/members.ts";
import type { PatienceOptions, PoolOptions } from "../src/pool-options.ts";
import { memoryServer, type MemoryServer } from "./memory-driver.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Setting extends PoolOptions, PatienceOptions {
  readonly statementsPerSession?: number;
}

/** A pool before a server in memory. */
function pool({ statementsPerSession = 1, connectTimeoutMs, acquireTimeoutMs, ...options }: Setting = {}) {
  const server = memoryServer({ statementsPerSession });
  const { driver, source } = server;
  const observed = { warehouse: "redshift", host: "h", port: 5439, database: "d", schema: undefined } as const;
  const patience = { connectTimeoutMs, acquireTimeoutMs };
  const sessions = new Sessions({ driver, source, tlsFor: () => false, pool: options, patience, server: observed });
  return { server, sessions, lend: lending(sessions) };
}

function lending(sessions: Sessions) {
  return async (kind: LeaseKind = "alone", options: CallOptions = {}): Promise<Lease> => {
    const call = new Call(options);
    try {
      return await sessions.acquire(call, kind);
    } finally {
      call.end();
    }
  };
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
/** Lets everything happen that waits for no time to pass. */
const flush = async () => vi.advanceTimersByTimeAsync(0);
const second = 1_000;

/** What became of each promise. */
async function outcomes(promises: Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result): unknown =>
    result.status === "fulfilled" ? "lent" : ((result.reason as Partial<WarehouseError>).code ?? result.reason),
  );
}

/** Does one piece of work after another on sessions that it gives back at once. */
async function use(lend: () => Promise<Lease>): Promise<void> {
  (await lend()).release();
}

describe("the pool", () => {
  it("lends the session that was used last, and opens another only for who would wait", async () => {
    const { server, lend } = pool();
    const [one, two] = [await lend(), await lend()];
    expect(server.sessions).toHaveLength(2);
    two.release();
    await vi.advanceTimersByTimeAsync(1);
    one.release();
    expect((await lend()).session).toBe(one.session);
    expect((await lend()).session).toBe(two.session);
    expect(server.logins).toHaveLength(2);
  });

  it("never has more sessions than its max, and serves waiters in their order", async () => {
    const { server, lend } = pool({ max: 2 });
    const served: number[] = [];
    const work = times(20, () => lend()).map(async (lease, index) => {
      const lent = await lease;
      served.push(index);
      lent.release();
    });
    await Promise.all(work);
    expect(served).toEqual(times(20, (index) => index));
    expect(server.peak).toBeLessThanOrEqual(2);
  });

  it("sends one login ahead before many", async () => {
    const { server, lend } = pool();
    const release = server.hold();
    const leases = times(32, () => lend());
    await flush();
    expect(server.logins).toHaveLength(1);
    release();
    await flush();
    expect(server.logins).toHaveLength(10);
    expect(server.sessions).toHaveLength(10);
    for (const lease of leases) (await lease).release();
    expect(server.fetches).toBe(1);
  });

  it("opens no more sessions for a burst than its statements need side by side", async () => {
    const { server, lend } = pool({ statementsPerSession: 8 });
    const leases = await Promise.all(times(32, () => lend("shared")));
    expect(server.logins).toHaveLength(4);
    expect(new Set(leases.map(({ session }) => session)).size).toBe(4);
  });

  it("lets nobody else on a session that is lent alone", async () => {
    const { lend } = pool({ statementsPerSession: 8, max: 2 });
    const shared = await lend("shared");
    const alone = await lend("alone");
    expect(alone.session).not.toBe(shared.session);
    const others = await Promise.all(times(7, () => lend("shared")));
    expect(new Set(others.map(({ session }) => session))).toEqual(new Set([shared.session]));
    // The ninth waits, though the other session has seven places.
    const waiting = lend("shared");
    await flush();
    alone.release();
    expect((await waiting).session).toBe(alone.session);
  });

  it("takes a session back once, however often it is given", async () => {
    const { lend } = pool({ max: 1 });
    const lease = await lend();
    lease.release();
    const next = await lend();
    lease.release();
    lease.release(true);
    const waiting = lend("alone", { timeoutMs: second });
    const refused = expect(waiting).rejects.toMatchObject({ code: "TIMEOUT", phase: "acquire" });
    await vi.advanceTimersByTimeAsync(second);
    await refused;
    expect(next.session.state).toBe("idle");
  });

  it("closes a session that comes back in a transaction, dead, still busy or unwanted", async () => {
    const { server, lend } = pool();
    for (const state of ["transaction", "dead"] as const) {
      const lease = await lend();
      server.sessions.at(-1)!.state = state;
      lease.release();
      expect(server.sessions.at(-1)!.closes).toBe(1);
    }
    (await lend()).release(true);
    expect(server.sessions.at(-1)!.closes).toBe(1);
    expect(server.open).toBe(0);
    expect(server.sessions).toHaveLength(3);
  });

  it("waits until what was cancelled has ended before a session is lent again", async () => {
    const { server, lend } = pool({ max: 1 });
    const lease = await lend();
    const [session] = server.sessions;
    session!.state = "busy";
    lease.release();
    const next = lend();
    let lent = false;
    void next.then(() => (lent = true));
    await flush();
    expect(lent).toBe(false);
    session!.state = "idle";
    session!.settle();
    expect((await next).session).toBe(session);
    expect(session!.closes).toBe(0);
  });

  it("closes a session whose cancelled statement does not end", async () => {
    const { server, lend } = pool({ max: 1 });
    const lease = await lend();
    server.sessions[0]!.state = "busy";
    lease.release();
    server.sessions[0]!.settle();
    await use(lend);
    expect(server.sessions.map(({ closes }) => closes)).toEqual([1, 0]);
  });

  it("refuses sizes and times that make no pool", () => {
    const wrong: Setting[] = [
      { max: 0 },
      { max: 1.5 },
      { max: NaN },
      { min: -1 },
      { min: 3, max: 2 },
      { idleTimeoutMs: 0 },
      { maxLifetimeMs: -1 },
      { connectTimeoutMs: Infinity },
      { connectTimeoutMs: 200, acquireTimeoutMs: 200 },
    ];
    for (const setting of wrong) {
      expect(() => pool(setting)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error);
    }
  });
});

describe("a wrong password", () => {
  it("costs 32 waiters one login, or two where a forced fetch brings another one, and all are told", async () => {
    for (const renewed of ["first", "still wrong"]) {
      const { server, lend } = pool();
      server.password = "secret";
      const waiters = times(32, () => lend());
      const release = server.hold();
      await flush();
      server.credentials = renewed;
      release();
      expect(await outcomes(waiters)).toEqual(times(32, () => "AUTHENTICATION"));
      expect(server.logins).toEqual(renewed === "first" ? ["first"] : ["first", "still wrong"]);
      expect(server.fetches).toBe(2);
    }
  });

  it("that was rotated meanwhile is no caller's error", async () => {
    const { server, lend } = pool();
    await use(lend);
    const [old] = server.sessions;
    old!.state = "dead";
    server.password = "second";
    server.credentials = "second";
    const leases = await Promise.all(times(10, () => lend()));
    expect(leases).toHaveLength(10);
    expect(server.logins.filter((password) => password === "first")).toHaveLength(2);
    expect(server.fetches).toBe(2);
  });

  it("is not tried again for 30 s, then twice as long each time, up to 5 min", async () => {
    const { server, lend } = pool();
    server.password = "secret";
    for (const pause of [30, 60, 120, 240, 300, 300]) {
      const before = server.logins.length;
      await expect(lend()).rejects.toMatchObject({
        code: "AUTHENTICATION",
        message: expect.stringContaining(`for ${pause} s`) as string,
      });
      expect(server.logins).toHaveLength(before + 1);
      await vi.advanceTimersByTimeAsync(pause * second - 1);
      expect(await outcomes(times(8, () => lend()))).toEqual(times(8, () => "AUTHENTICATION"));
      expect(server.logins).toHaveLength(before + 1);
      await vi.advanceTimersByTimeAsync(2);
    }
    server.credentials = "secret";
    await use(lend);
    // A login that succeeds clears the record.
    server.sessions[0]!.state = "dead";
    server.password = "other";
    await expect(lend()).rejects.toThrow("for 30 s");
  });

  it("counts once, however many logins were under way with it", async () => {
    const { server, lend } = pool({ max: 5 });
    const one = server.hold();
    const waiters = outcomes(times(5, () => lend()));
    await flush();
    one();
    const others = server.hold();
    await flush();
    expect(server.sessions).toHaveLength(1);
    // Two go after the first, so that a password that changes just then costs no more.
    expect(server.logins).toHaveLength(3);
    server.password = "secret";
    others();
    expect(await waiters).toEqual(["lent", ...times(4, () => "AUTHENTICATION")]);
    await vi.advanceTimersByTimeAsync(30 * second);
    await expect(lend()).rejects.toThrow("for 60 s");
  });

  it("leaves those who have a session alone", async () => {
    const { server, lend } = pool({ max: 2 });
    const lease = await lend();
    server.password = "secret";
    await expect(lend()).rejects.toMatchObject({ code: "AUTHENTICATION" });
    // While no login is tried, who comes waits for the session there is.
    const waiting = lend();
    await flush();
    lease.release();
    expect((await waiting).session).toBe(lease.session);
    expect(server.logins).toHaveLength(2);
  });
});

describe("a failed connection", () => {
  const lost = () => new WarehouseError("CONNECTION", "refused", { phase: "connect", retryable: true });

  it("is every waiter's where there is no session to wait for", async () => {
    const { server, lend } = pool();
    server.failures.push(lost());
    expect(await outcomes(times(4, () => lend()))).toEqual(times(4, () => "CONNECTION"));
    expect(server.logins).toHaveLength(1);
    await use(lend);
  });

  it("is tried again a second later where others can serve meanwhile", async () => {
    const { server, lend } = pool({ max: 2 });
    const lease = await lend();
    server.failures.push(lost(), lost());
    const waiting = lend();
    await flush();
    expect(server.logins).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(999);
    expect(server.logins).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_001);
    expect((await waiting).session).not.toBe(lease.session);
    expect(server.logins).toHaveLength(4);
  });

  it("that hangs ends at connectTimeoutMs, under that name", async () => {
    const { server, lend } = pool({ connectTimeoutMs: 5 * second });
    server.hold();
    const waiting = expect(lend()).rejects.toMatchObject({
      code: "TIMEOUT",
      phase: "connect",
      message: expect.stringContaining("connectTimeoutMs of 5000") as string,
    });
    await vi.advanceTimersByTimeAsync(5 * second);
    await waiting;
  });

  it("is what a session becomes that is not usable when it opens", async () => {
    const { server, lend } = pool();
    const open = server.driver.open.bind(server.driver);
    Object.assign(server.driver, {
      open: async (...args: Parameters<typeof open>) => {
        const session = await open(...args);
        server.sessions.at(-1)!.state = "dead";
        return session;
      },
    });
    await expect(lend()).rejects.toMatchObject({ code: "CONNECTION", retryable: true });
    expect(server.sessions[0]!.closes).toBe(1);
  });
});

describe("a waiter", () => {
  it("gets TIMEOUT at acquireTimeoutMs, and the others keep their places", async () => {
    const { lend } = pool({ max: 1, connectTimeoutMs: second, acquireTimeoutMs: 2 * second });
    const lease = await lend();
    const late = expect(lend()).rejects.toMatchObject({ code: "TIMEOUT", phase: "acquire", retryable: true });
    await vi.advanceTimersByTimeAsync(second);
    const next = lend();
    await vi.advanceTimersByTimeAsync(second);
    await late;
    lease.release();
    expect((await next).session).toBe(lease.session);
  });

  it("that is aborted rejects with its reason at once, and its session goes to the next", async () => {
    const { server, lend } = pool({ max: 1 });
    const open = server.hold();
    const leave = new AbortController();
    const reason = { any: "thing" };
    const gone = lend("alone", { signal: leave.signal });
    const next = lend();
    await flush();
    leave.abort(reason);
    await expect(gone).rejects.toBe(reason);
    open();
    expect((await next).session).toBe(server.sessions[0]);
    expect(server.logins).toHaveLength(1);
  });

  it("that is aborted in the moment a session is granted gives it back", async () => {
    const { lend } = pool({ max: 1 });
    for (const abortFirst of [true, false]) {
      const lease = await lend();
      const leave = new AbortController();
      const gone = lend("alone", { signal: leave.signal });
      await flush();
      if (abortFirst) leave.abort();
      lease.release();
      leave.abort();
      const late = await gone.catch(() => undefined);
      late?.release();
      const next = await lend("alone", { timeoutMs: second });
      expect(next.session).toBe(lease.session);
      next.release();
    }
  });
});

describe("a session that was unused", () => {
  const idle = 31 * second;

  it("for 30 s is asked for a sign of life, and not before", async () => {
    const { server, lend } = pool();
    await use(lend);
    await vi.advanceTimersByTimeAsync(29 * second);
    await use(lend);
    expect(server.sessions[0]!.probes).toBe(0);
    await vi.advanceTimersByTimeAsync(idle);
    await use(lend);
    expect(server.sessions[0]!.probes).toBe(1);
    expect(server.sessions).toHaveLength(1);
  });

  it("and has gone is replaced within the 3 s of the probe, and nobody is told", async () => {
    const { server, lend } = pool();
    await use(lend);
    server.sessions[0]!.alive = false;
    await vi.advanceTimersByTimeAsync(idle);
    const lease = lend();
    await vi.advanceTimersByTimeAsync(3 * second);
    expect((await lease).session).toBe(server.sessions[1]);
    expect(server.sessions[0]!.closes).toBe(1);
  });

  it("is proved once for all who take it at the same time, and nobody gets it unproved", async () => {
    const { server, lend } = pool({ statementsPerSession: 8 });
    await use(() => lend("shared"));
    server.sessions[0]!.alive = false;
    await vi.advanceTimersByTimeAsync(idle);
    const leases = times(8, () => lend("shared"));
    await flush();
    expect(server.sessions[0]!.probes).toBe(1);
    await vi.advanceTimersByTimeAsync(3 * second);
    for (const lease of leases) expect((await lease).session).toBe(server.sessions[1]);
  });

  it("stays the others' when one of those who wait for the proof leaves", async () => {
    const { server, lend } = pool({ statementsPerSession: 8 });
    await use(() => lend("shared"));
    await vi.advanceTimersByTimeAsync(idle);
    server.sessions[0]!.alive = false;
    const leave = new AbortController();
    const gone = lend("shared", { signal: leave.signal });
    const other = lend("shared");
    await flush();
    leave.abort("left");
    await expect(gone).rejects.toBe("left");
    server.sessions[0]!.answer();
    expect((await other).session).toBe(server.sessions[0]);
    expect(server.sessions[0]!.closes).toBe(0);
  });

  it("and is given up during the probe leaves its place to who waits", async () => {
    const { server, lend } = pool({ max: 1 });
    await use(lend);
    server.sessions[0]!.alive = false;
    await vi.advanceTimersByTimeAsync(idle);
    const leave = new AbortController();
    const gone = lend("alone", { signal: leave.signal });
    await flush();
    const next = lend();
    leave.abort("left");
    await expect(gone).rejects.toBe("left");
    await vi.advanceTimersByTimeAsync(3 * second);
    expect((await next).session).toBe(server.sessions[1]);
  });

  it("is closed after its idle timeout, down to min, and nothing wakes up after that", async () => {
    const { server, lend } = pool({ idleTimeoutMs: 60 * second, min: 1 });
    for (const lease of await Promise.all(times(4, () => lend()))) lease.release();
    await vi.advanceTimersByTimeAsync(59 * second);
    expect(server.open).toBe(4);
    await vi.advanceTimersByTimeAsync(60 * second);
    expect(server.open).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not closed while it is in use", async () => {
    const { server, lend } = pool({ idleTimeoutMs: 60 * second });
    await lend();
    (await lend()).release();
    await vi.advanceTimersByTimeAsync(600 * second);
    expect(server.sessions.map(({ closes }) => closes)).toEqual([0, 1]);
  });
});

describe("a session's lifetime", () => {
  it("ends within a tenth of maxLifetimeMs, when it comes back or before it is lent", async () => {
    const { server, lend } = pool({ maxLifetimeMs: 100 * second, idleTimeoutMs: 3_600 * second });
    await use(lend);
    await vi.advanceTimersByTimeAsync(89 * second);
    await use(lend);
    expect(server.sessions).toHaveLength(1);
    const lease = await lend();
    await vi.advanceTimersByTimeAsync(22 * second);
    expect(server.sessions[0]!.closes).toBe(0);
    lease.release();
    expect(server.sessions[0]!.closes).toBe(1);
    await use(lend);
    await vi.advanceTimersByTimeAsync(111 * second);
    await use(lend);
    expect(server.sessions.map(({ closes }) => closes)).toEqual([1, 1, 0]);
  });

  it("ends also where its statements overlap without a pause", async () => {
    const { server, lend } = pool({ statementsPerSession: 8, maxLifetimeMs: 100 * second });
    let lease = await lend("shared");
    for (let elapsed = 0; elapsed < 300; elapsed += 10) {
      await vi.advanceTimersByTimeAsync(10 * second);
      const next = await lend("shared");
      lease.release();
      lease = next;
    }
    expect(server.sessions.length).toBeGreaterThanOrEqual(3);
    expect(server.open).toBe(1);
  });
});

describe("closing the pool", () => {
  it("rejects waiters and newcomers at once with CLOSED, and closes what is lent", async () => {
    const { server, sessions, lend } = pool({ max: 1 });
    const lease = await lend();
    const waiters = times(3, () => lend());
    await flush();
    const closing = sessions.close();
    expect(await outcomes([...waiters, lend()])).toEqual(times(4, () => "CLOSED"));
    await closing;
    expect(server.open).toBe(0);
    lease.release();
    await sessions.close();
    expect(server.sessions[0]!.closes).toBe(1);
  });

  it("rejects who waits for a login, and closes the session that opens in spite of it", async () => {
    const { server, sessions, lend } = pool();
    let arrive: (() => void) | undefined;
    const open = server.driver.open.bind(server.driver);
    Object.assign(server.driver, {
      // A driver that does not heed its call.
      open: async (login: Parameters<typeof open>[0]) => {
        await new Promise<void>((resolve) => {
          arrive = resolve;
        });
        return open(login, new Call());
      },
    });
    const waiting = outcomes(times(2, () => lend()));
    await flush();
    await sessions.close();
    expect(await waiting).toEqual(["CLOSED", "CLOSED"]);
    arrive?.();
    await flush();
    expect(server.sessions.map(({ closes }) => closes)).toEqual([1]);
  });

  it("leaves no timer behind, whatever was under way", async () => {
    const { server, sessions, lend } = pool({ max: 5 });
    (await lend()).release();
    server.sessions[0]!.state = "dead";
    const waiting = outcomes(times(5, () => lend()));
    await flush();
    const release = server.hold();
    const more = outcomes(times(5, () => lend()));
    await flush();
    await sessions.close();
    release();
    await waiting;
    await more;
    await flush();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no timer behind when several logins are cut off by it", async () => {
    const { server, sessions, lend } = pool({ max: 5 });
    const leases = times(5, () => lend());
    const first = server.hold();
    await flush();
    first();
    // The first session is there, and the other logins are on their way.
    const rest = server.hold();
    await flush();
    expect(server.sessions).toHaveLength(1);
    expect(server.logins).toHaveLength(3);
    const closed = outcomes(leases);
    await sessions.close();
    expect(await closed).toEqual(["lent", ...times(4, () => "CLOSED")]);
    rest();
    await flush();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a process", () => {
  it("is not kept alive by sessions that nobody uses", async () => {
    vi.useRealTimers();
    const { server, lend }: { server: MemoryServer; lend: ReturnType<typeof lending> } = pool();
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    await Promise.all(times(3, () => use(lend)));
    const after = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    expect(server.open).toBeGreaterThan(0);
    expect(after).toBe(before);
  });
});
