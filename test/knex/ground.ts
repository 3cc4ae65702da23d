import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import { openKnex } from "../../src/knex/index.ts";
import { rowStream } from "../../src/stream.ts";
import type { CallOptions } from "../../src/call.ts";
import type { Execution } from "../../src/driver.ts";
import type { Queryable, QueryResult } from "../../src/queryable.ts";

export const dialects = { redshift, snowflake };

/** A knex instance without a server behind it: what it sends is noted, and answered by the test. */
export function groundedKnex(
  name: keyof typeof dialects,
  answer: (text: string) => Promise<Partial<QueryResult>> = () => Promise.resolve({}),
) {
  const sent: { text: string; params: unknown }[] = [];
  const told: unknown[] = [];
  const ended: string[] = [];
  const verbs = {
    async query(text: string, params: unknown, options: CallOptions) {
      sent.push({ text, params });
      told.push(options);
      return { rows: [], columns: [], rowCount: 0, queryId: undefined, ...(await answer(text)) };
    },
    stream(text: string, params: unknown, options: CallOptions) {
      sent.push({ text, params });
      told.push(options);
      let rows: unknown[] | undefined;
      const next = async () => {
        if (rows !== undefined) return undefined;
        rows = (await answer(text)).rows ?? [];
        return { rows };
      };
      // What a stream needs of an execution.
      const execution = { next } as unknown as Execution;
      return rowStream(() => ({
        execution: Promise.resolve(execution),
        end: () => Promise.resolve(void ended.push("end")),
        stop: () => Promise.resolve(void ended.push("stop")),
      }));
    },
    async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
      ended.push("begin");
      try {
        const result = await work(queryable);
        ended.push("commit");
        return result;
      } catch (error) {
        ended.push("rollback");
        throw error;
      }
    },
  };
  // What knex needs of the verbs, no more.
  const queryable = verbs as unknown as Queryable;
  return { knex: openKnex({ dialect: dialects[name], queryable }), sent, told, ended };
}
