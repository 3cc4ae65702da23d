import { randomUUID } from "node:crypto";
import { channel } from "node:diagnostics_channel";
import { cancellations } from "./cancellations.ts";
import { chunkParts } from "./chunks.ts";
import { completed, failureOf, within } from "./completion.ts";
import { codeOf, isSessionGone, snowflakeError } from "./errors.ts";
import { SnowflakeExecution } from "./execution.ts";
import { damaged } from "./outcome.ts";
import { progressOf, readResult, type Result } from "./result.ts";
import { resultAgain } from "./renewal.ts";
import { bindsOf, parametersOf, refuseFileTransfer, type Sent } from "./sent.ts";
import { checkInlineRows, wireRows, type RowSource } from "./rows.ts";
import { resultBySdk, sdkRows } from "./sdk-rows.ts";
import { lookAt } from "./states.ts";
import { tokensOf } from "./tokens.ts";
import { WarehouseError } from "../../errors.ts";
import { watchState } from "../../state-watch.ts";
import { rowsOf } from "../../columns/shape.ts";
import { standardPolicy } from "../../values/decode.ts";
import type { AgentSettings, SessionAgent } from "./agent.ts";
import type { Answers } from "./answers.ts";
import type { Sdk } from "./sdk.ts";
import type { ServerState } from "../../bulk-engine.ts";
import type { Call } from "../../call.ts";
import type { Batch } from "../../columns/batch.ts";
import type { Execution, Session, SessionState, Statement } from "../../driver.ts";
import type { SessionOrigin } from "../../telemetry/events.ts";
import type { TagOf } from "../../telemetry/tags.ts";

/** What a session is told when it is made. */
export interface SessionSettings {
  readonly agent: AgentSettings;
  readonly secrets: readonly string[];
  readonly tagOf: TagOf;
}

/** Told once in a session that its answers cannot be read where they arrive, and that the SDK reads them instead. */
const fallback = channel("peak-warehouse:snowflake:fallback");
/**
 * How long the server may take to forget a session before its sockets are destroyed. Short: a call that has run into its deadline waits for
 * the end of a session that it has spoilt.
 */
const closeTimeoutMs = 900;

const noResult =
  "the server's answer holds none (or this version of snowflake-sdk does not send its requests through the agent it was given: install snowflake-sdk@3.3)";

/** A session that is logged in. */
export class SnowflakeSession implements Session {
  readonly #connection: Sdk.Connection;
  readonly #http: SessionAgent;
  readonly #answers: Answers;
  readonly #secure: boolean;
  readonly #secrets: readonly string[];
  readonly #tagOf: TagOf;
  origin: SessionOrigin | undefined;
  #dead = false;
  #running = 0;
  #fellBack = false;
  readonly #cancellations = cancellations(() => (this.#dead = true));
  #closing: Promise<void> | undefined;

  constructor(
    connection: Sdk.Connection,
    http: SessionAgent,
    answers: Answers,
    { agent, secrets, tagOf }: SessionSettings,
  ) {
    this.#connection = connection;
    this.#http = http;
    this.#answers = answers;
    this.#secure = agent.secure;
    this.#secrets = secrets;
    this.#tagOf = tagOf;
  }

