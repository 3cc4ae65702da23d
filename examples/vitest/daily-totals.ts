import type { Warehouse } from "peak-warehouse";

/** Adds up the sales of each day, from `since` on. */
export async function dailyTotals(db: Warehouse, since: string): Promise<{ day: string; total: string }[]> {
  const text = "select day, sum(price) as total from sales where day >= ? group by day order by day";
  return (await db.query<{ day: string; total: string }>(text, [since])).rows;
}
