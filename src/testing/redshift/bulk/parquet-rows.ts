import { writeFile } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { CopyCommand } from "./copy-command.ts";
import { literal, openWorkshop, quoted } from "./duckdb.ts";
import { refusal, spectrum } from "./failures.ts";
import type { Source } from "./sources.ts";
import type { BulkTask } from "./run.ts";
import type { Target, TargetColumn } from "./target.ts";

/** Is a column of a Parquet file, as its schema tells. */
interface FileColumn {
  readonly name: string;
  readonly physical: string;
  readonly logical: string;
  readonly precision: number;
  readonly scale: number;
  readonly required: boolean;
  readonly nested: boolean;
}

/** Rows that are taken at once. */
const batchRows = 2048;

/**
 * Reads Parquet files column by column in the order of the table's, and gives their rows for PostgreSQL. Types must be the same: nothing
 * is converted (AWS documentation, "COPY from columnar data formats"). Throws a "Spectrum Scan Error" for what does not fit.
 */
export async function* parquetRows(
  { from, options }: CopyCommand,
  target: Target,
  sources: readonly Source[],
  task: BulkTask,
): AsyncGenerator<{ readonly source: Source; readonly rows: readonly (readonly (string | null)[])[] }> {
  const superColumn = target.columns.find(({ kind }) => kind === "super");
  if (superColumn && !options.serializeToJson) throw refusal("SUPER column in COPY query requires SERIALIZETOJSON option", "XX000"); // prettier-ignore
  const workshop = await openWorkshop();
  const { connection } = workshop;
  try {
    for (const source of sources) {
      const path = workshop.path();
      await writeFile(path, await task.reach(task.storage.read(source.url)));
      const columns = await schema(connection, path, source, task.number);
      checkCount(columns, target, options.fillRecord ?? false, source, task.number);
      const selected = target.columns.map((column, at) => {
        const found = columns[at];
        if (!found) return "null";
        const text = expression(column, found);
        if (text === undefined) throw incompatible(column, found, from, source, task.number);
        return text;
      });
      const result = await connection.stream(
        `select ${selected.join(", ")} from read_parquet(${literal(path)}, hive_partitioning = false)`,
      );
      for (;;) {
        const chunk = await result.fetchChunk();
        if (!chunk || chunk.rowCount === 0) break;
        task.signal.throwIfAborted();
        // Every expression is VARCHAR.
        const rows = chunk.getRows() as (string | null)[][];
        for (const row of rows) checkRow(row, target, source, task.number);
        for (let at = 0; at < rows.length; at += batchRows) yield { source, rows: rows.slice(at, at + batchRows) };
      }
    }
  } finally {
    await workshop.close();
  }
}

async function schema(
  connection: DuckDBConnection,
  path: string,
  source: Source,
  query: number,
): Promise<FileColumn[]> {
  const sql = `select name, type, coalesce(num_children, 0), coalesce(logical_type, ''), coalesce(converted_type, ''),
    coalesce(precision, 0), coalesce(scale, 0), repetition_type from parquet_schema(${literal(path)})`;
  const rows = await connection.runAndReadAll(sql).catch(() => {
    throw spectrum(
      `File '${httpsUrl(source.url)}' is not a valid Parquet file: invalid version number or magic`,
      query,
    );
  });
  const nodes = rows.getRowsJson().map((row) => row.map(String));
  const columns: FileColumn[] = [];
  // The first node is the root; the children of a column follow it.
  for (let at = 1; at < nodes.length; at = afterNode(nodes, at)) {
    const [name = "", physical = "", children, logical, converted, precision, scale, repetition] = nodes[at] ?? [];
    columns.push({
      name,
      physical: physical === "null" ? "GROUP" : physical,
      logical: `${logical ?? ""} ${converted ?? ""}`.trim(),
      precision: Number(precision),
      scale: Number(scale),
      required: repetition === "REQUIRED",
      nested: Number(children) > 0 || repetition === "REPEATED",
    });
  }
  return columns;
}

function afterNode(nodes: readonly (readonly string[])[], at: number): number {
  let next = at + 1;
  for (let left = Number(nodes[at]?.[2]); left > 0; left--) next = afterNode(nodes, next);
  return next;
}

function checkCount(
  columns: readonly FileColumn[],
  target: Target,
  fill: boolean,
  source: Source,
  query: number,
): void {
  const [table, data] = [target.columns.length, columns.length];
  if (data === table || (fill && data < table)) return;
  const counts = `Table columns: ${table}, Data columns: ${data}, File name: ${httpsUrl(source.url)}`;
  throw spectrum(`Unmatched number of columns between table and file. ${counts}`, query);
}

