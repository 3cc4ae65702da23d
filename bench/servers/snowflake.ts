import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Expected } from "../measurement.ts";

/** The lean Snowflake stand-in, in a process of its own. */
export interface LeanSnowflake {
  readonly address: Readonly<Record<string, unknown>>;
  /** What it is, for the report. */
  readonly servedBy: string;
  /** Makes a statement's result, so that it is there when it is asked for, and tells what whoever reads it must find. */
  prepare(sql: string): Promise<Expected>;
  close(): Promise<void>;
}

/** Starts the server on a free port of 127.0.0.1; it ends with this process. */
export async function startLeanSnowflake(): Promise<LeanSnowflake> {
  // The child inherits tsx from execArgv.
  const server = fork(fileURLToPath(new URL("snowflake-server.ts", import.meta.url)));
  const [{ port }] = (await once(server, "message")) as [{ port: number }];
  const place = { host: "127.0.0.1", port, user: "BENCH", password: "bench" };
  const credentials = { dataWarehouseType: "snowflake", authType: "basic", database: "BENCH", ...place };
  return {
    servedBy: "pre-made answers of a lean stand-in",
    address: { ...place, url: `http://127.0.0.1:${port}`, credentials },
    async prepare(sql) {
      const answer = once(server, "message");
      server.send({ sql });
      const [expected] = (await answer) as [Expected];
      return expected;
    },
    async close() {
      const exit = once(server, "exit");
      server.disconnect();
      await exit;
    },
  };
}
