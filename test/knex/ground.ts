import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import { openKnex } from "../../src/knex/index.ts";
import type { CallOptions } from "../../src/call.ts";
import type { Queryable, QueryResult } from "../../src/queryable.ts";

export const dialects = { redshift, snowflake };

/** A knex instance without a server behind it: what it sends is noted, and answered by the test. */
export function groundedKnex(
  name: keyof typeof dialects,
  answer: (text: string) => Promise<Partial<QueryResult>> = () => Promise.resolve({}),
  commit: () => Promise<void> = () => Promise.resolve(),
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
      return {
        async next() {
          rows ??= [...((await answer(text)).rows ?? [])];
          if (rows.length > 0) return { done: false, value: rows.shift() };
          ended.push("end");
          return { done: true, value: undefined };
        },
        return() {
          if (!ended.includes("end")) ended.push("stop");
          return Promise.resolve({ done: true, value: undefined });
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
    async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
      ended.push("begin");
      try {
        const result = await work(queryable);
        await commit();
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

/** Gives what a piece of work throws. */
export function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
