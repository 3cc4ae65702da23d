import { entry } from "./package.mjs";
import { proof } from "./proof.mjs";

const { connectWarehouse } = await import(entry);

/** Opens the warehouse as a user would, with the built package. `server` has the credentials. */
export async function open({ credentials }, options) {
  return connectWarehouse({ credentials, tls: false, ...options });
}

/** Makes a variant of a function that reads one statement. */
function reading(read) {
  return async (server, { options, call } = {}) => {
    const db = await open(server, options);
    return {
      run: async ({ sql, key }) => {
        const proved = proof(key);
        await read(db, sql, proved, call);
        return proved.result();
      },
      close: () => db.close(),
    };
  };
}

export const variants = {
  query: reading(async (db, sql, proved, call) => {
    proved.rows((await db.query(sql, undefined, call)).rows);
  }),
  stream: reading(async (db, sql, proved, call) => {
    for await (const row of db.stream(sql, undefined, call)) proved.row(row);
  }),
  batches: reading(async (db, sql, proved, call) => {
    for await (const batch of db.batches(sql, undefined, call)) proved.column(batch.columns[0].values, batch.length);
  }),
  arrowBatches: reading(async (db, sql, proved, call) => {
    for await (const batch of db.arrowBatches(sql, undefined, call))
      proved.column(batch.getChildAt(0).toArray(), batch.numRows);
  }),
  arrow: reading(async (db, sql, proved, call) => {
    const table = await db.arrow(sql, undefined, call);
    for (const { values, length } of table.getChildAt(0).data) proved.column(values, length);
  }),
};
