import { createRequire } from "node:module";
import { classesOf } from "./classes.ts";
import { sessionClient, type KnexGround } from "./client.ts";
import { refusing } from "./functions.ts";
import { notInstalled } from "../optional-package.ts";
import type { Knex } from "knex";
import type { KnexFactory } from "./classes.ts";

/**
 * Makes a knex instance whose queries run on our sessions: the same pool, values and errors as every other verb, and no second
 * connection. Loads knex, synchronously, at its first call: `db.knex` is a property.
 *
 * @throws `UNSUPPORTED` where knex is not installed: beside the bundle, if this package is in one.
 */
export function openKnex(ground: KnexGround): Knex {
  const knex = loadKnex();
  return refusing(knex({ client: sessionClient(classesOf(knex), ground) }));
}

/** Loads knex, which is CommonJS: a property cannot wait for an import. */
function loadKnex(): KnexFactory {
  // A bundle that is CommonJS has no import.meta. Bundlers leave knex out, which they could not take in without the drivers of eight other databases.
  const here = (import.meta.url as string | undefined) ?? __filename;
  try {
    return createRequire(here)("knex") as KnexFactory;
  } catch (error) {
    return notInstalled("knex", "Queries by db.knex")(error);
  }
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