/** Gives DuckDB's expression for a column as text, or undefined where the file's type is not the table's. */
function expression(column: TargetColumn, file: FileColumn): string | undefined {
  const name = quoted(file.name);
  const text = `cast(${name} as varchar)`;
  const { physical, logical } = file;
  const when = (fits: boolean, sql = text): string | undefined => (fits && !file.nested ? sql : undefined);
  const plain = !/DECIMAL|Decimal|TIME|Time|DATE|Date|UINT|JSON|BSON|UUID|Null/.test(logical);
  switch (column.kind) {
    case "smallint":
      return when(physical === "INT32" && /INT_16|bitWidth=16, isSigned=1/.test(logical));
    case "integer":
      return when(physical === "INT32" && plain && !/INT_(?:8|16)|bitWidth=(?:8|16)/.test(logical));
    case "bigint":
      return when(physical === "INT64" && plain);
    case "real":
      return when(physical === "FLOAT");
    case "double":
      return when(physical === "DOUBLE");
    case "boolean":
      return when(physical === "BOOLEAN");
    case "numeric":
      return when(/DECIMAL/i.test(logical) && file.scale === column.scale && file.precision <= (column.precision ?? 0));
    case "date":
      return when(/\bDATE\b|DateType/.test(logical));
    case "timestamp":
    case "timestamptz":
      // As microseconds of UTC: neither DuckDB's time zone nor nanoseconds have a say.
      return when(
        /TIMESTAMP|TimestampType/.test(logical) || physical === "INT96",
        `cast(make_timestamp(epoch_us(${name})) as varchar)`,
      );
    case "char":
    case "varchar":
      return when(physical === "BYTE_ARRAY" && /^(?:UTF8|StringType\(\)|StringType\(\) UTF8|ENUM.*|.*JSON.*)?$/.test(logical) && !/DECIMAL/i.test(logical), characters(name, logical)); // prettier-ignore
    case "super":
      if (file.nested) return `cast(to_json(${name}) as varchar)`;
      return physical === "BYTE_ARRAY" ? text : `cast(to_json(${name}) as varchar)`;
    case "varbyte":
      return when(physical === "BYTE_ARRAY" && !/UTF8|String|DECIMAL/i.test(logical), `'\\x' || lower(hex(${name}))`);
    case "time":
      return undefined;
  }
}

/** A string that does not say it is one is read as bytes. */
const characters = (name: string, logical: string): string =>
  logical === "" ? `decode(${name})` : `cast(${name} as varchar)`;

function checkRow(row: readonly (string | null)[], { columns }: Target, source: Source, query: number): void {
  columns.forEach((column, at) => {
    const value = row[at] ?? null;
    if (value === null) {
      if (column.notNull) throw spectrum(`NULL in the NOT NULL column ${column.name}, File name: ${httpsUrl(source.url)}`, query); // prettier-ignore
      return;
    }
    if (column.length === undefined) return;
    const bytes = Buffer.byteLength(value);
    if (bytes <= column.length) return;
    const lengths = `Table: ${column.length}, Data: ${bytes}, File name: ${httpsUrl(source.url)}`;
    throw spectrum(
      `The length of the data column ${column.name} is longer than the length defined in the table. ${lengths}`,
      query,
    );
  });
}

/** Words as in amazon-redshift-python-driver#107 on GitHub, and those of Apache Impala, which Spectrum's scanner shares. */
function incompatible(column: TargetColumn, file: FileColumn, from: string, source: Source, query: number): Error {
  const schemaText = `${file.required ? "required" : "optional"} ${file.physical.toLowerCase()} ${file.name} [i:0 d:${file.required ? 0 : 1} r:0]`; // prettier-ignore
  const place = `for column '${from}.${column.name}'. Column type: ${spectrumType(column)}, Parquet schema:\n${schemaText}`;
  return spectrum(`File '${httpsUrl(source.url)}' has an incompatible Parquet schema ${place}`, query);
}

function spectrumType({ kind, length, precision, scale }: TargetColumn): string {
  if (kind === "numeric") return `DECIMAL(${precision ?? 0}, ${scale ?? 0})`;
  if (kind === "char" || kind === "varchar") return `${kind.toUpperCase()}(${length ?? 0})`;
  const words: Partial<Record<TargetColumn["kind"], string>> = {
    integer: "INT",
    real: "FLOAT",
    timestamptz: "TIMESTAMP",
  };
  return words[kind] ?? kind.toUpperCase();
}

const httpsUrl = (url: string): string => url.replace(/^s3:\/\//, "https://s3.us-east-1.amazonaws.com/");
