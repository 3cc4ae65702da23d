import { writtenFormat } from "./file-format.ts";
import { exactIdentifier, nativeName } from "./names.ts";
import { authorization, fileUrl, refuseInTransaction, withStage } from "./stage.ts";
import { snowflake as dialect } from "./dialect.ts";
import { invalidArgument, occupiedPrefix, reworded, WarehouseError } from "../../errors.ts";
import { foldNames } from "../../sql/dialect.ts";
import { textLiteral } from "../../sql/literals.ts";
import type { Ask, BulkCompression, Unloaded, UnloadOrder } from "../../bulk-engine.ts";
import type { Column } from "../../values/types.ts";

/** Runs a COPY INTO a location, with the columns' names in the files as rows have them. */
export async function unload(order: UnloadOrder, ask: Ask): Promise<Unloaded> {
  const { columns } = await ask({ text: order.query, describeOnly: true });
  checkNames(columns);
  // Before any file is removed: what cannot be written must cost none.
  const text = unloadText(order, columns);
  await prepare(order, ask);
  const { rows, queryId } = await ask({ text, isWork: true }).catch((error: unknown) => {
    throw isOccupied(error) ? reworded(error, occupiedPrefix(order.url).message, { written: {} }) : error;
  });
  const files = rows.map((row) => ({
    url: fileUrl(String(row.file_name), order.url),
    rows: Number(row.row_count),
    bytes: Number(row.file_size),
  }));
  const sum = (of: "rows" | "bytes") => files.reduce((total, file) => total + file[of], 0);
  return { rows: sum("rows"), bytes: sum("bytes"), files, manifest: undefined, queryId };
}

/** Sees to the files that are there. By itself COPY minds only those of the very names that it writes. */
async function prepare(order: UnloadOrder, ask: Ask): Promise<void> {
  const { url, access, overwrite } = order;
  if (overwrite === "replace") return;
  await refuseInTransaction(
    order,
    ask,
    `Inside a transaction Snowflake cannot look what is under the prefix, which takes a stage, and making one commits: unload outside of it, or with overwrite "replace".`,
  );
  await withStage(url, access, ask, async (files) => {
    if (overwrite === "clean") return ask({ text: `REMOVE ${files}` });
    const { rows } = await ask({ text: `LIST ${files}` });
    if (rows.length > 0) throw occupiedPrefix(url, rows.length);
    return undefined;
  });
}

/** Somebody has written there since it was looked. */
function isOccupied(error: unknown): error is WarehouseError {
  return WarehouseError.is(error) && error.vendorCode === "001030";
}

/** A column without an alias is called by its expression, of any length; docs.snowflake.com, "Identifier requirements". */
const longestName = 255;

/** The query's columns are selected by their names. @throws `INVALID_ARGUMENT` for names that do not tell them apart, or are too long for it. */
function checkNames(columns: readonly Column[]): void {
  const seen = new Set<string>();
  for (const [place, { nativeName }] of columns.entries()) {
    if (nativeName.length > longestName) {
      throw invalidArgument(`Column ${place + 1} of the query has no name that Snowflake can hold: give it an alias.`);
    }
    if (seen.has(nativeName)) {
      throw invalidArgument(`The query has two columns named ${JSON.stringify(nativeName)}: give one an alias.`);
    }
    seen.add(nativeName);
  }
}

/** Writes the statement (docs.snowflake.com, "COPY INTO <location>"). */
export function unloadText(order: UnloadOrder, columns: readonly Column[]): string {
  const { url, access, query, format, csv, partitionBy, overwrite, single, maxFileBytes } = order;
  const target = single ? `${url}000.${endingOf(order)}` : url;
  const clauses = [
    `COPY INTO ${textLiteral(target)}`,
    // A comment at the query's end must not swallow what follows.
    `FROM (SELECT ${selected(order, columns)} FROM (${query}\n))`,
  ];
  if (partitionBy.length > 0) clauses.push(`PARTITION BY (${folders(order, columns)})`);
  clauses.push(`FILE_FORMAT = (${writtenFormat(order)})`, authorization(access));
  if (overwrite === "replace") clauses.push("OVERWRITE = TRUE");
  if (single) clauses.push("SINGLE = TRUE");
  // One file is not split, but refused where it grows beyond this.
  const most = maxFileBytes ?? (single ? largestFileBytes : undefined);
  if (most !== undefined) clauses.push(`MAX_FILE_SIZE = ${Math.floor(most)}`);
  // Without it Parquet's columns have no names of their own.
  clauses.push(`HEADER = ${format === "parquet" || (format === "csv" && csv.header) ? "TRUE" : "FALSE"}`);
  clauses.push("DETAILED_OUTPUT = TRUE");
  return clauses.join(" ");
}

