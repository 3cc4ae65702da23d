/** Every verb that loads something late: the drivers, knex, Arrow and Parquet. Prints {@link printed} on every warehouse. */
export const program = `
import { connectWarehouse } from "peak-warehouse";

async function main() {
  const db = await connectWarehouse();
  const { rows } = await db.query("select 1 as one");
  const [{ three }] = await db.knex.select(db.knex.raw("3 as three"));
  const { numRows } = await db.arrow("select 2 as two");
  const exported = await db.export("select 5 as five", "five.parquet", { format: "parquet" });
  await db.close();
  console.log(JSON.stringify([rows, three, numRows, exported.rows]));
}

void main();
`;

/** The same in CommonJS. */
export const commonJs = program.replace(/import (\{.*\}) from ("[^"]+");/, "const $1 = require($2);");

export const printed = `[[{"one":1}],3,1,1]\n`;

/** A program that names what a typed one would, from all entries. */
export const typed = `
import { connectWarehouse, sql, WarehouseError, type Warehouse } from "peak-warehouse";
import { instrument } from "peak-warehouse/opentelemetry";
import { startLocalWarehouses, type LocalWarehouses } from "peak-warehouse/testing";

export async function total(day: string): Promise<number | undefined> {
  const db: Warehouse = await connectWarehouse({ integers: "number" });
  try {
    const { rows } = await db.query<{ total: number }>(sql\`select count(*) as total from events where day = \${day}\`);
    for await (const { columns, length } of db.batches("select 1 as one")) console.log(columns[0]?.layout, length);
    const table = await db.arrow("select 1 as one");
    return rows[0]?.total ?? table.numRows;
  } catch (error) {
    if (WarehouseError.is(error) && error.retryable) return undefined;
    throw error;
  } finally {
    await db.close();
  }
}

export const undo: () => void = instrument();
export const local: Promise<LocalWarehouses> = startLocalWarehouses();
`;
