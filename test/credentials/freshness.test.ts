import { describe, expect, test, vi } from "vitest";
import { Call } from "../../src/call.ts";
import { credentialSource, sameLogin, type CredentialsOption, type Received } from "../../src/credentials/freshness.ts";
import { parseCredentials } from "../../src/credentials/schema.ts";
import { refusal } from "./exposure.ts";

const basic = {
  dataWarehouseType: "amazon_redshift",
  authType: "basic",
  host: "h",
  port: 5439,
  database: "d",
  user: "u",
  password: "s3cr3t",
};
const oauth = {
  dataWarehouseType: "snowflake",
  authType: "oauth",
  host: "h",
  port: 443,
  database: "d",
  accessToken: "s3cr3t",
};

const usableMs = 300_000;

/** A Peak API whose answers the test lets go one by one. */
function api(kind: object = oauth) {
  let time = 1_000_000;
  const fetches: { call: Call; answer: () => Promise<void>; fail: (error: unknown) => void }[] = [];
  const fetch = (call: Call) =>
    new Promise<Received>((resolve, reject) => {
      call.onAbort(reject);
      const number = fetches.length + 1;
      const answer = async () => {
        const secret = `s3cr3t-${number}`;
        const credentials = await parseCredentials({ ...kind, accessToken: secret, password: secret }, "the test");
        resolve({ credentials, receivedAt: time, fromPlainLoopback: true });
      };
      fetches.push({ call, answer, fail: reject });
    });
  const source = credentialSource(undefined, fetch, { now: () => time });
  return {
    source,
    fetches,
    pass: (ms: number) => (time += ms),
    /** Answers the fetch of that number, from 1. */
    answer: (number: number) => fetches[number - 1]!.answer(),
  };
}

const never = () => expect.fail("The Peak API was asked.");
const staticSource = (option: CredentialsOption, now = () => 0) => credentialSource(option, never, { now });

