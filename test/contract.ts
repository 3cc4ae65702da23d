import { agreement } from "./contract/agreement.ts";
import { arrow } from "./contract/arrow.ts";
import { batchEndings } from "./contract/batch-endings.ts";
import { batches } from "./contract/batches.ts";
import { binds } from "./contract/binds.ts";
import { catalog } from "./contract/catalog.ts";
import { cancellation } from "./contract/cancellation.ts";
import { description } from "./contract/describe.ts";
import { exports } from "./contract/exports.ts";
import { inserts } from "./contract/inserts.ts";
import { knex } from "./contract/knex.ts";
import { typedRows } from "./contract/typed-rows.ts";
import { lentTransactions } from "./contract/lent-transactions.ts";
import { limits } from "./contract/limits.ts";
import { placeholders } from "./contract/placeholders.ts";
import { queries } from "./contract/queries.ts";
import { sessions } from "./contract/sessions.ts";
import { transactions } from "./contract/transactions.ts";
import { values } from "./contract/values.ts";
import { streams } from "./contract/streams.ts";
import type { Tenant } from "./contract/tenant.ts";

/** The promises that every driver keeps, on stand-ins and on a real tenant alike. */
export function contract(open: () => Promise<Tenant>): void {
  reading(open);
  binds(open);
  placeholders(open);
  sessions(open);
  transactions(open);
  lentTransactions(open);
  cancellation(open);
  knex(open);
  description(open);
  catalog(open);
  exports(open);
  inserts(open);
}

/** Those of them that are about results, whatever reads the cells. */
export function reading(open: () => Promise<Tenant>): void {
  queries(open);
  values(open);
  streams(open);
  batches(open);
  batchEndings(open);
  arrow(open);
  agreement(open);
  limits(open);
  typedRows(open);
}
