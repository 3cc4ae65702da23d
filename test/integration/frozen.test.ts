import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, inject, it } from "vitest";
import { connectWarehouse, type CredentialsOption } from "peak-warehouse";
import { startRedshift, startSnowflake, type RedshiftStandIn, type SnowflakeStandIn } from "peak-warehouse/testing";
import { redshiftCredentials, snowflakeCredentials } from "./credentials.ts";
import { closedAfterEach, failure } from "./opened.ts";

const keep = closedAfterEach();
/** How long what is bound to come may take on a busy machine. */
const soon = { timeout: 10_000 };
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    const exit = once(child, "exit");
    // Also ends a process that is stopped.
    if (child.kill("SIGKILL")) await exit;
  }
});

const tsx = import.meta.resolve("tsx");
const tsconfig = fileURLToPath(new URL("../../tsconfig.json", import.meta.url));

/** Starts a program, and gives the first thing that it says. */
async function program(name: string, ...args: readonly string[]): Promise<{ child: ChildProcess; said: unknown }> {
  const child = fork(fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url)), args, {
    env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig },
    execArgv: ["--import", tsx],
  });
  children.push(child);
  const [said] = (await once(child, "message")) as unknown[];
  return { child, said };
}

async function ask(child: ChildProcess, question: object): Promise<unknown> {
  const answer = once(child, "message");
  child.send(question);
  return ((await answer) as unknown[])[0];
}

describe.each(["redshift", "snowflake"] as const)("a server that is stopped (%s)", (type) => {
  const slow = type === "redshift" ? "select pg_sleep(60)" : "select system$wait(60)";

  async function start() {
    const { child, said } = await program("server", type, JSON.stringify(inject("postgres")));
    // What programs/server.ts says first is where it is.
    const credentials =
      type === "redshift"
        ? redshiftCredentials(said as RedshiftStandIn)
        : snowflakeCredentials(said as SnowflakeStandIn);
    return { child, db: keep(await connectWarehouse({ credentials, tls: false })) };
  }

  it("lets calls end by their timeoutMs, and serves the same warehouse when it goes on", async () => {
    const { child, db } = await start();
    const ask10 = async (options = {}) =>
      Promise.all(Array.from({ length: 10 }, async (_, n) => failure(db.query("select ? as n", [n], options))));
    await Promise.all(Array.from({ length: 10 }, async () => db.query("select 1")));
    const running = failure(db.query(slow, undefined, { timeoutMs: 500 }));
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      stop = () => {
        child.kill("SIGSTOP");
        resolve();
      };
    });
    const transaction = failure(
      db.transaction(
        async (tx) => {
          await tx.query("select 1");
          stop();
          await tx.query("select 2");
        },
        { timeoutMs: 500 },
      ),
    );
    await stopped;
    const started = performance.now();
    for (const error of [...(await ask10({ timeoutMs: 300 })), await running, await transaction]) {
      expect(error).toMatchObject({ code: "TIMEOUT" });
    }
    expect(performance.now() - started).toBeLessThan(3_500);
    child.kill("SIGCONT");
    expect(await ask10({ timeoutMs: 15_000 })).toEqual(Array.from({ length: 10 }, () => "nothing failed"));
    await expect.poll(() => ask(child, {}), soon).toMatchObject({ running: 0 });
  });

  it("does not hold up close() for long, and leaves no socket", async () => {
    const before = sockets();
    const { child, db } = await start();
    await Promise.all(Array.from({ length: 10 }, async () => db.query("select 1")));
    const running = Array.from({ length: 3 }, async () => failure(db.query(slow)));
    await expect.poll(() => ask(child, {}), soon).toMatchObject({ running: 3 });
    child.kill("SIGSTOP");
    const started = performance.now();
    await db.close({ timeoutMs: 100 });
    expect(performance.now() - started).toBeLessThan(5_000);
    for (const error of await Promise.all(running)) expect(error).toMatchObject({ code: "CLOSED", effect: "unknown" });
    await expect.poll(sockets, soon).toBeLessThanOrEqual(before);
  });
});

describe("a process that slept for 15 minutes", () => {
  const sleptMs = 15 * 60_000;

  /** Gives how long the first query after the sleep took. */
  async function wake(credentials: CredentialsOption, meanwhile: () => Promise<unknown>): Promise<number> {
    const { child } = await program("sleeper", JSON.stringify(credentials));
    const five = { answers: [0, 1, 2, 3, 4], escaped: [] };
    expect(await ask(child, { calls: 5, sleptMs: 0 })).toMatchObject(five);
    child.kill("SIGSTOP");
    await meanwhile();
    const answer = ask(child, { calls: 1, sleptMs });
    child.kill("SIGCONT");
    const { tookMs, ...answered } = (await answer) as { tookMs: number }; // programs/sleeper.ts says so
    expect(answered).toEqual({ answers: [0], escaped: [] });
    expect(await ask(child, { calls: 5, sleptMs })).toMatchObject(five);
    return tookMs;
  }

  it.each(["silent", "reset", "fin", "admin-shutdown"] as const)(
    "answers its next query although every socket is gone (redshift, %s)",
    async (how) => {
      const server = keep(await startRedshift({ postgres: inject("postgres") }));
      const tookMs = await wake(redshiftCredentials(server), async () => {
        expect(server.sessions()).toHaveLength(5);
        server.drop(how);
        await expect.poll(() => server.sessions(), soon).toEqual([]);
      });
      // Silence is told by a probe of 3 s, of all sessions together and not of one after the other.
      expect(tookMs).toBeLessThan(how === "silent" ? 6_000 : 3_000);
      await expect.poll(() => server.running(), soon).toEqual([]);
    },
  );

  it.each(["hang", "reset"] as const)(
    "answers its next query although no session gives a sign of life (snowflake, %s)",
    async (effect) => {
      const server = keep(await startSnowflake());
      const tookMs = await wake(snowflakeCredentials(server), () => {
        server.fail({ effect, endpoint: "heartbeat" });
        return Promise.resolve();
      });
      expect(tookMs).toBeLessThan(6_000);
      expect(server.running()).toEqual([]);
    },
  );

  it("answers its next query although the server has forgotten its sessions (snowflake)", async () => {
    const server = keep(await startSnowflake());
    await wake(snowflakeCredentials(server), async () =>
      Promise.all(server.sessions().map(async ({ id }) => server.killSession(id))),
    );
    expect(server.logins().every(({ outcome }) => outcome === "success")).toBe(true);
  });
});

const sockets = (): number => process.getActiveResourcesInfo().filter((one) => one === "TCPSocketWrap").length;
