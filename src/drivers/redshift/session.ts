import { AsyncResource } from "node:async_hooks";
import { requestCancel } from "./cancel.ts";
import { tappedClient, type Address, type TappedClient } from "./connection.ts";
import { redshiftError } from "./errors.ts";
import { RedshiftExecution, type ExecutionHost } from "./execution.ts";
import { preparedStatement } from "./prepared-statement.ts";
import { tagComment } from "./tag-comment.ts";
import { noticeOf } from "./notice.ts";
import { inBackground } from "../../background.ts";
import { WarehouseError } from "../../errors.ts";
import type { Call } from "../../call.ts";
import type { Batch } from "../../columns/batch.ts";
import type { Execution, Notice, Session, SessionState, Statement } from "../../driver.ts";
import type { SessionOrigin } from "../../telemetry/events.ts";
import type { TagOf } from "../../telemetry/tags.ts";
import type { Submittable } from "pg";

/** How one session is opened. */
export interface Opening {
  readonly address: Address;
  /** Statements that set the session up, sent in one round trip. */
  readonly setup: string;
  readonly statementTimeoutMs: number | undefined;
  readonly tagOf: TagOf;
  readonly onNotice: ((notice: Notice) => void) | undefined;
}

/** A cancel request is repeated so often, since one that comes before the statement has started finds nothing to stop. */
const cancelRepeatMs = 1_000;
/** After so long the session is given up: its socket is destroyed. */
const cancelTimeoutMs = 10_000;
/** Short: a call that has run into its deadline waits for the end of a session that it has spoilt. */
const closeTimeoutMs = 900;

/** Connects, logs in and sets the session up. */
export async function openSession(opening: Opening, call: Call): Promise<Session> {
  const tapped = tappedClient(opening.address);
  const { client, connection } = tapped;
  const session = new RedshiftSession(tapped, opening);
  const abandon = call.onAbort(() => connection.stream.destroy());
  try {
    await inBackground(async () => client.connect());
    await client.query(opening.setup);
    return session;
  } catch (error) {
    connection.stream.destroy();
    call.throwIfAborted();
    throw redshiftError(error, { phase: "connect", effectIfLost: "none", secrets: [opening.address.password] });
  } finally {
    abandon();
    session.opened();
  }
}

class RedshiftSession implements Session {
  readonly #tapped: TappedClient;
  readonly #opening: Opening;
  readonly #host: ExecutionHost;
  origin: SessionOrigin | undefined;
  #dead = false;
  #transaction = false;
  #running: RedshiftExecution<Batch> | undefined;
  #cancelling: Promise<void> | undefined;
  /** Where the running statement was begun, for who is told of notices. */
  #place: AsyncResource | undefined;
  /** Called when the running statement has ended. */
  #whenReady: (() => void) | undefined;

