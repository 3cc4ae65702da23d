import type { Case, Scale, Suite, Variant } from "../suite.ts";
import type { Ground } from "../servers/ground.ts";
import { wholeTable } from "./redshift.ts";

const ours = (name: string, variant = name.toLowerCase()): Variant => ({
  ...{ name: `ours ${name}`, program: "export/ours", variant },
});
const text = (name: string, variant: string): Variant => ({ name, program: "export/text", variant });
const parquet = (name: string, variant: string): Variant => ({ name, program: "export/parquet", variant });

const rowsOf = ({ quick }: Scale): number => (quick ? 100_000 : 1_000_000);
const mixedTable = async (ground: Ground, scale: Scale): Promise<Case[]> =>
  wholeTable(ground, "mixed", rowsOf(scale), "id");

/** A table of ten columns of ten types, from the server to a file. Every variant but ours streams with pg-query-stream, 1,000 rows at a time. */
function suite(format: string, baseline: string, variants: readonly Variant[]): Suite {
  return {
    name: `export-${format.toLowerCase()}`,
    title: (scale) => `Export to ${format}, ${rowsOf(scale).toLocaleString("en")} rows x 10 mixed columns`,
    unit: "row",
    baseline,
    variants,
    cases: mixedTable,
  };
}

export const exportCsv = suite("CSV", "csv-stringify", [
  ours("CSV"),
  text("csv-stringify", "csvStringify"),
  text("csv-stringify, texts", "csvStringifyTexts"),
  text("fast-csv", "fastCsv"),
  text("fast-csv, texts", "fastCsvTexts"),
]);

export const exportNdjson = suite("NDJSON", "JSON.stringify", [
  ours("NDJSON"),
  text("JSON.stringify", "jsonLines"),
  text("JSON.stringify, moments as texts", "jsonLinesTexts"),
]);

/** Arrow, for which others have no writer of rows, is in it, too. */
export const exportParquet = suite("Parquet", "hyparquet-writer", [
  ours("Parquet"),
  ours("Arrow"),
  parquet("hyparquet-writer", "hyparquet"),
  parquet("parquetjs", "parquetjs"),
]);
