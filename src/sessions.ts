import { Call } from "./call.ts";
import { closedError, WarehouseError } from "./errors.ts";
import { deadSessionsMax, probe } from "./liveness.ts";
import { Members, type LeaseKind, type Member } from "./members.ts";
import { isRefused, Logins, type LoginSettings } from "./logins.ts";
import { poolLimits, type PatienceOptions, type PoolLimits, type PoolOptions } from "./pool-options.ts";
import { acquireEvent } from "./telemetry/acquire-event.ts";
import { told } from "./telemetry/channels.ts";
import { Waiters } from "./waiters.ts";
import type { Session } from "./driver.ts";
import type { AcquireEvent, ObservedServer, PoolStatistics } from "./telemetry/events.ts";

/** A session that is lent out. */
export interface Lease {
  readonly session: Session;
  /** Gives the session back; with `discard` it is closed instead of lent again. Idempotent. */
  release(discard?: boolean): void;
}

/** What the pool needs to open sessions, and how many of them. */
export interface SessionsSettings extends LoginSettings {
  readonly pool: PoolOptions;
  readonly patience: PatienceOptions;
  /** For who observes it. */
  readonly server: ObservedServer;
}

/** A session unused for longer is asked for a sign of life before it is lent. */
const probeAfterMs = 30_000;
/** After a failed connection the next is tried so much later, if others can serve meanwhile. */
const connectPauseMs = 1_000;

/**
 * The one pool of sessions, knex's included: lends them, opens them with credentials that are fresh at that moment, and closes them.
 *
 * It is ours and not tarn because a pool of logins must do what tarn cannot: try one login before many, fail every waiter with a refused
 * one, lend a Snowflake session to several statements, drop a dead session at once, and leave the process free to exit.
 */
export class Sessions {
  readonly #limits: PoolLimits;
  readonly #logins: Logins;
  readonly #statementsPerSession: number;
  readonly #members: Members;
  readonly #server: ObservedServer;
  readonly #waiters = new Waiters();
  readonly #openings = new Map<Call, Promise<void>>();
  /** Logins that have succeeded since somebody last began to wait. One goes ahead to see whether the password is right, then ever more at a time. */
  #loginsInBurst = 0;
  #connectPause: NodeJS.Timeout | undefined;
  /** What the last login failed with, if it did. */
  #loginFailure: unknown;
  #closed = false;

  /** @throws `INVALID_ARGUMENT` for sizes and times that make no pool. */
  constructor(settings: SessionsSettings) {
    this.#limits = poolLimits(settings.pool, settings.patience, settings.driver);
    this.#logins = new Logins(settings);
    this.#statementsPerSession = settings.driver.statementsPerSession;
    this.#members = new Members(this.#limits, this.#statementsPerSession);
    this.#server = settings.server;
  }

  /** What the pool holds now. */
  get statistics(): PoolStatistics {
    return this.#members.statistics(this.#waiters.length);
  }

  /**
   * Lends a session.
   *
   * @throws `CLOSED`, `TIMEOUT`, `AUTHENTICATION`, `CONNECTION`, `CREDENTIALS`, or what the call was aborted with.
   */
  acquire(call: Call, kind: LeaseKind): Promise<Lease> {
    const event = () => acquireEvent(this.#server, () => this.statistics);
    return told("acquire", event, () => this.#acquire(call, kind), noteSession);
  }

  async #acquire(call: Call, kind: LeaseKind): Promise<Lease> {
    call.phase = "acquire";
    const deadline = Date.now() + this.#limits.acquireTimeoutMs;
    for (;;) {
      if (this.#closed) throw closedError("acquire");
      call.throwIfAborted();
      const member =
        (this.#waiters.length === 0 ? this.#members.take(kind) : undefined) ?? (await this.#wait(call, kind, deadline));
      if (call.aborted) this.#lease(member).release();
      call.throwIfAborted();
      if (this.#isProven(member) || (await this.#isAlive(member, call))) {
        call.phase = "execute";
        return this.#lease(member);
      }
    }
  }

  /**
   * Asks the server for a sign of life over a session, 3 s at most; a dead session is replaced first.
   *
   * @throws as {@link acquire}; `TIMEOUT` for silence, `CONNECTION` where no session can be had.
   */
  async ping(call: Call): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const lease = await this.acquire(call, "shared");
      // No statement is sent, so that a call that ends here has had no effect.
      call.phase = "acquire";
      try {
        // Whoever leaves leaves the probe to end: cut off, it would cost others the session.
        await call.race(probe(lease.session).finally(() => lease.release()));
        return;
      } catch (error) {
        call.throwIfAborted();
        // A server that is silent on one session is silent on the next.
        const silent = !WarehouseError.is(error) || error.code !== "CONNECTION";
        if (silent || attempt === deadSessionsMax || lease.session.state !== "dead") throw error;
      }
    }
  }

  /** Closes every session, also those that are lent or still opening. Whoever waits or comes later gets `CLOSED`. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#connectPause);
    this.#waiters.rejectAll(closedError("acquire"));
    for (const opening of this.#openings.keys()) opening.abort(closedError("acquire"));
    this.#members.dropAll();
    await Promise.all(this.#openings.values());
    // A login may have succeeded in this very turn.
    this.#members.dropAll();
    await this.#members.closed();
  }

  #wait(call: Call, kind: LeaseKind, deadline: number): Promise<Member> {
    const waiting = this.#waiters.add(call, kind, {
      deadline,
      expired: () => this.#acquireTimeout(),
      firstLeft: () => this.#serve(),
    });
    if (this.#waiters.length === 1) this.#loginsInBurst = 0;
    this.#serve();
    return waiting;
  }

  /** Serves waiters in their order, then opens what the others need. */
  #serve(): void {
    this.#waiters.serve((kind) => this.#members.take(kind));
    this.#openMore();
  }

