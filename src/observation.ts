import { AsyncResource } from "node:async_hooks";
import { WarehouseError, type ErrorCode } from "./errors.ts";
import { channels, told } from "./telemetry/channels.ts";
import { StatementEvent } from "./telemetry/statement-event.ts";
import { through } from "./through.ts";
import type { Call } from "./call.ts";
import type { Batch } from "./columns/batch.ts";
import type { Driver, Execution, Session, Statement } from "./driver.ts";
import type { Observed, ObservedVerb } from "./telemetry/events.ts";

/** Makes a driver whose logins are told, and whose sessions know which one they are. */
export function observedDriver(driver: Driver, { server, shown }: Observed): Driver {
  let opened = 0;
  const { dialect } = driver;
  return {
    ...driver,
    async open(login, call) {
      const sessionId = ++opened;
      const session = await told(
        "connect",
        () => ({ server, sessionId }),
        async () => driver.open(login, call),
      );
      session.origin = { server, shown, sessionId, dialect };
      return session;
    },
  };
}

/** What is run, and for which verb. */
interface Observable {
  readonly statement: Statement<Batch>;
  readonly verb: ObservedVerb;
}

/** To be told why a statement is stopped on the server whose call has not been aborted, before it is. */
export type Stopping = (reason: unknown) => void;

/** Verbs whose rows are read batch by batch. */
const pulling = new Set<ObservedVerb>(["stream", "batches", "arrow", "export"]);
/** What the server, or its silence, ends a statement with: there is nothing left to stop. */
const endings = new Set<ErrorCode>(["QUERY", "CONNECTION", "TIMEOUT", "AUTHENTICATION"]);

/** Begins a statement, and tells of it until its last batch where somebody listens: each thing before whoever has asked for it knows. */
export function observed<B extends Batch>(
  session: Session,
  { statement, verb }: Observable,
  call: Call,
  begin: (stopping: Stopping) => Promise<Execution<B>>,
): Promise<Execution<B>> {
  const channel = pulling.has(verb) ? channels.stream : channels.query;
  const { origin } = session;
  if (origin === undefined || !(channel.hasSubscribers || channels.cancel.hasSubscribers)) return begin(unheard);
  const event = new StatementEvent(origin, statement, verb);
  return new Promise((resolve, reject) => {
    let isStopped = false;
    let isOver = false;
    const life = async () =>
      new Promise<void>((end, fail) => {
        // Later batches are pulled from elsewhere, and belong to this statement all the same. Not AsyncLocalStorage.snapshot(), which is slow on Node 20.
        const place = new AsyncResource("peak-warehouse.statement");
        const within: Watch["within"] = (work) => place.runInAsyncScope(work);
        const stopped: Stopping = (reason) => {
          if (!isStopped) void within(async () => tellStop(session, event, reason));
          isStopped = true;
        };
        const forget = call.onAbort((reason) => {
          isOver = true;
          stopped(reason);
          event.isLeft = call.isLeft;
          if (call.isLeft) end();
          else fail(asIs(reason));
        });
        const ended = async () => {
          isOver = true;
          forget();
          end();
          await whenTold;
        };
        const left = () => {
          if (isOver) return;
          event.isLeft = true;
          stopped(noLongerRead());
          void ended();
        };
        const failed = async (error: unknown) => {
          isOver = true;
          forget();
          if (WarehouseError.is(error)) event.queryId ??= error.queryId;
          fail(asIs(error));
          await whenTold;
        };
        begin(stopped).then(
          (execution) => resolve(counted(execution, event, { within, ended, left, failed, stopped })),
          (error: unknown) => void failed(error).then(() => reject(asIs(error))),
        );
      });
    const whenTold = channel.tracePromise(life, event).catch(() => undefined);
  });
}

const unheard: Stopping = () => undefined;

/** What is to be done as an execution goes on. */
interface Watch {
  /** Runs a function where the statement was begun. */
  readonly within: <T>(work: () => T) => T;
  readonly ended: () => Promise<void>;
  /** Told that nothing more of it will be read, before it is stopped for that. */
  readonly left: () => void;
  readonly failed: (error: unknown) => Promise<void>;
  /** Told that the statement is stopped before its end, and why. */
  readonly stopped: Stopping;
}

/** Counts what an execution gives. */
function counted<B extends Batch>(execution: Execution<B>, event: StatementEvent, watch: Watch): Execution<B> {
  event.queryId = execution.queryId;
  const watched = through(execution, async () => {
    try {
      const batch = await watch.within(async () => execution.next());
      if (batch !== undefined) {
        event.rows += batch.length;
        event.bytes += batch.bytes;
        return batch;
      }
    } catch (error) {
      // Here it is what was received that cannot be given, and the server is stopped.
      if (!WarehouseError.is(error) || !endings.has(error.code)) watch.stopped(error);
      await watch.failed(error);
      throw error;
    }
    event.rowsAffected = execution.summary?.rowsAffected;
    await watch.ended();
    return undefined;
  });
  const cancel = async () => {
    watch.left();
    await execution.cancel();
  };
  return Object.assign(watched, { cancel });
}

function noLongerRead(): WarehouseError {
  return new WarehouseError("CLOSED", "The rows of the statement are not read any further.", { phase: "fetch" });
}

async function tellStop(session: Session, statement: StatementEvent, reason: unknown): Promise<void> {
  await told(
    "cancel",
    () => ({ statement, reason, isSessionLost: false }),
    async () => {
      // The driver, too, is told only now.
      await Promise.resolve();
      await session.settled();
    },
    (event) => (event.isSessionLost = session.state === "dead"),
  );
}

/** What a call fails with may be the caller's own, whatever it is. */
function asIs(reason: unknown): Error {
  return reason as Error;
}
