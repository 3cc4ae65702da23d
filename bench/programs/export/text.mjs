import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { format } from "@fast-csv/format";
import { stringify } from "csv-stringify";
import pg from "pg";
import { parsing, streaming, texts } from "./query-stream.mjs";

const { DATE, TIMESTAMP, TIMESTAMPTZ } = pg.types.builtins;

const written = (date) => date.toISOString();

const csvStringify = (rows, path) => {
  const cast = { date: written, boolean: String };
  return pipeline(rows, stringify({ header: true, cast }), createWriteStream(path));
};

const fastCsv = (rows, path) => {
  // By itself it writes a Date as toString does.
  const transform = (row) => ({ ...row, day: written(row.day), at: written(row.at), seen: written(row.seen) });
  return pipeline(rows, format({ headers: true, transform }), createWriteStream(path));
};

const fastCsvOfTexts = (rows, path) => pipeline(rows, format({ headers: true }), createWriteStream(path));

async function* jsonLines(rows) {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

const writeJsonLines = (rows, path) => pipeline(rows, jsonLines, createWriteStream(path));
const asText = (text) => text;
const momentsAsTexts = parsing({ [DATE]: asText, [TIMESTAMP]: asText, [TIMESTAMPTZ]: asText });

/** What has `pg`'s own values has lost the microseconds of its moments. */
export const variants = {
  csvStringify: streaming("csv", csvStringify),
  csvStringifyTexts: streaming("csv", csvStringify, texts),
  fastCsv: streaming("csv", fastCsv),
  fastCsvTexts: streaming("csv", fastCsvOfTexts, texts),
  /** Numbers are numbers, and large ones and decimals texts, as `pg` gives them. */
  jsonLines: streaming("ndjson", writeJsonLines),
  jsonLinesTexts: streaming("ndjson", writeJsonLines, momentsAsTexts),
};
