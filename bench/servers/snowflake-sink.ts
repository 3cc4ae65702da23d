import { oneRow, rowtypeOf, status, type Prepared } from "./snowflake-tables.ts";

/** Bulk binds as they come over the wire: of each column, by its place from 1 on, all cells. */
export type Bindings = Readonly<Record<string, { readonly value: readonly (string | null)[] }>>;

/** What a statement says besides its text. */
interface Said {
  readonly bindings?: Bindings;
  readonly describeOnly?: boolean;
}

const isInsert = /^insert into "?sink"? /i;
const isDescribed = /^select \* from "?sink"?$/i;
/** The server's number of an INSERT, as snowflake-sdk has it. */
const insertKind = 0x3100;

/** Makes the table `sink`, of the columns of `mixed`: it counts the rows that it is given, sums the first column, and keeps nothing. */
export function createSink() {
  const width = rowtypeOf("mixed").length;
  let count = 0;
  let checksum = 0;

  const take = (bindings: Bindings): number => {
    const columns = Object.values(bindings).map(({ value }) => value);
    const [keys = []] = columns;
    if (columns.length !== width || columns.some(({ length }) => length !== keys.length)) {
      throw new Error(`The table sink has ${width} columns, of which each gets as many cells.`);
    }
    count += keys.length;
    checksum += keys.reduce((sum, key) => sum + Number(key), 0);
    return keys.length;
  };

  return {
    /** Answers the statements that are about the table; `undefined` for others. */
    answer(sql: string, { bindings, describeOnly }: Said): Prepared | undefined {
      if (isInsert.test(sql) && bindings !== undefined) {
        return oneRow({ "number of rows inserted": take(bindings) }, insertKind);
      }
      if (sql === "truncate table sink") {
        count = 0;
        checksum = 0;
        return status;
      }
      if (sql === "select count, checksum from sink") return oneRow({ COUNT: count, CHECKSUM: checksum });
      if (isDescribed.test(sql) && describeOnly === true) {
        return { rowtype: rowtypeOf("mixed"), inline: [], chunks: [], count: 0, checksum: 0 };
      }
      return undefined;
    },
  };
}
