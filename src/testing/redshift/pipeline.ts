import { parseBind, type BoundValue } from "./bind.ts";
import { parameterType, parseRowDescription, postgresType, rowDescription, rowRewrite } from "./columns.ts";
import type { Database } from "./database.ts";
import { asRedshift, errorFrame, parseError, type RedshiftError } from "./errors.ts";
import { code, cstring, endOfString, frame, type FrameSink } from "./frames.ts";
import type { SqlMode } from "./sql/settings.ts";
import { translate, type Translation } from "./sql/translate.ts";

/** Takes what the pipeline finds and sends. */
export interface PipelineOutlets {
  readonly toClient: (bytes: Buffer) => void;
  readonly toServer: (bytes: Buffer) => void;
  /** Is told of every statement as it is run; gives its number. */
  readonly journal: (sql: string, params?: readonly BoundValue[]) => number;
  readonly database: Pick<Database, "domains" | "numerics">;
}

/** Translates one session's messages in both directions, keeping answers in step with what was asked. */
export interface Pipeline {
  readonly fromClient: FrameSink;
  readonly fromServer: FrameSink;
  readonly state: () => "idle" | "busy" | "transaction";
  /** Gives the text of the statement that runs. */
  readonly running: () => string | undefined;
}

type RowRewrite = (row: Buffer) => Buffer;

interface Prepared {
  readonly sql: string;
  readonly translation: Translation;
}

interface Portal extends Prepared {
  readonly params: readonly BoundValue[];
  rewrite?: RowRewrite | undefined;
}

/** Is a message whose answer is still to come. */
type Step =
  | ({ readonly kind: "query"; readonly number: number; rewrite?: RowRewrite | undefined } & Prepared)
  | ({ readonly kind: "parse" } & Prepared)
  | { readonly kind: "describe"; readonly portal?: Portal | undefined; readonly hidden: boolean }
  | { readonly kind: "execute"; readonly number: number; readonly portal: Portal }
  | { readonly kind: "bind" | "close" | "call" | "sync" };

const type = {
  bind: code("B"),
  bindComplete: code("2"),
  call: code("F"),
  close: code("C"),
  closeComplete: code("3"),
  commandComplete: code("C"),
  dataRow: code("D"),
  describe: code("D"),
  emptyQuery: code("I"),
  error: code("E"),
  execute: code("E"),
  noData: code("n"),
  notice: code("N"),
  parameterDescription: code("t"),
  parameterStatus: code("S"),
  parse: code("P"),
  parseComplete: code("1"),
  portalSuspended: code("s"),
  query: code("Q"),
  ready: code("Z"),
  rowDescription: code("T"),
  sync: code("S"),
};

/** What Redshift reports when it changes; PostgreSQL reports more. */
export const reported: ReadonlySet<string> = new Set([
  "client_encoding",
  "DateStyle",
  "integer_datetimes",
  "server_encoding",
  "session_authorization",
  "TimeZone",
]);