describe("credentialSource over the Peak API", () => {
  test("fetches once for all who ask at the same time", async () => {
    const { source, fetches, answer } = api();
    const asked = Array.from({ length: 32 }, () => source.fresh(new Call()));
    await answer(1);
    const stamps = await Promise.all(asked);
    expect(new Set(stamps).size).toBe(1);
    expect(stamps[0]).toMatchObject({ serial: 1, receivedAt: 1_000_000, fromPlainLoopback: true });
    expect(fetches).toHaveLength(1);
  });

  test("never hands out a token five minutes after its receipt", async () => {
    const { source, fetches, pass, answer } = api();
    const first = source.fresh(new Call());
    await answer(1);
    pass(usableMs - 1);
    expect(await source.fresh(new Call())).toBe(await first);
    pass(1);
    const second = source.fresh(new Call());
    await answer(2);
    expect(await second).toMatchObject({ serial: 2, credentials: { accessToken: "s3cr3t-2" } });
    expect(fetches).toHaveLength(2);
  });

  test("takes a token for stale when the clock was set back", async () => {
    const { source, fetches, pass, answer } = api();
    const first = source.fresh(new Call());
    await answer(1);
    await first;
    pass(-1);
    void source.fresh(new Call());
    expect(fetches).toHaveLength(2);
    await answer(2);
  });

  test("keeps a password until it is refused", async () => {
    const { source, fetches, pass, answer } = api(basic);
    const first = source.fresh(new Call());
    await answer(1);
    pass(100 * usableMs);
    expect(await source.fresh(new Call())).toBe(await first);
    expect(fetches).toHaveLength(1);
  });

  test("fetches once for all whose login was refused, and not again for who comes late", async () => {
    const { source, fetches, answer } = api(basic);
    const first = source.fresh(new Call());
    await answer(1);
    const stale = await first;
    const refetches = Array.from({ length: 32 }, () => source.refetch(stale, new Call()));
    await answer(2);
    const stamps = await Promise.all(refetches);
    expect(new Set(stamps.map(({ serial }) => serial))).toEqual(new Set([2]));
    expect(await source.refetch(stale, new Call())).toBe(stamps[0]);
    expect(await source.fresh(new Call())).toBe(stamps[0]);
    expect(fetches).toHaveLength(2);
  });

  test("leaves the fetch to the others when one caller aborts", async () => {
    const { source, fetches, answer } = api();
    const controller = new AbortController();
    const reason = new Error("mine");
    const leaving = source.fresh(new Call({ signal: controller.signal }));
    const staying = source.fresh(new Call());
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    expect(fetches[0]!.call.aborted).toBe(false);
    await answer(1);
    expect((await staying).serial).toBe(1);
    expect(fetches).toHaveLength(1);
  });

  test("cancels the fetch when the last one leaves, and fetches anew for the next", async () => {
    const { source, fetches, answer } = api();
    const calls = [new Call(), new Call()];
    const leaving = Promise.allSettled(calls.map((call) => source.fresh(call)));
    for (const call of calls) call.abort("enough");
    expect(await leaving).toEqual(calls.map(() => ({ status: "rejected", reason: "enough" })));
    expect(fetches[0]!.call.aborted).toBe(true);
    const next = source.fresh(new Call());
    await answer(2);
    expect((await next).credentials).toMatchObject({ accessToken: "s3cr3t-2" });
  });

  test("gives a failure to all who wait and fetches again for the next", async () => {
    const { source, fetches, answer } = api();
    const failure = new Error("down");
    const waiting = [source.fresh(new Call()), source.fresh(new Call())];
    fetches[0]!.fail(failure);
    for (const { status, ...rest } of await Promise.allSettled(waiting)) {
      expect([status, rest]).toEqual(["rejected", { reason: failure }]);
    }
    const next = source.fresh(new Call());
    await answer(2);
    expect((await next).serial).toBe(1);
  });

  test("keeps what there is when a forced fetch fails", async () => {
    const { source, fetches, answer } = api(basic);
    const first = source.fresh(new Call());
    await answer(1);
    const refetch = source.refetch(await first, new Call());
    fetches[1]!.fail("down");
    await expect(refetch).rejects.toBe("down");
    expect(await source.fresh(new Call())).toBe(await first);
  });

  test("starts no fetch for a call that has ended", async () => {
    const { source, fetches } = api();
    const call = new Call();
    call.abort("before");
    await expect(source.fresh(call)).rejects.toBe("before");
    expect(fetches).toHaveLength(0);
  });

  test("is in the phase of credentials while it waits, for the deadline's error", async () => {
    const { source } = api();
    const call = new Call({ timeoutMs: 10 });
    call.phase = "connect";
    const error = await refusal(() => source.fresh(call), "TIMEOUT");
    expect(error.message).toContain('phase "credentials"');
    expect(call.phase).toBe("connect");
  });
});

