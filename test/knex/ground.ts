import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import { openKnex } from "../../src/knex/index.ts";
import type { QueryResult } from "../../src/verbs.ts";

export const dialects = { redshift, snowflake };

/** A knex instance without a server behind it: what it sends is noted, and answered by the test. */
export function groundedKnex(
  name: keyof typeof dialects,
  answer: (text: string, signal: AbortSignal) => Promise<Partial<QueryResult>> = () => Promise.resolve({}),
) {
  const sent: { text: string; params: unknown[] | undefined }[] = [];
  const knex = openKnex({
    dialect: dialects[name],
    async query(text, params, signal) {
      sent.push({ text, params });
      return { rows: [], columns: [], rowCount: 0, queryId: undefined, ...(await answer(text, signal)) };
    },
  });
  return { knex, sent };
}
