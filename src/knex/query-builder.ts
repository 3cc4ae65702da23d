import { unsupported } from "./refusals.ts";
import type { Readable } from "node:stream";
import type { Class, QueryBuilder } from "./types.ts";

/** Derives a query builder that can be iterated: `for await (const row of knex("t"))` streams, and leaving it stops the server. */
export function queryBuilderClass(Builder: Class<QueryBuilder>): Class<QueryBuilder> {
  return class extends Builder {
    /** Takes a column's name and value as an object of both: there alone knex would send an object as text. */
    override update(...told: unknown[]): unknown {
      const [values, value, ...rest] = told;
      return typeof values === "string" ? super.update({ [values]: value }, ...rest) : super.update(...told);
    }

    override upsert(): never {
      throw unsupported("upsert()", "on Snowflake, use insert().onConflict().merge()");
    }

    [Symbol.asyncIterator](): AsyncIterator<unknown> {
      // knex makes a PassThrough.
      return (this.stream() as Readable)[Symbol.asyncIterator]();
    }
  };
}
