import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { connectWarehouse, sql } from "peak-warehouse";

/**
 * Creates the table `films` in the tenant's warehouse and fills it from `movies.json` of the npm package `vega-datasets`, with binds
 * only. Prints how many rows the warehouse has counted.
 */

/** The fields of a film that the demo uses. */
interface Film {
  readonly Title: string | number | null;
  readonly "Worldwide Gross": number | null;
  readonly "US DVD Sales": number | null;
  readonly "Production Budget": number | null;
  /** Such as `Jun 12 1998`. */
  readonly "Release Date": string;
  readonly "MPAA Rating": string | null;
  readonly "IMDB Rating": number | null;
}

const table = sql`create table films (
  title varchar(200), released date, certificate varchar(20), gross bigint, dvd_sales bigint, budget bigint,
  rating decimal(3,1), loaded_at timestamp
)`;

/** Rows of one INSERT: with 8 values each they stay far below 16,384 binds, the most for Snowflake. */
const batchRows = 500;

const films = readFilms();
const db = await connectWarehouse();
try {
  await db.query(table);
  let loaded = 0;
  for (let start = 0; start < films.length; start += batchRows) {
    const rows = films.slice(start, start + batchRows).map((film, place) => valuesOf(film, start + place));
    const { rowCount } = await db.query(sql`insert into films values ${sql.join(rows)}`);
    loaded += rowCount;
  }
  console.log(loaded);
} finally {
  await db.close();
}

function readFilms(): readonly Film[] {
  const entry = createRequire(import.meta.url).resolve("vega-datasets");
  const text = readFileSync(new URL("../data/movies.json", pathToFileURL(entry)), "utf8");
  return JSON.parse(text) as Film[]; // What the package's release holds, fixed by the lockfile.
}

/** Some titles are numbers. The moment of loading is made up: one microsecond after the other, the same in every run. */
function valuesOf(film: Film, place: number) {
  const title = film.Title === null ? null : String(film.Title);
  const { "Worldwide Gross": gross, "US DVD Sales": dvdSales, "Production Budget": budget } = film;
  const { "MPAA Rating": certificate, "IMDB Rating": rating } = film;
  const loadedAt = `2026-01-01T00:00:00.${String(place + 1).padStart(6, "0")}`;
  return sql`(${sql.join([title, isoDate(film["Release Date"]), certificate, gross, dvdSales, budget, rating, loadedAt])})`;
}

function isoDate(date: string): string {
  const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const [month = "", day = "", year = ""] = date.split(" ");
  return `${year}-${String(months.indexOf(month) + 1).padStart(2, "0")}-${day}`;
}
