import { invalidArgument, WarehouseError } from "../errors.ts";
import {
  checkCondition,
  checkCounters,
  checkLimit,
  checkName,
  checkOffset,
  checkUpdate,
  isRaw,
  refuseTagged,
} from "./arguments.ts";
import { guarded, isCallback } from "./clauses.ts";
import { redefine } from "./redefinition.ts";
import { unsupported } from "./refusals.ts";
import type { Readable } from "node:stream";
import type { Class, QueryBuilder } from "./types.ts";

type Check = (...told: unknown[]) => void;

/** What is checked before knex is told of it. knex's other methods for conditions end in these. */
const checks: Readonly<Record<string, Check>> = {
  ...all(["where", "andWhere", "orWhere", "orWhereColumn", "having", "andHaving", "orHaving"], checkCondition),
  ...all(["increment", "decrement"], checkCounters),
  limit: checkLimit,
  offset: checkOffset,
  pluck: checkName,
  // What knex itself checks.
  ...all(["comment", "hintComment", "first", "clear", "skipLocked", "noWait", "distinctOn"], refuseTagged),
  ...all(["with", "withRecursive", "whereBetween", "andWhereBetween", "havingBetween"], refuseTagged),
};

/** Derives a query builder that can be iterated: `for await (const row of knex("t"))` streams, and leaving it stops the server. */
export function queryBuilderClass(Builder: Class<QueryBuilder>): Class<QueryBuilder> {
  class WarehouseQueryBuilder extends Builder {
    /** Takes a column's name and value as an object of both: there alone knex would send an object as text. */
    override update(...told: unknown[]): unknown {
      const [values, value, ...rest] = told;
      const named = typeof values === "string" ? { [values]: value } : values;
      checkUpdate(named);
      return typeof values === "string" ? super.update(named, ...rest) : super.update(...told);
    }

    override upsert(): never {
      throw unsupported("upsert()", "on Snowflake, use insert().onConflict().merge()");
    }

    /** Keeps the rows for which a condition on window functions holds. knex has no word for it. */
    qualify(condition: unknown): this {
      if (!isRaw(condition)) throw invalidArgument("qualify() takes its condition as knex.raw().");
      this._single.qualify = condition;
      return this;
    }

    [Symbol.asyncIterator](): AsyncIterator<unknown> {
      // knex makes a PassThrough.
      return (this.stream() as Readable)[Symbol.asyncIterator]();
    }
  }
  for (const [method, check] of Object.entries(checks)) {
    redefine(WarehouseQueryBuilder, method, (own, told) => {
      check(...told);
      return complaining(() => own(told));
    });
  }
  for (const method of ["join", "rank", "denseRank", "rowNumber"]) {
    redefine(WarehouseQueryBuilder, method, (own, told) => {
      refuseTagged(...told);
      return own(told.map((one) => (isCallback(one) ? guarded(one) : one)));
    });
  }
  return WarehouseQueryBuilder;
}

/** Makes knex's complaint ours. None of these methods calls a function of the caller's. @throws `INVALID_ARGUMENT`. */
function complaining<T>(tell: () => T): T {
  try {
    return tell();
  } catch (error) {
    if (WarehouseError.is(error) || !(error instanceof Error)) throw error;
    throw invalidArgument(error.message, error);
  }
}

function all(methods: readonly string[], check: Check): Record<string, Check> {
  return Object.fromEntries(methods.map((method) => [method, check]));
}