const largestFileBytes = 5 * 1024 ** 3;
const extensions: Readonly<Record<BulkCompression, string>> = { none: "", gzip: ".gz", zstd: ".zst", bzip2: ".bz2" };

function endingOf({ format, compression }: UnloadOrder): string {
  return `${format}${extensions[compression]}`;
}

/** Writes the columns to select, under the names that rows have, as the format can hold them. */
function selected(order: UnloadOrder, columns: readonly Column[]): string {
  const names = namesOf(columns);
  const cells = columns.map((column) => cell(order, column));
  if (order.format !== "json") {
    return cells.map((sql, place) => `${sql} AS ${exactIdentifier(names[place] ?? "")}`).join(", ");
  }
  const members = cells.map((sql, place) => `${textLiteral(names[place] ?? "")}, ${sql}`);
  return `OBJECT_CONSTRUCT_KEEP_NULL(${members.join(", ")})`;
}

function namesOf(columns: readonly Column[]): readonly string[] {
  return foldNames(
    columns.map(({ nativeName }) => nativeName),
    dialect,
  );
}

/** Parquet has no zones: an instant goes as it is in UTC, as from Redshift. As text a moment keeps all its digits. */
function cell({ format }: UnloadOrder, { nativeName, type }: Column): string {
  const name = exactIdentifier(nativeName);
  if (format === "parquet") {
    return type === "timestamptz" ? `CONVERT_TIMEZONE('UTC', ${name})::TIMESTAMP_NTZ` : name;
  }
  const form = momentForms[type];
  return form === undefined ? name : `TO_VARCHAR(${name}, ${textLiteral(form)})`;
}

const momentForms: Partial<Record<Column["type"], string>> = {
  date: "YYYY-MM-DD",
  time: "HH24:MI:SS.FF9",
  timestamp: "YYYY-MM-DD HH24:MI:SS.FF9",
  timestamptz: "YYYY-MM-DD HH24:MI:SS.FF9TZH:TZM",
};

/** Writes Hive's folders, as Redshift names them: `col=value/`. */
function folders({ partitionBy }: UnloadOrder, columns: readonly Column[]): string {
  const names = namesOf(columns);
  const folder = (given: string): string => {
    // As the result names it, or in another way that the one name rule knows.
    const native = nativeName(given);
    const place = names.includes(given) ? names.indexOf(given) : columns.findIndex((one) => one.nativeName === native);
    const column = columns[place];
    if (column === undefined) {
      throw invalidArgument(`The query has no column ${JSON.stringify(given)} to partition by.`);
    }
    const name = exactIdentifier(names[place] ?? given);
    const form = momentForms[column.type];
    const text = form === undefined ? `TO_VARCHAR(${name})` : `TO_VARCHAR(${name}, ${textLiteral(form)})`;
    const escaped = ["%", "/", "=", ":"].reduce(
      (sql, mark) => `REPLACE(${sql}, '${mark}', '${encodeURIComponent(mark)}')`,
      text,
    );
    const folderName = given.replace(/[%/=:]/g, encodeURIComponent);
    // As Hive does, and Redshift: a folder has a name.
    return `${textLiteral(`${folderName}=`)} || COALESCE(NULLIF(${escaped}, ''), '__HIVE_DEFAULT_PARTITION__')`;
  };
  return partitionBy.map(folder).join(" || '/' || ");
}
