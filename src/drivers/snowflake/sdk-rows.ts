import { firstOfKind, isDml, isStatusLine } from "./outcome.ts";
import { pace } from "./pace.ts";
import { snowflake as dialect } from "./dialect.ts";
import { columnsOf } from "./types.ts";
import { cellsOf, type Cells } from "../../columns/cells.ts";
import { rowBuilder } from "../../columns/rows.ts";
import { WarehouseError } from "../../errors.ts";
import { firstKeyword } from "../../sql/statements.ts";
import { utf8 } from "../../values/decode.ts";
import { isRowType, type Result } from "./result.ts";
import type { RowSource } from "./rows.ts";
import type { Sdk } from "./sdk.ts";

/** After so long without a row the SDK's stream is given up, in milliseconds: a chunk that it cannot read silences it for ever. */
const silenceMs = 120_000;

/**
 * Reads the rows of a result through the SDK's own stream: its downloads, its retries, its JSON, and its long turns of the event loop.
 *
 * Only the last step, what it makes of a cell, is left out. That loses digits of numbers and times, takes the text `NULL` for none, and
 * throws where nobody can catch it (seen of snowflake-sdk 3.3); so the cells come as they were sent, and `cells.ts` decodes them.
 *
 * @throws `UNSUPPORTED` where this version of the SDK does not give its cells.
 */
export function sdkRows(sent: Sdk.RowStatement, { returned }: Pick<Result, "returned">): RowSource {
  askForCellsAsSent(sent);
  const stream = sent.streamRows();
  const work = pace();
  let failure: { readonly error: Error } | undefined;
  let ended = false;
  let received = 0;
  let wake: () => void = () => undefined;

  stream.on("readable", () => wake());
  stream.on("end", () => {
    ended = true;
    wake();
  });
  // It stays: after the stream was left, a download that was under way may still fail.
  stream.on("error", (error: Error) => {
    failure ??= { error };
    wake();
  });

  const moreRows = async () => {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      wake = resolve;
      timer = setTimeout(() => reject(new Error(`no row came for ${silenceMs} ms`)), silenceMs);
    }).finally(() => clearTimeout(timer));
  };

  return {
    async fill(builder) {
      for (let added = false; !builder.isFull;) {
        // The SDK says what it gives in no types; the cells are checked one by one.
        const row = stream.read() as readonly unknown[] | null;
        if (failure !== undefined) throw failure.error;
        if (row !== null) {
          builder.add(cellsIn(row));
          added = true;
          received++;
        } else if (added) return true;
        else if (ended) {
          if (returned === undefined || received === returned) return false;
          throw new Error(`the server announced ${returned} rows and sent ${received}`);
        } else await moreRows();
        if (work.isDue()) await work.rest();
      }
      return true;
    },
    stop() {
      failure ??= { error: new Error("the rows were left") };
      stream.destroy();
      wake();
    },
  };
}

/**
 * Describes a result by what the SDK says of it. It does not say what kind of statement it was; the counts of a DML are read here.
 *
 * @returns `undefined` where the SDK has no result either, or one whose columns nobody knows.
 */
export async function resultBySdk(sent: Sdk.RowStatement, text: string): Promise<Result | undefined> {
  const columns = sent.getColumns();
  if (columns === undefined) return undefined;
  const rowtype = columns.map((column) => ({
    name: column.getName(),
    type: column.getType(),
    precision: column.getPrecision(),
    scale: column.getScale(),
  }));
  if (!rowtype.every(isRowType)) return undefined;
  const result = {
    rowtype,
    chunks: [],
    chunkHeaders: {},
    returned: sent.getNumRows(),
    statementTypeId: isStatusLine(rowtype) && !isQuery(text) ? firstOfKind.ddl : undefined,
    queryId: sent.getQueryId(),
  };
  return { ...result, inline: isDml(result) ? await countsOf(sent, result) : inlineOf([]) };
}

function isQuery(text: string): boolean {
  return ["SELECT", "WITH", "SHOW", "CALL", "EXECUTE"].includes(firstKeyword(text, dialect) ?? "");
}

async function countsOf(
  sent: Sdk.RowStatement,
  { rowtype, returned }: Pick<Result, "rowtype" | "returned">,
): Promise<Result["inline"]> {
  const asSent = rowtype.map(() => utf8);
  const builder = rowBuilder(columnsOf(rowtype), asSent, "array", { rows: 1, bytes: Infinity });
  await sdkRows(sent, { returned }).fill(builder);
  return inlineOf(builder.take(true)?.rows ?? []);
}

function inlineOf(rows: readonly unknown[]): Result["inline"] {
  const bytes = Buffer.from(JSON.stringify(rows).slice(1, -1));
  return { bytes, start: 0, end: bytes.length };
}

/** A cell that the SDK handed out as it was sent. Whatever else comes has been converted. */
class SentCell {
  readonly value: unknown;
  /** How many cells its row was sent with. */
  readonly of: number;

  constructor(value: unknown, of: number) {
    this.value = value;
    this.of = of;
  }
}

/** What the SDK's rows ask of its columns: in no types, and the same since its first versions. */
interface ColumnInside {
  _getRowValue: (row: { readonly values: unknown }) => unknown;
}

function askForCellsAsSent(sent: Sdk.RowStatement): void {
  for (const [index, column] of (sent.getColumns() ?? []).entries()) {
    const inside = column as unknown as Partial<ColumnInside>;
    if (typeof inside._getRowValue !== "function") throw unknownVersion();
    // What is thrown here nobody can catch: a row that is none has no cells, and is refused where its cells are counted.
    inside._getRowValue = ({ values }) =>
      Array.isArray(values) ? new SentCell(values[index], values.length) : new SentCell(undefined, 0);
  }
}

function cellsIn(row: readonly unknown[]): Cells {
  let bytes = 2;
  const texts = row.map((cell) => {
    if (!(cell instanceof SentCell)) throw unknownVersion();
    if (cell.of !== row.length) throw new Error("a row has more or fewer cells than there are columns");
    if (cell.value === null || cell.value === undefined) return null;
    // Some servers send numbers and booleans without quotes, and the SDK has parsed those.
    const text = typeof cell.value === "string" ? cell.value : JSON.stringify(cell.value);
    bytes += Buffer.byteLength(text) + 3;
    return text;
  });
  return cellsOf(texts, bytes);
}

function unknownVersion(): WarehouseError {
  return new WarehouseError(
    "UNSUPPORTED",
    "This version of snowflake-sdk does not hand out the cells of a result as they were sent: install snowflake-sdk@3.3.",
    { phase: "fetch", effect: "unknown" },
  );
}
