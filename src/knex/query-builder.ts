import { unsupported } from "./refusals.ts";
import type { Readable } from "node:stream";
import type { QueryBuilderClass } from "./classes.ts";

/** Derives a query builder that can be iterated: `for await (const row of knex("t"))` streams, and leaving it stops the server. */
export function queryBuilderClass(Builder: QueryBuilderClass): QueryBuilderClass {
  return class extends Builder {
    override upsert(): never {
      throw unsupported("upsert()", "on Snowflake, use insert().onConflict().merge()");
    }

    [Symbol.asyncIterator](): AsyncIterator<unknown> {
      // With @types/node it is a PassThrough, which knex's types find only there.
      return (this.stream() as Readable)[Symbol.asyncIterator]();
    }
  };
}
