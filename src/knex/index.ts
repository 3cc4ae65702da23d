import { createRequire } from "node:module";
import { sessionClient, type KnexGround } from "./client.ts";
import { snowflakeClient } from "./snowflake.ts";
import type { Knex } from "knex";

/**
 * Makes a knex instance whose queries run on our sessions: the same pool, values and errors as every other verb, and no second
 * connection. Loads knex, synchronously, at its first call: `db.knex` is a property.
 */
export function openKnex(ground: KnexGround): Knex {
  // knex is CommonJS, and a property cannot wait for an import.
  const knex = createRequire(import.meta.url)("knex") as typeof import("knex").knex;
  const Dialect = ground.dialect.name === "redshift" ? redshiftClient(knex) : snowflakeClient(knex, ground.dialect);
  return knex({ client: sessionClient(Dialect, ground) });
}

/** knex's own Redshift dialect; asked for by name, it loads no driver. */
function redshiftClient(knex: typeof import("knex").knex): typeof Knex.Client {
  return (knex({ client: "redshift" }).client as Knex.Client).constructor as typeof Knex.Client;
}
