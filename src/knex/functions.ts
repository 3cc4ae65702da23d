import { invalidArgument } from "../errors.ts";
import { unsupported } from "./refusals.ts";
import type { Knex } from "knex";

/** Makes ours of what a knex function, or that of a transaction, throws by itself where it builds nothing. */
export function refusing<K extends object>(knex: K): K {
  // Whatever knex makes of itself has these.
  const { fn, batchInsert } = knex as unknown as Pick<Knex, "fn" | "batchInsert">;
  const uuid = () => {
    throw unsupported(
      "fn.uuid()",
      "send randomUUID() of node:crypto as a value, or on Snowflake knex.raw('uuid_string()')",
    );
  };
  return Object.defineProperties(knex, {
    fn: { configurable: true, value: Object.assign(fn, { uuid }) },
    batchInsert: {
      configurable: true,
      value(...told: Parameters<typeof batchInsert>) {
        const [, rows, size] = told as readonly unknown[];
        if (!Array.isArray(rows)) throw invalidArgument("batchInsert() takes a list of rows.");
        if (size !== undefined && !(Number.isSafeInteger(size) && Number(size) > 0)) {
          throw invalidArgument("batchInsert() takes a whole number of rows to send at once, from 1 on.");
        }
        return Reflect.apply(batchInsert, knex, told) as unknown;
      },
    },
  });
}
