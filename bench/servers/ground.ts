import { startBenchPostgres, type BenchPostgres } from "./postgres.ts";
import { startLeanSnowflake, type LeanSnowflake } from "./snowflake.ts";

/** The servers, each started when a suite first asks for it. */
export interface Ground {
  postgres(): Promise<BenchPostgres>;
  snowflake(): Promise<LeanSnowflake>;
  close(): Promise<void>;
}

/** Makes the ground, with nothing on it. */
export function ground(): Ground {
  let postgres: Promise<BenchPostgres> | undefined;
  let snowflake: Promise<LeanSnowflake> | undefined;
  return {
    postgres: () => (postgres ??= startBenchPostgres()),
    snowflake: () => (snowflake ??= startLeanSnowflake()),
    close: async () => {
      for (const server of await Promise.allSettled([postgres, snowflake])) {
        if (server.status === "fulfilled") await server.value?.close();
      }
    },
  };
}
