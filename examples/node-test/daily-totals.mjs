/** Adds up the sales of each day, from `since` on. */
export async function dailyTotals(db, since) {
  const text = "select day, sum(price) as total from sales where day >= ? group by day order by day";
  return (await db.query(text, [since])).rows;
}
