import type { DuckDBConnection, DuckDBInstance, DuckDBType } from "@duckdb/node-api";
import { cancelled, SnowflakeError } from "../errors.ts";
import { natives } from "../natives/index.ts";
import type { Native, NativeValue, Storage } from "../natives/native.ts";
import { mapped } from "./failures.ts";

/** The columns of a result, each a list of its cells. */
interface Cells {
  readonly columns: readonly (readonly unknown[])[];
  readonly rowCount: number;
}

/** DuckDB in memory: any number of statements run at once, each on a connection of its own. */
export interface DuckDB {
  /** Runs one statement, or several of which the last one answers. An abort interrupts it and rejects with 000604, or the signal's SnowflakeError. */
  run(sql: string, signal?: AbortSignal): Promise<Cells>;
  /** Runs one statement and reads its rows as they come. */
  stream(sql: string, signal: AbortSignal): AsyncIterable<Cells>;
  /** Appends rows of texts, given by column, to a table that has these columns alone. */
  append(table: string, columns: readonly (readonly (string | null)[])[], signal: AbortSignal): Promise<void>;
  /** Runs several statements in one transaction. */
  transact(statements: readonly string[]): Promise<void>;
  close(): void;
}

/** A chunk of DuckDB holds no more rows. */
const vectorRows = 2048;

type Module = typeof import("@duckdb/node-api");

async function load(): Promise<Module> {
  try {
    return await import("@duckdb/node-api");
  } catch (cause) {
    throw new Error(
      "The Snowflake stand-in keeps its tables in DuckDB: install it with `npm install --save-dev @duckdb/node-api`.",
      { cause },
    );
  }
}

/** Starts a DuckDB with the functions that Snowflake SQL needs. */
export async function openDuckDB(): Promise<DuckDB> {
  const duckdb = await load();
  // One worker: every statement has a thread of its own anyway, and JavaScript's functions run one at a time.
  const instance = await duckdb.DuckDBInstance.create(":memory:", { threads: "1" });
  const first = await instance.connect();
  for (const native of natives) register(native, first, duckdb);
  const idle: DuckDBConnection[] = [first];
  return engine(instance, idle, duckdb);
}

function engine(instance: DuckDBInstance, idle: DuckDBConnection[], duckdb: Module): DuckDB {
  // Lends a connection that an abort interrupts; `failed` says what an error on it means.
  const lend = async (
    signal?: AbortSignal,
  ): Promise<{ connection: DuckDBConnection; failed: (error: unknown) => Error; back: () => void }> => {
    if (isAborted(signal)) throw stopped(signal);
    const connection = idle.pop() ?? (await instance.connect());
    const interrupt = (): void => connection.interrupt();
    signal?.addEventListener("abort", interrupt, { once: true });
    return {
      connection,
      failed: (error) => (isAborted(signal) ? stopped(signal) : mapped(error)),
      back: () => {
        signal?.removeEventListener("abort", interrupt);
        idle.push(connection);
      },
    };
  };
  const on = async <T>(work: (connection: DuckDBConnection) => Promise<T>, signal?: AbortSignal): Promise<T> => {
    const { connection, failed, back } = await lend(signal);
    try {
      return await work(connection);
    } catch (error) {
      throw failed(error);
    } finally {
      back();
    }
  };
  return {
    run: (sql, signal) =>
      on(async (connection) => {
        const reader = await connection.runAndReadAll(sql);
        return { columns: reader.getColumnsJS(), rowCount: reader.currentRowCount };
      }, signal),
    async *stream(sql, signal) {
      const { connection, failed, back } = await lend(signal);
      try {
        const result = await connection.stream(sql);
        for (
          let chunk = await result.fetchChunk();
          chunk !== null && chunk.rowCount > 0;
          chunk = await result.fetchChunk()
        ) {
          if (isAborted(signal)) throw stopped(signal);
          yield { columns: chunk.getColumns(), rowCount: chunk.rowCount };
        }
        // An interrupted result may also just end, and would pass for a short one.
        if (isAborted(signal)) throw stopped(signal);
      } catch (error) {
        throw failed(error);
      } finally {
        back();
      }
    },
    append: (table, columns, signal) =>
      on(async (connection) => {
        const appender = await connection.createAppender(table);
        const types = columns.map(() => duckdb.VARCHAR);
        const rows = columns[0]?.length ?? 0;
        for (let at = 0; at < rows && !isAborted(signal); at += vectorRows) {
          const chunk = duckdb.DuckDBDataChunk.create(types);
          chunk.setColumns(columns.map((column) => column.slice(at, at + vectorRows)));
          appender.appendDataChunk(chunk);
        }
        appender.closeSync();
        if (isAborted(signal)) throw stopped(signal);
      }, signal),
    transact: (statements) =>
      on(async (connection) => {
        await connection.run("BEGIN");
        try {
          for (const statement of statements) await connection.run(statement);
          await connection.run("COMMIT");
        } catch (error) {
          await connection.run("ROLLBACK").catch(() => undefined); // The first error is the one to tell.
          throw error;
        }
      }),
    close: () => {
      for (const connection of idle) connection.closeSync();
      instance.closeSync();
    },
  };
}

// A function, since the compiler takes a flag that was read once as settled.
const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;
const stopped = (signal: AbortSignal | undefined): Error =>
  signal?.reason instanceof SnowflakeError ? signal.reason : cancelled();

function register(native: Native, connection: DuckDBConnection, duckdb: Module): void {
  const types: Readonly<Record<Storage, DuckDBType>> = {
    VARCHAR: duckdb.VARCHAR,
    HUGEINT: duckdb.HUGEINT,
    BIGINT: duckdb.BIGINT,
    INTEGER: duckdb.INTEGER,
    DOUBLE: duckdb.DOUBLE,
    BOOLEAN: duckdb.BOOLEAN,
    BLOB: duckdb.BLOB,
  };
  const wrap = (value: NativeValue | null): unknown =>
    value instanceof Uint8Array ? new duckdb.DuckDBBlobValue(value) : value;
  const unwrap = (value: unknown): NativeValue | null =>
    // DuckDB hands over what the declared types say; only bytes come in a box.
    value instanceof duckdb.DuckDBBlobValue ? value.bytes : (value as NativeValue | null);
  const { name, takes, gives, takesNull, isVolatile, run } = native;
  const made = duckdb.DuckDBScalarFunction.create({
    name,
    parameterTypes: takes.map((type) => types[type]),
    returnType: types[gives],
    specialHandling: takesNull,
    volatile: isVolatile,
    mainFunction: (info, chunk, output) => {
      const vectors = takes.map((_, i) => chunk.getColumnVector(i));
      try {
        for (let row = 0; row < chunk.rowCount; row++) {
          const args = vectors.map((vector) => unwrap(vector.getItem(row)));
          output.setItem(row, wrap(!takesNull && args.includes(null) ? null : run(args)) as never); // the vector takes the type in `gives`
        }
        output.flush();
      } catch (error) {
        info.setError(error instanceof SnowflakeError ? carried(error) : String(error));
      }
    },
  });
  connection.registerScalarFunction(made);
  // DuckDB has its own by now. This one would keep the process alive until it is collected, which it may never be.
  made.destroySync();
}

// DuckDB passes on nothing but a message, so the error travels inside it.
const carried = ({ code, sqlState, message }: SnowflakeError): string =>
  `SNOWFLAKE${JSON.stringify([code, sqlState, message])}`;
