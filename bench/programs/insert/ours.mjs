import { open } from "../ours.mjs";
import { inserting } from "./inserting.mjs";
import { columns, generated } from "./rows.mjs";

async function opened(server) {
  const db = await open(server);
  return { db, insert: (table, source) => db.insert(table, source, { transaction: true }), close: () => db.close() };
}

/** Hands the rows over one after another, as they are made: none is there before, and making them is measured, too. */
async function openedForStream(server) {
  const { db, close } = await opened(server);
  return { db, insert: (table, count) => db.insert(table, rowByRow(count)), close };
}

async function* rowByRow(count) {
  yield* generated(count);
}

export const variants = {
  objects: inserting(opened),
  arrays: inserting(opened, (count) => Array.from(generated(count), (row) => columns.map((column) => row[column]))),
  generator: inserting(openedForStream, (count) => count),
  /** What `batches()` of another warehouse would give. */
  batches: inserting(opened, async (count, { table, client: { db }, sink }) => {
    await db.insert(table, generated(count));
    const batches = [];
    for await (const batch of db.batches(`select * from ${table}`)) batches.push(batch);
    await sink.empty(table);
    return batches;
  }),
};
