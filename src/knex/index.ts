import { createRequire } from "node:module";
import { classesOf } from "./classes.ts";
import { sessionClient, type KnexGround } from "./client.ts";
import { refusing } from "./functions.ts";
import type { Knex } from "knex";
import type { KnexFactory } from "./classes.ts";

/**
 * Makes a knex instance whose queries run on our sessions: the same pool, values and errors as every other verb, and no second
 * connection. Loads knex, synchronously, at its first call: `db.knex` is a property.
 */
export function openKnex(ground: KnexGround): Knex {
  // knex is CommonJS, and a property cannot wait for an import.
  const knex = createRequire(import.meta.url)("knex") as KnexFactory;
  return refusing(knex({ client: sessionClient(classesOf(knex), ground) }));
}

declare module "knex" {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- knex keeps its types in one, and can be added to only there.
  namespace Knex {
    interface QueryBuilder<TRecord, TResult> {
      /** Keeps the rows for which a condition on window functions holds: Snowflake's QUALIFY. `UNSUPPORTED` on Redshift. */
      qualify(condition: Knex.Raw): Knex.QueryBuilder<TRecord, TResult>;
    }
  }
}
