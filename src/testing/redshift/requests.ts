import { parseBind, type BoundValue } from "./bind.ts";
import { postgresType } from "./columns.ts";
import type { Database } from "./database.ts";
import type { BulkAnswer, BulkCommand, BulkWork } from "./bulk/run.ts";
import { errorFrame, type RedshiftError } from "./errors.ts";
import type { Exchange, Portal, Prepared, Step } from "./exchange.ts";
import { isCommit, type Mishap } from "./faults.ts";
import { code, cstring, endOfString, frame, type FrameSink } from "./frames.ts";
import type { QueryEntry, QueryOrigin } from "./history.ts";
import { createInterlude, unlessAborted, type Outcome } from "./interlude.ts";
import * as messages from "./messages.ts";
import type { Timekeeper } from "./time.ts";
import type { SqlMode } from "./sql/settings.ts";
import { refused, translate, type Translation } from "./sql/translate.ts";

/** Takes what is found in what a client sends. */
export interface RequestOutlets {
  readonly toServer: (bytes: Buffer) => void;
  readonly toClient: (bytes: Buffer) => void;
  /** Is told of every statement as it is run; gives its number. */
  readonly journal: (sql: string, params?: readonly BoundValue[]) => number;
  /** Tells how a statement goes wrong on purpose, if it does. */
  readonly mishap: (sql: string) => Mishap | undefined;
  /** Cuts the connection, as something in between does. */
  readonly cut: () => void;
  readonly time: Timekeeper;
  readonly database: Pick<Database, "numerics" | "isClocked">;
  /** Begins an entry of the history. */
  readonly begin: (query: Omit<QueryOrigin, "pid" | "user">) => QueryEntry;
  /** Brings the system views up to date. */
  readonly publish: () => Promise<void>;
  /** Does an UNLOAD or a COPY; undefined where there is no S3. */
  readonly bulk: ((command: BulkCommand, work: BulkWork) => Promise<BulkAnswer>) | undefined;
  /** Is told when nothing of the stand-in's own is left to do. */
  readonly free: () => void;
}

const unknown: Prepared = { sql: "", translation: translate(Buffer.alloc(0), { caseSensitive: false, numericTypes: new Set() }) }; // prettier-ignore

/** Words as in node-pg-cursor#55 on GitHub. */
const parseWhileSuspended: RedshiftError = {
  code: "XX000",
  message: "Invalid protocol sequence 'P' while in PortalSuspended state.",
};