  get state(): SessionState {
    if (this.#dead || !this.#connection.isUp()) return "dead";
    return this.#running > 0 || this.#cancellations.isPending ? "busy" : "idle";
  }

  async setUp(text: string, call: Call): Promise<void> {
    const execution = await this.execute({ text, binds: [], values: standardPolicy, shape: rowsOf.array }, call);
    // What it answers is of no interest.
    await execution.cancel();
  }

  async execute<B extends Batch>(statement: Statement<B>, call: Call): Promise<Execution<B>> {
    if (this.#dead) throw new WarehouseError("CONNECTION", "The session has ended.", { retryable: true });
    call.throwIfAborted();
    refuseFileTransfer(statement.text);
    this.#running++;
    let open = true;
    const ended = () => {
      if (open) this.#running--;
      open = false;
    };
    try {
      const { result, sent, bySdk } = await this.#run(statement, call);
      const rows = () => (bySdk ? sdkRows(sent, result) : this.#wireRows(result, call));
      return new SnowflakeExecution(result, statement, call, rows, ended);
    } catch (error) {
      ended();
      throw error;
    }
  }

  async settled(): Promise<void> {
    await this.#cancellations.settled();
  }

  /** A heartbeat: no statement, and the session's token is renewed on the way where it has expired. */
  async probe(call: Call): Promise<void> {
    const alive = await call.race(this.#connection.isValidAsync()).catch(() => false);
    if (alive) return;
    this.#dead = true;
    call.throwIfAborted();
    throw new WarehouseError("CONNECTION", "The Snowflake session gives no sign of life.", {
      phase: "acquire",
      retryable: true,
    });
  }

  async close(): Promise<void> {
    // Once: a second destroy() would fail at once, and cut the first one off.
    this.#closing ??= this.#end();
    await this.#closing;
  }

  async #end(): Promise<void> {
    if (!this.#dead || this.#connection.isUp()) {
      this.#dead = true;
      // The SDK takes the refusal of an expired token for the session's end, and would leave it open with its transaction and locks: a
      // heartbeat renews the token.
      await within(closeTimeoutMs / 2, this.#connection.isValidAsync());
      // An error means that the server has forgotten the session already (406502).
      const destroyed = new Promise<void>((resolve) => this.#connection.destroy(() => resolve()));
      await within(closeTimeoutMs / 2, destroyed);
    }
    this.#http.kill();
  }

  /** Runs a statement until its result begins. */
  async #run(statement: Sent, call: Call): Promise<StartedResult> {
    const requestId = randomUUID();
    this.#answers.expect(requestId);
    const { sent, finished } = this.#submit(statement, requestId, this.#tagOf(call.tag));
    const stop = call.onAbort(() => this.#cancel(requestId, sent, finished));
    const failure = await failureOf(call.race(finished)).finally(stop);
    // The answer may have begun and never end: who has left does not wait for it.
    const { answer, refusals } = await call.race(this.#answers.take(requestId));
    const { onState } = statement;
    if (onState !== undefined && answer !== undefined && progressOf(answer) !== undefined) {
      return this.#follow(statement, sent.getQueryId(), onState, call);
    }
    // Where the server has answered with a result, what the SDK thinks of it does not count: it fails on a column named `__proto__`.
    const result = answer && readResult(answer);
    if (result !== undefined) {
      const bySdk = statement.decoding === "driver" && failure === undefined;
      if (bySdk) checkInlineRows(result);
      return { result, sent, bySdk };
    }
    const described = failure === undefined ? await call.race(resultBySdk(sent, statement.text)) : undefined;
    if (described !== undefined) {
      this.#announceFallback(described.queryId);
      return { result: described, sent, bySdk: true };
    }
    // Without a code it is the SDK itself that stumbled over the answer.
    if (codeOf(failure?.error) === undefined) throw damaged(noResult);
    throw this.#failure(failure?.error, call, statement, refusals);
  }

  /** Waits for a statement that the server has taken on, and tells meanwhile what becomes of it. */
  async #follow(
    statement: Sent,
    queryId: string,
    tell: (state: ServerState) => void,
    call: Call,
  ): Promise<StartedResult> {
    this.#answers.expectResult(queryId);
    const { started: sent, finished } = completed((complete) =>
      this.#connection.fetchResult({ queryId, sqlText: statement.text, streamResult: true, complete }),
    );
    const stop = call.onAbort(() => this.#cancel(queryId, sent, finished));
    // Where the server does not say, as with a token that has expired, the statement goes on without.
    const unwatch = watchState(lookAt(this.#connection, queryId), tell);
    const failure = await failureOf(call.race(finished)).finally(() => {
      stop();
      unwatch();
    });
    const answer = await call.race(this.#answers.takeResult(queryId));
    const result = answer && readResult(answer);
    if (result !== undefined) return { result, sent, bySdk: false };
    if (codeOf(failure?.error) === undefined) throw damaged(noResult);
    throw this.#failure(failure?.error, call, statement, undefined);
  }

  #submit(
    statement: Sent,
    requestId: string,
    tag: string | undefined,
  ): { sent: Sdk.RowStatement; finished: Promise<void> } {
    const { started: sent, finished } = completed((complete) =>
      this.#connection.execute({
        sqlText: statement.text,
        binds: bindsOf(statement),
        ...parametersOf(statement, tag),
        requestId,
        describeOnly: statement.describeOnly === true,
        // Answered at once, so that the server can be asked about it by its id.
        asyncExec: statement.onState !== undefined,
        // The SDK then neither reads nor converts a row: it answers as soon as it has the first answer.
        streamResult: true,
        // If it is to read the rows after all: two columns of one name stay two.
        rowMode: "array",
        complete,
      }),
    );
    return { sent, finished };
  }

  #wireRows(result: Result, call: Call): RowSource {
    const asking = {
      connection: this.#connection,
      answers: this.#answers,
      secrets: this.#secrets,
      whenGone: () => {
        this.#dead = true;
      },
    };
    const { queryId } = result;
    const again = async () => resultAgain(queryId, asking, call);
    return wireRows(result, chunkParts(result, { agent: this.#http.agent, secure: this.#secure, again }));
  }

  #announceFallback(queryId: string | undefined): void {
    if (!this.#fellBack) fallback.publish({ queryId });
    this.#fellBack = true;
  }

  /** Stops a statement on the server, whose answer nobody waits for any more. */
  #cancel(id: string, sent: Sdk.RowStatement, finished: Promise<void>): void {
    this.#answers.withdraw(id, finished);
    this.#cancellations.cancel(sent, finished);
  }

  /** Nothing has happened only if each submission was refused for its session; another session may then try. */
  #failure(error: unknown, call: Call, statement: Sent, refusals: readonly string[] | undefined): WarehouseError {
    const refused = refusals?.every(isSessionGone) === true;
    const sessionGone = isSessionGone(codeOf(error)) || (refused && refusals.length > 0);
    if (sessionGone) this.#dead = true;
    return snowflakeError(error, {
      phase: call.phase,
      sessionGone,
      effectIfLost: refused ? "none" : "unknown",
      secrets: [...this.#secrets, ...tokensOf(this.#connection)],
      statement: statement.text,
    });
  }
}

/** A statement whose result has begun. */
interface StartedResult {
  readonly result: Result;
  readonly sent: Sdk.RowStatement;
  /** Whether the SDK reads the rows. */
  readonly bySdk: boolean;
}
