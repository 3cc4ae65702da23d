import { snowflake as dialect } from "./dialect.ts";
import { exactIdentifier } from "./names.ts";
import type { BulkStatement, Cell, Insertion, RowWriter } from "../../bulk-engine.ts";
import type { Column } from "../../values/types.ts";

/**
 * How many cells bulk binds have at most: below CLIENT_STAGE_ARRAY_BINDING_THRESHOLD, 65,280, from which on the vendor's drivers put them into
 * a stage.
 */
const bulkCells = 65_000;
/** The most bytes of the cells of one statement, which goes out as one JSON document, uncompressed. */
const maxBytes = 8 * 1024 * 1024;

/**
 * How Snowflake inserts rows: as bulk binds, texts that the server reads as the types of their columns. What it makes of no text by itself,
 * documents and bytes, is converted on the way, which VALUES does not do: those rows are selected from a list of binds.
 */
export const insertion: Insertion = {
  writer(table, columns, batchRows) {
    const names = columns.map(({ nativeName }) => exactIdentifier(nativeName)).join(", ");
    const begin = `INSERT INTO ${table} (${names})`;
    const placeholders = `(${columns.map(() => "?").join(", ")})`;
    if (columns.every((column) => conversionOf(column) === undefined)) {
      return rowWriter(batchRows, bulkCells, columns, (rows) => ({
        text: `${begin} VALUES ${placeholders}`,
        bindRows: { form: "rows", rows, isList: false },
      }));
    }
    const selected = columns.map(
      (column, index) => conversionOf(column)?.(`column${index + 1}`) ?? `column${index + 1}`,
    );
    return rowWriter(batchRows, dialect.maxBinds, columns, (rows) => ({
      text: `${begin} SELECT ${selected.join(", ")} FROM VALUES ${rows.map(() => placeholders).join(", ")}`,
      bindRows: { form: "rows", rows, isList: true },
    }));
  },
  isStageable: ({ nativeType }) => stageable.test(nativeType),
};

/** Without documents and bytes, which a COPY would have to convert. */
const stageable = /^(?:NUMBER|FLOAT|BOOLEAN|DATE|TIME|TIMESTAMP_NTZ|TIMESTAMP_LTZ|TIMESTAMP_TZ|VARCHAR)(?:\(.*)?$/;

function rowWriter(
  batchRows: number,
  mostCells: number,
  { length }: readonly Column[],
  finish: (rows: Cell[][]) => BulkStatement,
): RowWriter {
  const mostRows = Math.min(batchRows, Math.max(1, Math.floor(mostCells / length)));
  let rows: Cell[][] = [];
  let bytes = 0;
  return {
    get rows() {
      return rows.length;
    },
    get bytes() {
      return bytes;
    },
    get isFull() {
      return rows.length >= mostRows;
    },
    add(cells) {
      const more = cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0);
      if (rows.length > 0 && bytes + more > maxBytes) return false;
      rows.push([...cells]);
      bytes += more;
      return true;
    },
    take() {
      const statement = finish(rows);
      rows = [];
      bytes = 0;
      return statement;
    },
  };
}

/** Gives what makes a value of a text where the server does not by itself. A VARIANT becomes no OBJECT or ARRAY without being told. */
function conversionOf({ type, nativeType }: Column): ((text: string) => string) | undefined {
  if (type === "binary") return (text) => `TO_BINARY(${text}, 'HEX')`;
  if (nativeType === "GEOGRAPHY" || nativeType === "GEOMETRY") return (text) => `TO_${nativeType}(${text})`;
  if (type !== "json") return undefined;
  const cast = nativeType === "OBJECT" || nativeType === "ARRAY" ? `::${nativeType}` : "";
  return (text) => `PARSE_JSON(${text})${cast}`;
}
