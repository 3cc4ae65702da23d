import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sql } from "peak-warehouse";
import { readBack } from "../bulk/files.ts";
import { bulkPlace } from "./bulk-tenants.ts";

const marks = [
  "'",
  '"',
  "\\",
  "\n",
  "\r",
  "\t",
  ",",
  "%",
  "/",
  "=",
  " ",
  ";",
  "--",
  "NULL",
  "\\N",
  "$1",
  "?",
  "@",
  "{",
  "é",
  "🜚",
];

/** Any text that a warehouse can hold, most of them ill-natured. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }).map((value) => value.replace(/[\0\p{Surrogate}]/gu, "'\\")),
  fc.array(fc.constantFrom(...marks), { maxLength: 12 }).map((pieces) => pieces.join("")),
);
/** A header ends at the first line end, also at one in quotes. */
const name = text.filter((value) => value !== "" && Buffer.byteLength(value) < 60 && !/[\r\n]|^id$/i.test(value));

for (const type of ["redshift", "snowflake"] as const) {
  describe(`any text on ${type}`, () => {
    const place = bulkPlace(type);

    it("is unloaded as it is, under any name and prefix, and loaded again", async () => {
      const format = fc.constantFrom("csv" as const, "json" as const, "parquet" as const);
      const texts = fc.array(text, { minLength: 1, maxLength: 4 });
      const property = fc.asyncProperty(name, text, texts, format, async (column, prefix, values, written) => {
        const url = `${place.folder()}${prefix}`;
        const options = { format: written, ...(written === "csv" ? { header: true, nullAs: "nil" } : {}) };
        const rows = values.map(
          (value, id) => sql`select ${id} as id, ${value}::varchar(1000) as ${sql.id.exact(column)}`,
        );
        const { files } = await place.db.unload(sql.join(rows, " union all "), url, options);
        const bytes = files.map((file) => place.local.s3.read(file.url) ?? "");
        const found = await readBack(bytes, written, { nullText: "nil" });
        const inOrder = found.sort((a, b) => Number(a.id) - Number(b.id));
        expect(inOrder.map((row) => Object.entries(row).find(([key]) => key !== "id")?.[1])).toEqual(values);
        // By name another column would be meant.
        if (written === "json" || (written === "parquet" && type === "snowflake")) return;
        const table = await place.table("id integer, v varchar(1000)");
        await place.db.load(table, url, options);
        const { rows: loaded } = await place.db.query(`select v from ${table} order by id`);
        expect(loaded.map(({ v }) => v)).toEqual(values);
      });
      await fc.assert(property, { numRuns: 40, examples: [["__proto__", "", [""], "csv"]] });
    }, 60_000);
  });
}