describe("credentialSource over an option", () => {
  test("takes an object, also one as the API sends it", async () => {
    const { credentials } = await staticSource({ ...basic, port: "5439", iamRole: "" }).fresh(new Call());
    expect(credentials).toEqual(basic);
  });

  test("takes a connection string", async () => {
    const { credentials } = await staticSource("postgresql://u:p%40w@h/d").fresh(new Call());
    expect(credentials).toMatchObject({ dataWarehouseType: "amazon_redshift", user: "u", password: "p@w", port: 5439 });
  });

  test("takes a function, with its own promise, object or string", async () => {
    for (const option of [() => basic, () => Promise.resolve(basic), () => "postgresql://u:s3cr3t@h:5439/d"]) {
      expect((await staticSource(option).fresh(new Call())).credentials).toMatchObject(basic);
    }
  });

  test("asks a function for a password again only when a login was refused", async () => {
    const option = vi.fn(() => Promise.resolve(basic));
    let time = 0;
    const source = staticSource(option, () => time);
    const first = await source.fresh(new Call());
    time += 10 * usableMs;
    await source.fresh(new Call());
    expect(option).toHaveBeenCalledTimes(1);
    expect((await source.refetch(first, new Call())).serial).toBe(2);
    expect(option).toHaveBeenCalledTimes(2);
  });

  test("asks a function for a token again after five minutes", async () => {
    const option = vi.fn(() => oauth);
    let time = 0;
    const source = staticSource(option, () => time);
    await source.fresh(new Call());
    time += usableMs;
    await source.fresh(new Call());
    expect(option).toHaveBeenCalledTimes(2);
  });

  test("tells a function when nobody waits any more, and forgets what it gives then", async () => {
    const answers: ((value: object) => void)[] = [];
    const signals: AbortSignal[] = [];
    const source = staticSource(({ signal }) => {
      signals.push(signal);
      return new Promise<Record<string, unknown>>((resolve) => answers.push(resolve as (value: object) => void));
    });
    const call = new Call();
    const leaving = source.fresh(call);
    call.abort("enough");
    await expect(leaving).rejects.toBe("enough");
    expect(signals[0]?.aborted).toBe(true);
    const next = source.fresh(new Call());
    answers[1]?.({ ...basic, password: "new" });
    expect((await next).credentials).toMatchObject({ password: "new" });
    answers[0]?.({ ...basic, password: "old" });
    await new Promise(setImmediate);
    expect((await source.fresh(new Call())).credentials).toMatchObject({ password: "new" });
  });

  test("keeps of a function's error what shows no request", async () => {
    const failure = Object.assign(new Error("vault is sealed"), { config: { headers: { token: "s3cr3t" } } });
    const rejecting = staticSource(() => Promise.reject(failure));
    const error = await refusal(() => rejecting.fresh(new Call()), "CREDENTIALS", ["s3cr3t"]);
    expect(error.cause).toMatchObject({ message: "vault is sealed" });
    const throwing = staticSource(() => {
      throw failure;
    });
    await refusal(() => throwing.fresh(new Call()), "CREDENTIALS", ["s3cr3t"]);
  });

  test("names the function or the option when what they give cannot be used", async () => {
    const bad = { ...basic, host: "" };
    const fromFunction = await refusal(() => staticSource(() => bad).fresh(new Call()), "CREDENTIALS", ["s3cr3t"]);
    expect(fromFunction.message).toContain("from the credentials function cannot be used: host is missing");
    const fromOption = await refusal(() => staticSource(bad).fresh(new Call()), "CREDENTIALS", ["s3cr3t"]);
    expect(fromOption.message).toContain("from the option credentials cannot be used: host is missing");
    await refusal(() => staticSource("s3cr3t").fresh(new Call()), "CREDENTIALS", ["s3cr3t"]);
  });

  test("gives a static password back as it is when it was refused", async () => {
    const source = staticSource(basic);
    const stamped = await source.fresh(new Call());
    expect(await source.refetch(stamped, new Call())).toBe(stamped);
  });

  test("hands out a static token for five minutes, then asks for a function", async () => {
    let time = 0;
    const source = staticSource(oauth, () => time);
    time = usableMs - 1;
    const stamped = await source.fresh(new Call());
    expect(stamped).toMatchObject({ receivedAt: 0, serial: 1 });
    time = usableMs;
    const error = await refusal(() => source.fresh(new Call()), "CREDENTIALS", ["s3cr3t"]);
    expect(error.message).toContain("Pass an async function");
    await refusal(() => source.refetch(stamped, new Call()), "CREDENTIALS", ["s3cr3t"]);
    const late = staticSource(oauth, () => (time += usableMs));
    await refusal(() => late.fresh(new Call()), "CREDENTIALS", ["s3cr3t"]);
  });
});

describe("sameLogin", () => {
  test("tells a rotated secret from an unchanged one", async () => {
    const parsed = (fields: object) => parseCredentials(fields, "the test");
    expect(sameLogin(await parsed(basic), await parsed({ ...basic, schema: "other" }))).toBe(true);
    expect(sameLogin(await parsed(basic), await parsed({ ...basic, password: "other" }))).toBe(false);
    expect(sameLogin(await parsed(oauth), await parsed({ ...oauth, accessToken: "other" }))).toBe(false);
    expect(sameLogin(await parsed(oauth), await parsed(basic))).toBe(false);
  });
});