  constructor(tapped: TappedClient, opening: Opening) {
    this.#tapped = tapped;
    this.#opening = opening;
    const { client, connection } = tapped;
    const { address, statementTimeoutMs } = opening;
    const secrets = [address.password];
    this.#host = {
      connection,
      prepared: preparedStatement(connection),
      error: (reported, phase, textOffset) =>
        redshiftError(reported, { phase, effectIfLost: "unknown", secrets, statementTimeoutMs, textOffset }),
      cancel: async (execution) => this.#cancel(execution),
      lost: (reported) => this.#destroy(reported),
    };
    connection.on("readyForQuery", ({ status }) => this.#ready(status));
    // pg hands on the data of a COPY only, which may have none.
    connection.on("copyOutResponse", () => this.#running?.handleCopyData());
    // pg hands this on to nobody.
    connection.on("noData", () => this.#running?.handleNoData());
    const { onNotice } = opening;
    if (onNotice !== undefined) client.on("notice", (notice) => this.#inCall(() => onNotice(noticeOf(notice))));
    client.on("error", (error: unknown) => this.#lost(error));
    client.on("end", () => this.#lost(new Error("the server closed it without a word")));
  }

  get state(): SessionState {
    if (this.#dead) return "dead";
    if (this.#running !== undefined || this.#cancelling !== undefined) return "busy";
    return this.#transaction ? "transaction" : "idle";
  }

  /** An idle session must not keep the process alive. */
  opened(): void {
    this.#tapped.connection.stream.unref();
  }

  async execute<B extends Batch>(statement: Statement<B>, call: Call): Promise<Execution<B>> {
    if (this.#dead || this.state === "busy") throw notUsable(this.#dead);
    call.throwIfAborted();
    const { client, connection, setRowSink } = this.#tapped;
    const execution = new RedshiftExecution<B>(this.#host, statement, call, tagComment(this.#opening.tagOf(call.tag)));
    this.#running = execution;
    if (this.#opening.onNotice !== undefined) this.#place = new AsyncResource("peak-warehouse.notices");
    setRowSink(execution);
    connection.stream.ref();
    const forget = call.onAbort((reason) => {
      execution.fail(reason);
      void this.#cancel(execution);
    });
    this.#whenReady = forget;
    client.query(execution as unknown as Submittable);
    await execution.begun;
    return execution;
  }

  async settled(): Promise<void> {
    await this.#cancelling;
  }

  /** Sync without a statement: the server answers ReadyForQuery. On Redshift Serverless a `select 1` would be billed. */
  async probe(call: Call): Promise<void> {
    if (this.state !== "idle") throw notUsable(this.#dead);
    const { connection } = this.#tapped;
    connection.stream.ref();
    const abandon = call.onAbort((reason) => this.#destroy(reason));
    try {
      await this.#sync();
      call.throwIfAborted();
      if (this.#dead) throw notUsable(true);
    } finally {
      abandon();
      connection.stream.unref();
    }
  }

  async close(): Promise<void> {
    if (this.#dead) {
      // After a FATAL error it is the server that closes, and it may not.
      this.#tapped.connection.stream.destroy();
      return;
    }
    const { client } = this.#tapped;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#destroy(notUsable(true));
        resolve();
      }, closeTimeoutMs);
    });
    // What runs is cancelled first: a COPY would run on without its connection.
    if (this.#running !== undefined) {
      this.#running.fail(notUsable(true));
      void this.#cancel(this.#running);
    }
    await Promise.race([this.#cancelling, late]);
    this.#dead = true;
    try {
      // Destroys the socket at once where a statement still runs.
      await client.end();
    } catch {
      this.#tapped.connection.stream.destroy();
    } finally {
      clearTimeout(timer);
      this.#running?.fail(notUsable(true));
      this.#running?.end();
    }
  }

  /** Does what a message of the server sets off as the call that it answers, and not as the one that the socket was opened for. */
  #inCall(work: () => void): void {
    if (this.#place === undefined) work();
    else this.#place.runInAsyncScope(work);
  }

  #ready(status: "I" | "T" | "E"): void {
    this.#transaction = status !== "I";
    const execution = this.#running;
    if (execution === undefined) return;
    this.#running = undefined;
    this.#place = undefined;
    this.#whenReady?.();
    this.#whenReady = undefined;
    this.#tapped.setRowSink(undefined);
    // While a cancel is under way its own end lets go of the process.
    if (this.#cancelling === undefined) this.#tapped.connection.stream.unref();
    execution.end();
  }

  #lost(error: unknown): void {
    this.#dead = true;
    const execution = this.#running;
    if (execution === undefined) return;
    this.#running = undefined;
    this.#place = undefined;
    this.#whenReady?.();
    this.#whenReady = undefined;
    if (!execution.ended) execution.handleError(error);
    execution.end();
  }

  #destroy(reason: unknown): void {
    this.#lost(reason);
    this.#tapped.connection.stream.destroy();
  }

  /** Stops a statement; settles when the server has ended it and no request is under way that could hit the next one. */
  async #cancel(execution: RedshiftExecution<Batch>): Promise<void> {
    if (this.#cancelling === undefined && this.#running === execution) {
      this.#cancelling = this.#stop(execution).finally(() => {
        this.#cancelling = undefined;
        this.#tapped.connection.stream.unref();
      });
    }
    await this.#cancelling;
  }

  async #stop(execution: RedshiftExecution<Batch>): Promise<void> {
    const { client, connection } = this.#tapped;
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const { host, port } = this.#opening.address;
    // A name may stand for several machines; the session is on this one.
    const server = { host: connection.stream.remoteAddress ?? host, port };
    const giveUpAt = Date.now() + cancelTimeoutMs;
    let underWay = false;
    while (!execution.ended && Date.now() < giveUpAt) {
      const doneWith = await requestCancel(server, { processId: processID, secretKey }, cancelRepeatMs);
      underWay ||= !doneWith;
      await this.#endWithin(execution, cancelRepeatMs);
    }
    if (!execution.ended || underWay) {
      // A request that got no answer may still arrive, and would hit whatever runs then.
      this.#destroy(new Error("the server did not answer a cancel"));
      return;
    }
    // A request may arrive after the statement's own end; once this has been answered it has hit nothing.
    const timer = setTimeout(() => this.#destroy(new Error("the server fell silent after a cancel")), cancelRepeatMs);
    await this.#sync();
    clearTimeout(timer);
  }

  async #endWithin(execution: RedshiftExecution<Batch>, ms: number): Promise<void> {
    if (execution.ended) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      const forget = this.#whenReady;
      this.#whenReady = () => {
        forget?.();
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Settles when the server has answered or the connection is gone. */
  async #sync(): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => resolve();
      const sync = {
        submit(connection: { sync(): void }) {
          connection.sync();
          return null;
        },
        handleReadyForQuery: done,
        // The session listens for the loss of its connection itself.
        handleError: done,
      };
      this.#tapped.client.query(sync as unknown as Submittable);
    });
  }
}

function notUsable(dead: boolean): WarehouseError {
  return new WarehouseError(
    dead ? "CONNECTION" : "INVALID_ARGUMENT",
    dead
      ? "The session has ended."
      : "The session is running a statement; wait for its end, or read or leave its stream, before the next.",
    { phase: "execute", retryable: dead },
  );
}
