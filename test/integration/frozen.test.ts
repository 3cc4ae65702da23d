import { describe, expect, inject, it } from "vitest";
import { connectWarehouse, type CredentialsOption } from "peak-warehouse";
import { startRedshift, startSnowflake, type RedshiftStandIn, type SnowflakeStandIn } from "peak-warehouse/testing";
import { redshiftCredentials, snowflakeCredentials } from "./credentials.ts";
import { closedAfterEach, failure } from "./opened.ts";
import { startProgram, type Program } from "./program.ts";

const keep = closedAfterEach();
/** How long what is bound to come may take on a busy machine. */
const soon = { timeout: 10_000 };
// Their end comes before what is kept is closed, which would wait for a process that is stopped.
const keepProgram = closedAfterEach();

async function ask({ child, said }: Program, question: object): Promise<unknown> {
  const answer = said();
  child.send(question);
  return answer;
}

describe.each(["redshift", "snowflake"] as const)("a server that is stopped (%s)", (type) => {
  const slow = type === "redshift" ? "select pg_sleep(60)" : "select system$wait(60)";

  async function start() {
    const file = new URL("programs/server.ts", import.meta.url);
    const program = keepProgram(startProgram(file, [type, JSON.stringify(inject("postgres"))]));
    // What it says first is where it is.
    const said = await program.said();
    const credentials =
      type === "redshift"
        ? redshiftCredentials(said as RedshiftStandIn)
        : snowflakeCredentials(said as SnowflakeStandIn);
    return { program, child: program.child, db: keep(await connectWarehouse({ credentials, tls: false })) };
  }

  it("lets calls end by their timeoutMs, and serves the same warehouse when it goes on", async () => {
    const { program, child, db } = await start();
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
    await expect.poll(() => ask(program, {}), soon).toMatchObject({ running: 0 });
  });

  it("does not hold up close() for long, and leaves no socket", async () => {
    const before = sockets();
    const { program, child, db } = await start();
    await Promise.all(Array.from({ length: 10 }, async () => db.query("select 1")));
    const running = Array.from({ length: 3 }, async () => failure(db.query(slow)));
    await expect.poll(() => ask(program, {}), soon).toMatchObject({ running: 3 });
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
    const file = new URL("programs/sleeper.ts", import.meta.url);
    const program = keepProgram(startProgram(file, [JSON.stringify(credentials)]));
    const { child } = program;
    expect(await program.said()).toBe("ready");
    const five = { answers: [0, 1, 2, 3, 4], escaped: [] };
    expect(await ask(program, { calls: 5, sleptMs: 0 })).toMatchObject(five);
    child.kill("SIGSTOP");
    await meanwhile();
    const answer = ask(program, { calls: 1, sleptMs });
    child.kill("SIGCONT");
    const { tookMs, ...answered } = (await answer) as { tookMs: number }; // programs/sleeper.ts says so
    expect(answered).toEqual({ answers: [0], escaped: [] });
    expect(await ask(program, { calls: 5, sleptMs })).toMatchObject(five);
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
    async (kind) => {
      const server = keep(await startSnowflake());
      const tookMs = await wake(snowflakeCredentials(server), () => {
        server.inject({ kind, operation: "heartbeat", times: Infinity });
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