/** Makes what translates a client's messages for PostgreSQL, and notes in the exchange which answers are to come. */
export function requests(exchange: Exchange, outlets: RequestOutlets): FrameSink {
  const { toServer, toClient, journal, mishap, database, time } = outlets;
  const { steps, prepared, dropped, portals } = exchange;
  const mode: SqlMode = {
    caseSensitive: false,
    numericTypes: database.numerics.known,
    bulk: outlets.bulk !== undefined,
    isClocked: database.isClocked,
  };
  /** What came while an interlude lasts. */
  const late: (() => void)[] = [];
  const waits = (): boolean => steps.at(-1)?.kind === "interlude";

  const textAt = (bytes: Buffer, at: number): string => bytes.toString("utf8", at, endOfString(bytes, at));

  function hidden(bytes: Buffer, ...awaited: readonly Step[]): void {
    for (const step of awaited) steps.push({ ...step, hidden: true });
    toServer(bytes);
  }

  /** A statement that Redshift has dropped is closed in PostgreSQL, too, before its name comes up again. */
  function closeDropped(name: string): void {
    if (dropped.delete(name)) hidden(messages.close("S", name), { kind: "close" });
  }

  /** Has PostgreSQL fail in the place of what is refused; at COMMIT the transaction is over by then. */
  function lose(refusal: RedshiftError, sql: string, number: number, asked: "query" | "execute"): void {
    if (isCommit(sql)) {
      const portal = { sql, translation: translate(Buffer.from("rollback"), mode), params: [] };
      const answers: Step[] = [{ kind: "parse", ...portal }, { kind: "bind" }, { kind: "execute", number, portal }];
      hidden(Buffer.concat([messages.parse("rollback"), messages.run()]), ...answers);
    }
    const translation = refused(refusal);
    steps.push(asked === "query" ? { kind: asked, sql, translation, number } : { kind: "parse", sql, translation });
    toServer(messages.parse(translation.text.toString()));
    if (asked === "query") toServer(messages.sync());
  }

  function stumble(
    met: Exclude<Mishap, { kind: "hold" }>,
    sql: string,
    number: number,
    asked: "query" | "execute",
  ): void {
    if (met.kind === "reset") outlets.cut();
    else lose(met.error, sql, number, asked);
  }

  function query(bytes: Buffer): void {
    const source = bytes.subarray(5, endOfString(bytes, 5));
    const sql = source.toString("utf8");
    const translation = translate(source, mode);
    const number = journal(sql);
    const met = mishap(sql);
    if (met && met.kind !== "hold") {
      stumble(met, sql, number, "query");
      return;
    }
    const entry = begin(number, sql, translation);
    perform({ sql, number, translation, entry, simple: true, held: met?.undone }, () => {
      steps.push({ kind: "query", sql, translation, number, entry });
      toServer(translation.text === source ? bytes : frame("Q", translation.text, Buffer.from([0])));
    });
  }

  const begin = (id: number, sql: string, { readsTables, bulk }: Translation): QueryEntry =>
    outlets.begin({ id, sql, compute: readsTables || bulk !== undefined || isChange(sql) });

  /** Runs what was asked, at once or after what the stand-in has to do itself for it, which may be all. */
  function perform(asked: Asked, ordinary: () => void): void {
    const { sql, number, entry } = asked;
    const { bulk, readsHistory } = asked.translation;
    const { held } = asked;
    if ((!held && !readsHistory && !bulk && !time.isLate()) || exchange.skipping) {
      ordinary();
      return;
    }
    let answer: BulkAnswer | undefined;
    const interlude = createInterlude(toServer, async ({ talk, signal, abort }) => {
      if (held) {
        entry.queued();
        await unlessAborted(signal, held);
        entry.running();
      }
      if (time.isLate()) await time.tell();
      if (readsHistory) await outlets.publish();
      if (bulk) answer = await outlets.bulk?.(bulk, { talk, signal, abort, number, mode });
    });
    const goOn = (): void => {
      while (late.length > 0 && !waits()) late.shift()?.();
      if (!waits()) outlets.free();
    };
    const ended = (outcome: Outcome): void => {
      steps.shift();
      if (outcome.ok && !answer) ordinary();
      else settle(outcome, answer, asked);
      goOn();
    };
    const skipped = (): void => {
      steps.pop();
      entry.end("failed");
      goOn();
    };
    steps.push({ kind: "interlude", sql, number, interlude, ended, skipped });
    if (steps.length === 1) interlude.start(ended);
    // What was asked before may be waiting for a Sync to be answered.
    else toServer(messages.flush());
  }

  /** Tells the client how something of the stand-in's own has ended. */
  function settle(outcome: Outcome, answer: BulkAnswer | undefined, { entry, simple }: Asked): void {
    if (outcome.ok) {
      entry.end("success");
      for (const notice of answer?.notices ?? []) toClient(errorFrame(notice, "N"));
      toClient(frame("C", cstring(answer?.tag ?? "")));
    } else {
      const { code: state, message } = outcome.error;
      entry.end(state === "57014" ? "canceled" : "failed", message);
      toClient(errorFrame(outcome.error));
    }
    exchange.skipping = !outcome.ok && !simple;
    if (!simple) return;
    steps.push({ kind: "sync" });
    toServer(messages.sync());
  }

  function parse(bytes: Buffer): void {
    const nameEnd = endOfString(bytes, 5) + 1;
    const textEnd = endOfString(bytes, nameEnd);
    const source = bytes.subarray(nameEnd, textEnd);
    const name = bytes.toString("utf8", 5, nameEnd - 1);
    const translation = exchange.suspended === undefined ? translate(source, mode) : refused(parseWhileSuspended);
    const statement = { sql: source.toString("utf8"), translation };
    closeDropped(name);
    prepared.set(name, statement);
    steps.push({ kind: "parse", ...statement });
    const types = Buffer.from(bytes.subarray(textEnd + 1));
    for (let at = 2; at < types.length; at += 4) types.writeInt32BE(postgresType(types.readInt32BE(at)), at);
    toServer(frame("P", bytes.subarray(5, nameEnd), translation.text, Buffer.from([0]), types));
  }

  function bind(bytes: Buffer): void {
    const { portal: name, statement, params } = parseBind(bytes);
    const bound = prepared.get(statement) ?? unknown;
    const portal: Portal = {
      ...bound,
      params,
      ...((bound.translation.readsHistory || database.isClocked) && { bind: Buffer.from(bytes) }),
    };
    closeDropped(statement);
    portals.set(name, portal);
    steps.push({ kind: "bind" });
    toServer(bytes);
    // A client may run a portal without asking for its columns; which of them to rewrite must be known all the same.
    hidden(messages.describePortal(name), { kind: "describe", portal });
  }

  function describe(bytes: Buffer): void {
    const name = textAt(bytes, 6);
    const isPortal = bytes[5] === code("P");
    if (!isPortal) closeDropped(name);
    steps.push({ kind: "describe", portal: isPortal ? portals.get(name) : undefined });
    toServer(bytes);
  }

  function execute(bytes: Buffer): void {
    const name = textAt(bytes, 5);
    const portal = portals.get(name) ?? { ...unknown, params: [] };
    const number = journal(portal.sql, portal.params);
    const met = mishap(portal.sql);
    if (met && met.kind !== "hold") {
      stumble(met, portal.sql, number, "execute");
      return;
    }
    const { sql, translation } = portal;
    const entry = begin(number, sql, translation);
    const isLate = time.isLate();
    perform({ sql, number, translation, entry, simple: false, held: met?.undone }, () => {
      // PostgreSQL has looked at the tables when the portal was bound, and what was published since would not be seen.
      const isOld = translation.readsHistory || isLate;
      if (isOld && portal.bind !== undefined && exchange.suspended !== portal) {
        hidden(Buffer.concat([messages.close("P", name), portal.bind]), { kind: "close" }, { kind: "bind" });
      }
      // A portal without a name is gone after its first rows.
      if (name === "" && exchange.suspended === portal) hidden(messages.close("P", name), { kind: "close" });
      steps.push({ kind: "execute", portal, number, entry });
      toServer(translation.readsTables ? messages.withoutLimit(bytes) : bytes);
    });
  }

  function close(bytes: Buffer): void {
    const name = textAt(bytes, 6);
    if (bytes[5] === code("S")) prepared.delete(name);
    else if (portals.get(name) === exchange.suspended) exchange.suspended = undefined;
    steps.push({ kind: "close" });
    toServer(bytes);
  }

  const awaited = (kind: "call" | "sync") => (bytes: Buffer) => {
    if (kind === "sync") exchange.skipping = false;
    steps.push({ kind });
    toServer(bytes);
  };

  const { type } = messages;
  const handlers = new Map<number, (bytes: Buffer) => void>([
    [type.query, query],
    [type.parse, parse],
    [type.bind, bind],
    [type.describe, describe],
    [type.execute, execute],
    [type.close, close],
    [type.call, awaited("call")],
    [type.sync, awaited("sync")],
  ]);
  return {
    wants: (kind) => handlers.has(kind),
    frame(kind, bytes) {
      if (waits()) late.push(() => handlers.get(kind)?.(bytes));
      else handlers.get(kind)?.(bytes);
    },
    bytes(piece) {
      if (waits()) late.push(() => toServer(piece));
      else toServer(piece);
    },
  };
}

/** Is a statement that is to be run. */
interface Asked extends Prepared {
  readonly number: number;
  readonly entry: QueryEntry;
  /** Whether it came by the simple protocol, so that its answer ends with ReadyForQuery. */
  readonly simple: boolean;
  /** What keeps it in the queue. */
  readonly held: Promise<void> | undefined;
}

const isChange = (sql: string): boolean => /^\s*(?:insert|update|delete|merge)\b/i.test(sql);
