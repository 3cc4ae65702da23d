import { inBackground } from "./background.ts";
import type { PoolLimits } from "./pool-options.ts";
import type { Session } from "./driver.ts";
import type { PoolStatistics } from "./telemetry/events.ts";

/** Alone: nobody else uses the session meanwhile. Shared: other plain statements may run on it. */
export type LeaseKind = "alone" | "shared";

/** An open session of the pool. */
export interface Member {
  readonly session: Session;
  readonly expiresAt: number;
  idleSince: number;
  /** When the session last gave a sign of life. */
  provenAt: number;
  /** The probe that is under way: whoever takes the session meanwhile waits for it. */
  proof: Promise<boolean> | undefined;
  leases: number;
  alone: boolean;
}

/** The sessions that are open: which of them can serve, and when one must go. */
export class Members {
  readonly #limits: PoolLimits;
  readonly #statementsPerSession: number;
  readonly #members = new Set<Member>();
  readonly #closings = new Set<Promise<void>>();
  #reaper: NodeJS.Timeout | undefined;

  constructor(limits: PoolLimits, statementsPerSession: number) {
    this.#limits = limits;
    this.#statementsPerSession = statementsPerSession;
  }

  get size(): number {
    return this.#members.size;
  }

  /** Tells what the pool holds, in which so many wait. */
  statistics(waiting: number): PoolStatistics {
    let busy = 0;
    for (const { leases } of this.#members) if (leases > 0) busy++;
    return { total: this.size, idle: this.size - busy, busy, waiting, max: this.#limits.max };
  }

  /** Adds a session that has just been opened. */
  join(session: Session): void {
    const lifetimeMs = this.#limits.maxLifetimeMs * (0.9 + Math.random() * 0.2);
    const now = Date.now();
    this.#members.add({
      session,
      expiresAt: now + lifetimeMs,
      idleSince: now,
      provenAt: now,
      proof: undefined,
      leases: 0,
      alone: false,
    });
    this.#scheduleReaper();
  }

  /** Takes a session that can serve now: an unused one, the last used first, else one that is shared and has room. */
  take(kind: LeaseKind): Member | undefined {
    let unused: Member | undefined;
    let shared: Member | undefined;
    const now = Date.now();
    for (const member of this.#members) {
      const expired = now > member.expiresAt;
      if (member.leases === 0) {
        if (member.session.state !== "idle" || expired) this.drop(member);
        else if (unused === undefined || member.idleSince >= unused.idleSince) unused = member;
      } else if (!expired && this.#canShare(member)) shared ??= member;
    }
    const member = unused ?? (kind === "shared" ? shared : undefined);
    if (member === undefined) return undefined;
    member.leases++;
    member.alone = kind === "alone";
    return member;
  }

  /** Gives the sessions that nobody uses and that have given no sign of life for so long. */
  unused(silentMs: number): Member[] {
    const before = Date.now() - silentMs;
    return [...this.#members].filter(({ leases, provenAt }) => leases === 0 && provenAt <= before);
  }

  /** Takes back a session of which one use has ended. */
  giveBack(member: Member): void {
    member.leases--;
    if (member.leases > 0) return;
    member.alone = false;
    member.idleSince = Date.now();
    member.provenAt = member.idleSince;
    if (member.session.state !== "idle" || member.idleSince > member.expiresAt) this.drop(member);
    else this.#scheduleReaper();
  }

  /** Closes a session, which then no longer counts. */
  drop(member: Member): void {
    if (!this.#members.delete(member)) return;
    // Whatever ended this one may have ended the others.
    if (member.session.state === "dead") for (const other of this.#members) other.provenAt = 0;
    this.closing(member.session.close());
  }

  /** Remembers a session's end, so that {@link close} waits for it. */
  closing(end: Promise<void>): void {
    const tracked = end.finally(() => this.#closings.delete(tracked));
    this.#closings.add(tracked);
  }

  /** Closes every session, also those that are lent. */
  dropAll(): void {
    clearTimeout(this.#reaper);
    for (const member of this.#members) this.drop(member);
  }

  /** Settles when every session that was closed has ended. */
  async closed(): Promise<void> {
    await Promise.all(this.#closings);
  }

  #canShare({ alone, leases, session }: Member): boolean {
    return !alone && leases < this.#statementsPerSession && session.state !== "dead";
  }

  /** Wakes up when the session that has been unused for longest is due. */
  #scheduleReaper(): void {
    if (this.#reaper !== undefined || this.#members.size <= this.#limits.min) return;
    const wake = () => {
      this.#reaper = undefined;
      this.#reap();
      if ([...this.#members].some(({ leases }) => leases === 0)) this.#scheduleReaper();
    };
    this.#reaper = inBackground(() => setTimeout(wake, this.#limits.idleTimeoutMs / 2).unref());
  }

  #reap(): void {
    const due = Date.now() - this.#limits.idleTimeoutMs;
    for (const member of this.#members) {
      if (this.#members.size <= this.#limits.min) return;
      if (member.leases === 0 && member.idleSince <= due) this.drop(member);
    }
  }
}
