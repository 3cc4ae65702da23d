import { connectWarehouse } from "peak-warehouse";

const db = await connectWarehouse();
try {
  const { rows } = await db.query(
    `select certificate, count(*) as films, sum(gross) as GrossTotal, max(rating) as best, max(released) as latest,
            max(loaded_at) as loaded_at, sum(dvd_sales) as dvd_sales, sum(gross) > 2 * sum(budget) as pays
       from films
      where released < ?
      group by certificate
      order by films desc`,
    ["2013-01-01"],
  );
  for (const row of rows) console.log(JSON.stringify(row));
} finally {
  await db.close();
}
