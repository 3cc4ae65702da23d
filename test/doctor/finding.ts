import { once } from "node:events";
import { expect } from "vitest";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Diagnosis, Outcome, Stage, StageName } from "../../src/doctor/index.ts";

/** Gives a stage of a diagnosis. */
export function stageOf({ stages }: Diagnosis, name: StageName): Stage {
  const found = stages.find((stage) => stage.name === name);
  return found ?? expect.fail(`There is no stage ${name}.`);
}

/** Gives the outcome of each stage, by name. */
export function outcomes({ stages }: Diagnosis): Record<string, Outcome> {
  return Object.fromEntries(stages.map(({ name, outcome }) => [name, outcome]));
}

/** Expects that one stage alone has failed, with words on what was seen and on what to do. */
export function expectFailure(diagnosis: Diagnosis, name: StageName, seen: RegExp, advice: RegExp): Stage {
  const failed = diagnosis.stages.filter(({ outcome }) => outcome === "failed");
  expect(
    failed.map((stage) => `${stage.name}: ${stage.seen}`),
    "what failed",
  ).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
  expect(diagnosis.ok).toBe(false);
  const stage = stageOf(diagnosis, name);
  expect(stage.seen).toMatch(seen);
  expect(stage.advice).toMatch(advice);
  return stage;
}

/** Serves on a free port of loopback; `close` ends its connections, too. */
export async function serving(server: Server) {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    // A TCP server's address is never a pipe's name.
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
