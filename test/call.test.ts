import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Call, type CallOptions } from "../src/call.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, "abort").length;
const never = () => new Promise<never>(() => undefined);

describe("a call", () => {
  it.each([new Error("left"), "text", 0, null, { any: "thing" }])(
    "rejects with the caller's own reason, unchanged: %s",
    async (reason) => {
      const controller = new AbortController();
      const call = new Call({ signal: controller.signal });
      const racing = call.race(never());
      controller.abort(reason);
      await expect(racing).rejects.toBe(reason);
      expect(call.reason).toBe(reason);
      expect(call.aborted).toBe(true);
      expect(call.signal.aborted).toBe(true);
      expect(() => call.throwIfAborted()).toThrow();
    },
  );

  it("of a signal that has aborted before is aborted from the start, and holds no listener", async () => {
    const signal = AbortSignal.abort("before");
    const call = new Call({ signal, timeoutMs: 1_000 });
    expect(call.aborted).toBe(true);
    await expect(call.race(never())).rejects.toBe("before");
    expect(listenersOf(signal)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends at its deadline with TIMEOUT, which names the option and tells the phase and the effect", async () => {
    for (const [phase, effect] of [
      ["acquire", "none"],
      ["execute", "unknown"],
      ["commit", "unknown"],
      ["fetch", "none"],
    ] as const) {
      const call = new Call({ timeoutMs: 5_000 });
      call.phase = phase;
      const racing = expect(call.race(never())).rejects.toMatchObject({
        code: "TIMEOUT",
        phase,
        effect,
        message: expect.stringContaining(`timeoutMs of 5000`) as string,
      });
      await vi.advanceTimersByTimeAsync(4_999);
      expect(call.aborted).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await racing;
    }
    const opening = new Call({ timeoutMs: 1 }, "connectTimeoutMs");
    await vi.advanceTimersByTimeAsync(1);
    expect(String(opening.reason)).toContain("connectTimeoutMs of 1");
  });

  it("keeps the first of several reasons", () => {
    const controller = new AbortController();
    const call = new Call({ signal: controller.signal, timeoutMs: 1_000 });
    call.abort("first");
    controller.abort("second");
    vi.advanceTimersByTime(1_000);
    expect(call.reason).toBe("first");
  });

  it("that has ended is never aborted any more", () => {
    const controller = new AbortController();
    const call = new Call({ signal: controller.signal, timeoutMs: 1_000 });
    const { signal } = call;
    call.end();
    controller.abort();
    vi.advanceTimersByTime(1_000);
    call.abort("late");
    expect(call.aborted).toBe(false);
    expect(signal.aborted).toBe(false);
  });

  it("refuses a deadline that is no number of milliseconds a timer can hold", () => {
    for (const timeoutMs of [0, -1, NaN, Infinity, 2 ** 31, "5", null]) {
      expect(() => new Call({ timeoutMs } as CallOptions)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error,
      );
    }
    new Call({ timeoutMs: 2 ** 31 - 1 }).end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("refuses a signal that is none, and leaves no timer then", () => {
    for (const signal of [{}, "abort", new AbortController(), null]) {
      expect(() => new Call({ signal, timeoutMs: 1_000 } as CallOptions)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error,
      );
    }
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("waiting for work", () => {
  it("gives its value or its error, and lets go of the call", async () => {
    const call = new Call();
    expect(await call.race(Promise.resolve(7))).toBe(7);
    const error = new Error("failed");
    await expect(call.race(Promise.reject(error))).rejects.toBe(error);
    expect(call.aborted).toBe(false);
  });

  it("hands a value that comes too late to who closes it, once", async () => {
    const call = new Call();
    let arrive: ((value: string) => void) | undefined;
    const late: string[] = [];
    const racing = call.race(
      new Promise<string>((resolve) => {
        arrive = resolve;
      }),
      (value) => late.push(value),
    );
    call.abort("left");
    await expect(racing).rejects.toBe("left");
    expect(late).toEqual([]);
    arrive?.("session");
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toEqual(["session"]);
  });

  it("does not hand over what was given", async () => {
    const call = new Call();
    const late: string[] = [];
    expect(await call.race(Promise.resolve("session"), (value) => late.push(value))).toBe("session");
    call.abort("afterwards");
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toEqual([]);
  });

  it("drops a failure that comes too late, and it is no unhandled rejection", async () => {
    vi.useRealTimers();
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      const call = new Call();
      let fail: ((error: Error) => void) | undefined;
      const work = new Promise<never>((_, reject) => {
        fail = reject;
      });
      const racing = call.race(work);
      call.abort("left");
      await expect(racing).rejects.toBe("left");
      fail?.(new Error("late"));
      await expect(call.race(Promise.reject(new Error("dropped")))).rejects.toBeDefined();
      // Node reports what nobody has handled after the microtasks of a turn.
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  it("on a call that is already aborted rejects, and still hands the value over", async () => {
    const call = new Call();
    call.abort("before");
    const late: number[] = [];
    let arrive: ((value: number) => void) | undefined;
    const work = new Promise<number>((resolve) => {
      arrive = resolve;
    });
    await expect(call.race(work, (value) => late.push(value))).rejects.toBe("before");
    arrive?.(7);
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toEqual([7]);
  });
});

describe("who listens to a call", () => {
  it("is told once, with the reason, and at once where it is aborted already", () => {
    const call = new Call();
    const told: unknown[] = [];
    call.onAbort((reason) => told.push(reason));
    const forget = call.onAbort(() => told.push("forgotten"));
    forget();
    call.abort("left");
    call.abort("again");
    expect(told).toEqual(["left"]);
    call.onAbort((reason) => told.push(reason));
    expect(told).toEqual(["left", "left"]);
  });

  it("gets an AbortSignal that follows the call, made when it is asked for", () => {
    const call = new Call();
    const { signal } = call;
    expect(call.signal).toBe(signal);
    call.abort("left");
    expect(signal.reason).toBe("left");
    const aborted = new Call();
    aborted.abort("before");
    expect(aborted.signal.reason).toBe("before");
  });

  it("leaves nothing on a long-lived signal after 10,000 calls, and Node sees no leak while many run", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    try {
      const { signal } = new AbortController();
      for (let index = 0; index < 10_000; index++) {
        const call = new Call({ signal, timeoutMs: 60_000 });
        await call.race(Promise.resolve());
        call.end();
      }
      expect(listenersOf(signal)).toBe(0);
      expect(vi.getTimerCount()).toBe(0);

      const running = Array.from({ length: 100 }, () => new Call({ signal }));
      expect(listenersOf(signal)).toBe(100);
      for (const call of running) call.end();
      expect(listenersOf(signal)).toBe(0);
      await vi.advanceTimersByTimeAsync(0);
      expect(warnings).toEqual([]);
    } finally {
      process.off("warning", note);
    }
  });

  it("leaves nothing on the signal when the call was aborted or timed out", async () => {
    const { signal } = new AbortController();
    const timed = new Call({ signal, timeoutMs: 1 });
    const aborted = new Call({ signal, timeoutMs: 1_000 });
    aborted.abort("left");
    await vi.advanceTimersByTimeAsync(1);
    expect(timed.aborted).toBe(true);
    expect(listenersOf(signal)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