  #openMore(): void {
    if (this.#closed || this.#waiters.length === 0 || this.#connectPause !== undefined) return;
    const { refusal } = this.#logins;
    if (refusal !== undefined) {
      if (this.#members.size === 0) this.#waiters.rejectAll(refusal);
      return;
    }
    const needed = this.#waiters.sessionsWanted(this.#statementsPerSession);
    const wanted = Math.min(needed, this.#limits.max - this.#members.size, 1 + this.#loginsInBurst);
    while (this.#openings.size < wanted) {
      const call = new Call({ timeoutMs: this.#limits.connectTimeoutMs }, "connectTimeoutMs");
      this.#openings.set(call, this.#open(call));
    }
  }

  /** Opens one session for whoever waits first by then. Not bound to the caller that wanted it: the next one will. */
  async #open(call: Call): Promise<void> {
    call.phase = "connect";
    try {
      const session = await call.race(this.#logins.open(call), (late) => this.#members.closing(late.close()));
      if (session.state !== "idle") {
        this.#members.closing(session.close());
        throw unusable();
      }
      this.#loginsInBurst++;
      this.#loginFailure = undefined;
      this.#members.join(session);
    } catch (error) {
      this.#openingFailed(error);
    } finally {
      call.end();
      this.#openings.delete(call);
      this.#serve();
    }
  }

  /** A refused login is everybody's. Any other failure is, too, unless a session that is open or opening can serve instead. */
  #openingFailed(error: unknown): void {
    if (this.#closed) return;
    this.#loginFailure = error;
    if (isRefused(error) || (this.#members.size === 0 && this.#openings.size === 1)) {
      this.#waiters.rejectAll(error);
      return;
    }
    this.#connectPause ??= setTimeout(() => {
      this.#connectPause = undefined;
      this.#serve();
    }, connectPauseMs).unref();
  }

  /** Tells whether a session has shown life of late; by the wall clock, since the process may have been frozen. */
  #isProven({ leases, provenAt, proof }: Member): boolean {
    return proof === undefined && (leases > 1 || Date.now() - provenAt < probeAfterMs);
  }

  /** Has a session probed that has been unused for long. */
  async #isAlive(member: Member, call: Call): Promise<boolean> {
    member.proof ??= this.#prove(member);
    // All that are unused at once: after a sleep each may be silent, and 3 s for one after the other are too many.
    for (const other of this.#members.unused(probeAfterMs)) other.proof ??= this.#prove(other);
    // Whoever leaves during the probe gives the session back after it: others may wait for it, or for its place.
    return call.race(member.proof, () => this.#lease(member).release());
  }

  /** Not bound to the caller that wanted it: a probe that is cut off would cost the others their session. */
  async #prove(member: Member): Promise<boolean> {
    try {
      await probe(member.session);
      member.provenAt = Date.now();
      return true;
    } catch {
      this.#members.drop(member);
      return false;
    } finally {
      member.proof = undefined;
    }
  }

  #lease(member: Member): Lease {
    let lent = true;
    return {
      session: member.session,
      release: (discard = false) => {
        if (!lent) return;
        lent = false;
        const done = () => {
          if (discard) this.#members.drop(member);
          this.#returned(member);
        };
        // What was cancelled must have ended before the next statement, or the cancel could hit that one; and before the session's end, or
        // it could run on without it.
        if (member.session.state === "busy" && member.leases === 1) void member.session.settled().then(done);
        else done();
      },
    };
  }

  #returned(member: Member): void {
    this.#members.giveBack(member);
    this.#serve();
  }

  #acquireTimeout(): WarehouseError {
    const { acquireTimeoutMs, max } = this.#limits;
    const cause = this.#loginFailure;
    const lastFailure = WarehouseError.is(cause) ? ` The last one failed: ${cause.message}` : "";
    const reason =
      this.#members.size < max
        ? `no login succeeded in that time.${lastFailure}`
        : `all ${max} (pool.max) were in use. Raise pool.max or acquireTimeoutMs, or look for a session, transaction or stream that is never left.`;
    return new WarehouseError(
      "TIMEOUT",
      `No session was free within the acquireTimeoutMs of ${acquireTimeoutMs}: ${reason}`,
      { phase: "acquire", retryable: true, cause },
    );
  }
}

function noteSession(event: AcquireEvent, { session }: Lease): void {
  event.sessionId = session.origin?.sessionId;
}

function unusable(): WarehouseError {
  return new WarehouseError("CONNECTION", "The server ended the session as soon as it was open.", {
    phase: "connect",
    retryable: true,
  });
}
