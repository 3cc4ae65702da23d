import { traced, WarehouseError } from "./errors.ts";
import type { Call, CallOptions } from "./call.ts";
import type { Batch } from "./columns/batch.ts";
import type { Execution, Session } from "./driver.ts";
import type { WithSession } from "./lending.ts";

/** The rows or batches of a query, one after the other: an async iterable that is read once. The query starts with the first `next()`. */
export interface RowStream<Row = Record<string, unknown>> extends AsyncIterableIterator<Row>, AsyncDisposable {
  /** Gives the stream itself, for `for await`. */
  [Symbol.asyncIterator](): RowStream<Row>;
  /** Leaves the stream: stops the statement on the server and gives the session back. `break` and `throw` do it for you. */
  return(): Promise<IteratorResult<Row, undefined>>;
  /** Gives the next row, and pulls more from the server when those that have come are used up. @throws as `query`, once: the stream has ended then. */
  next(): Promise<IteratorResult<Row, undefined>>;
}

/** A query that runs for as long as its stream is read. */
export interface Streaming<B extends Batch> {
  /** Settles when the columns are known. */
  readonly execution: Promise<Execution<B>>;
  /** The call that the statement belongs to; `undefined` where none could begin. */
  readonly call: Call | undefined;
  /** Lets go of the session after the last row. */
  end(): Promise<void>;
  /** Stops the statement, whatever it is waiting for, and lets go of the session. */
  stop(): Promise<void>;
}

const done = { done: true, value: undefined } as const;

/**
 * Begins a query and holds its session until the stream lets go.
 *
 * @param open - runs the statement.
 */
export function startStream<B extends Batch>(
  withSession: WithSession,
  options: CallOptions,
  open: (session: Session, call: Call) => Promise<Execution<B>>,
): Streaming<B> {
  const released = deferred<undefined>();
  const execution = deferred<Execution<B>>();
  let running: Call | undefined;
  const work = withSession(
    options,
    "stream",
    async (session, call) => {
      execution.resolve(await open(session, call));
      // The deadline and close() take the session from a consumer who has stopped reading.
      await call.race(released.promise);
    },
    (call) => (running = call),
  );
  // Its failure is the execution's.
  const settled = work.catch(execution.reject);
  execution.promise.catch(() => undefined);
  return {
    execution: execution.promise,
    get call() {
      return running;
    },
    async end() {
      released.resolve(undefined);
      await settled;
    },
    async stop() {
      released.resolve(undefined);
      if (running !== undefined) running.isLeft = true;
      running?.abort(new WarehouseError("CLOSED", "The stream was left.", { phase: "fetch" }));
      await settled;
    },
  };
}

/**
 * Reads rows from a query that starts with the first `next()`. Rows are pulled batch by batch, and pulling is the back-pressure: nothing
 * more than a driver's few batches is ever held.
 *
 * No generator: its `return()` would wait behind a `next()` that is pending, and so could not stop the server.
 *
 * @param rowsOf - what of a batch is given one by one; it may be the batch itself.
 */
export function rowStream<Row, B extends Batch>(
  start: () => Streaming<B>,
  rowsOf: (batch: B) => readonly Row[],
): RowStream<Row> {
  let streaming: Streaming<B> | undefined;
  let rows: readonly Row[] = [];
  let index = 0;
  let left = false;
  let last: Promise<unknown> = Promise.resolve();

  const pull = async (): Promise<IteratorResult<Row, undefined>> => {
    if (left) return done;
    try {
      streaming ??= start();
      // Rows that have come already are not given either once the call has been aborted.
      streaming.call?.throwIfAborted();
      // Another next() that waited before this one may have brought rows.
      if (index < rows.length) return take();
      const batch = await (await streaming.execution).next();
      streaming.call?.throwIfAborted();
      [rows, index] = [batch === undefined ? [] : rowsOf(batch), 0];
      if (batch === undefined) {
        left = true;
        await streaming.end();
      }
    } catch (error) {
      // Whoever left the stream while this waited wants no error of its being stopped.
      if (left) return done;
      left = true;
      await streaming?.end();
      throw traced(error);
    }
    return pull();
  };

  // There is one at every index below the length.
  const take = () => ({ done: false as const, value: rows[index++] as Row });

  const leave = async (): Promise<void> => {
    if (left) return;
    left = true;
    rows = [];
    await streaming?.stop();
  };

  return {
    async next() {
      if (index < rows.length && streaming?.call?.aborted !== true) return take();
      const pulled = last.then(pull, pull);
      last = pulled;
      return pulled;
    },
    async return() {
      await leave();
      return done;
    },
    async throw(error: unknown) {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: leave,
  };
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let settle: Pick<Deferred<T>, "resolve" | "reject"> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) };
}
