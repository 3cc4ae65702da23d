import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import { openKnex } from "../../src/knex/index.ts";
import type { CallOptions } from "../../src/call.ts";
import type { QueryResult } from "../../src/queryable.ts";

export const dialects = { redshift, snowflake };

/** A knex instance without a server behind it: what it sends is noted, and answered by the test. */
export function groundedKnex(
  name: keyof typeof dialects,
  answer: (text: string) => Promise<Partial<QueryResult>> = () => Promise.resolve({}),
) {
  const sent: { text: string; params: unknown[] | undefined }[] = [];
  const told: CallOptions[] = [];
  const knex = openKnex({
    dialect: dialects[name],
    async query(text, params, options) {
      sent.push({ text, params });
      told.push(options);
      return { rows: [], columns: [], rowCount: 0, queryId: undefined, ...(await answer(text)) };
    },
  });
  return { knex, sent, told };
}