/** Makes the pipeline of a session that has just logged in. */
export function createPipeline(outlets: PipelineOutlets): Pipeline {
  const { toClient, toServer } = outlets;
  const mode: SqlMode = { caseSensitive: false, numericTypes: outlets.database.numerics.known };
  const steps: Step[] = [];
  const prepared = new Map<string, Prepared>();
  const portals = new Map<string, Portal>();
  let status = "I";

  const textAt = (bytes: Buffer, at: number): string => bytes.toString("utf8", at, endOfString(bytes, at));

  function query(bytes: Buffer): void {
    const source = bytes.subarray(5, endOfString(bytes, 5));
    const sql = source.toString("utf8");
    const translation = translate(source, mode);
    steps.push({ kind: "query", sql, translation, number: outlets.journal(sql) });
    toServer(translation.text === source ? bytes : frame("Q", translation.text, Buffer.from([0])));
  }

  function parse(bytes: Buffer): void {
    const nameEnd = endOfString(bytes, 5) + 1;
    const textEnd = endOfString(bytes, nameEnd);
    const source = bytes.subarray(nameEnd, textEnd);
    const translation = translate(source, mode);
    const statement = { sql: source.toString("utf8"), translation };
    prepared.set(bytes.toString("utf8", 5, nameEnd - 1), statement);
    steps.push({ kind: "parse", ...statement });
    const types = Buffer.from(bytes.subarray(textEnd + 1));
    for (let at = 2; at < types.length; at += 4) types.writeInt32BE(postgresType(types.readInt32BE(at)), at);
    toServer(frame("P", bytes.subarray(5, nameEnd), translation.text, Buffer.from([0]), types));
  }

  function bind(bytes: Buffer): void {
    const { portal: name, statement, params } = parseBind(bytes);
    const portal: Portal = { ...(prepared.get(statement) ?? unknown), params };
    portals.set(name, portal);
    steps.push({ kind: "bind" }, { kind: "describe", portal, hidden: true });
    toServer(bytes);
    // A client may run a portal without asking for its columns; which of them to rewrite must be known all the same.
    toServer(frame("D", Buffer.from("P"), cstring(name)));
  }

  function describe(bytes: Buffer): void {
    const portal = bytes[5] === code("P") ? portals.get(textAt(bytes, 6)) : undefined;
    steps.push({ kind: "describe", portal, hidden: false });
    toServer(bytes);
  }

  function execute(bytes: Buffer): void {
    const portal = portals.get(textAt(bytes, 5)) ?? { ...unknown, params: [] };
    steps.push({ kind: "execute", portal, number: outlets.journal(portal.sql, portal.params) });
    toServer(bytes);
  }

  const awaited = (kind: "close" | "call" | "sync") => (bytes: Buffer) => {
    steps.push({ kind });
    toServer(bytes);
  };

  const messages = new Map<number, (bytes: Buffer) => void>([
    [type.query, query],
    [type.parse, parse],
    [type.bind, bind],
    [type.describe, describe],
    [type.execute, execute],
    [type.close, awaited("close")],
    [type.call, awaited("call")],
    [type.sync, awaited("sync")],
  ]);

  const rewriteNow = (): RowRewrite | undefined => {
    const [step] = steps;
    if (step?.kind === "query") return step.rewrite;
    return step?.kind === "execute" ? step.portal.rewrite : undefined;
  };

  function columns(bytes: Buffer): void {
    const [step] = steps;
    const described = parseRowDescription(bytes);
    if (step?.kind === "query") step.rewrite = rowRewrite(described);
    if (step?.kind === "describe") {
      if (step.portal) step.portal.rewrite = rowRewrite(described);
      steps.shift();
      if (step.hidden) return;
    }
    toClient(rowDescription(described));
  }

  function noColumns(bytes: Buffer): void {
    const step = steps.shift();
    if (step?.kind !== "describe" || !step.hidden) toClient(bytes);
  }

  function parameters(bytes: Buffer): void {
    const changed = Buffer.from(bytes);
    for (let at = 7; at < changed.length; at += 4) {
      changed.writeInt32BE(parameterType(changed.readInt32BE(at), outlets.database.domains), at);
    }
    toClient(changed);
  }

  function ready(bytes: Buffer): void {
    // After an error PostgreSQL skips to Sync without a word, so every step up to it is answered by this.
    const end = steps.findIndex(({ kind }) => kind === "query" || kind === "call" || kind === "sync");
    steps.splice(0, end + 1);
    status = bytes.toString("latin1", 5, 6);
    toClient(bytes);
  }

  function parameterStatus(bytes: Buffer): void {
    if (reported.has(textAt(bytes, 5))) toClient(bytes);
  }

  function answered(bytes: Buffer): void {
    steps.shift();
    toClient(bytes);
  }

  function finished(bytes: Buffer): void {
    if (steps[0]?.kind === "execute") steps.shift();
    toClient(bytes);
  }

  const answers = new Map<number, (bytes: Buffer) => void>([
    [type.dataRow, (bytes) => toClient(rewriteNow()?.(bytes) ?? bytes)],
    [type.rowDescription, columns],
    [type.noData, noColumns],
    [type.parameterDescription, parameters],
    // The tag is bare on Redshift: it tells no row count.
    [type.commandComplete, (bytes) => finished(bytes.toString("latin1", 5, 12) === "SELECT " ? bareSelect : bytes)],
    [type.emptyQuery, finished],
    [type.portalSuspended, finished],
    [type.parseComplete, answered],
    [type.bindComplete, answered],
    [type.closeComplete, answered],
    [type.error, (bytes) => toClient(errorFrame(failure(steps[0], parseError(bytes.subarray(5)))))],
    [type.notice, (bytes) => toClient(errorFrame(parseError(bytes.subarray(5)), "N"))],
    [type.parameterStatus, parameterStatus],
    [type.ready, ready],
  ]);

  return {
    fromClient: {
      wants: (kind) => messages.has(kind),
      frame: (kind, bytes) => messages.get(kind)?.(bytes),
      bytes: toServer,
    },
    fromServer: {
      wants: (kind) => (kind === type.dataRow ? rewriteNow() !== undefined : answers.has(kind)),
      frame: (kind, bytes) => answers.get(kind)?.(bytes),
      bytes: toClient,
    },
    state: () => (steps.length > 0 ? "busy" : status === "I" ? "idle" : "transaction"),
    running: () => {
      for (const step of steps) {
        if (step.kind === "query" || step.kind === "parse") return step.sql;
        if (step.kind === "execute") return step.portal.sql;
      }
      return undefined;
    },
  };
}

const bareSelect = frame("C", cstring("SELECT"));

const unknown: Prepared = { sql: "", translation: { text: Buffer.alloc(0), position: (at) => at } };

/** Words the error that answers a step as Redshift would, with the position in the text that the client sent. */
function failure(step: Step | undefined, error: RedshiftError): RedshiftError {
  const from = step && (step.kind === "execute" ? step.portal : "translation" in step ? step : undefined);
  if (from?.translation.refusal && error.code === "42601") return from.translation.refusal;
  const worded = asRedshift(error, step && "number" in step ? step.number : 0);
  if (worded.position === undefined || !from) return worded;
  return { ...worded, position: from.translation.position(worded.position) };
}
