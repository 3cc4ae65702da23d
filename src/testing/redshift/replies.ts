import { parameterType, parseRowDescription, rowDescription, rowRewrite } from "./columns.ts";
import type { Database } from "./database.ts";
import { asRedshift, errorFrame, parseError, type RedshiftError } from "./errors.ts";
import { endsBatch, nextInterlude, type Exchange, type RowRewrite, type Step } from "./exchange.ts";
import { cstring, endOfString, frame, type FrameSink } from "./frames.ts";
import { type } from "./messages.ts";

/** Takes what is found in what PostgreSQL sends. */
export interface ReplyOutlets {
  readonly toClient: (bytes: Buffer) => void;
  readonly database: Pick<Database, "domains">;
}

/** What Redshift reports when it changes; PostgreSQL reports more. */
export const reported: ReadonlySet<string> = new Set([
  "client_encoding",
  "DateStyle",
  "integer_datetimes",
  "server_encoding",
  "session_authorization",
  "TimeZone",
]);

/** Makes what translates PostgreSQL's messages for a client, by what the exchange says was asked. */
export function replies(exchange: Exchange, { toClient, database }: ReplyOutlets): FrameSink {
  const { steps } = exchange;

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

  function parameters(bytes: Buffer): void {
    const changed = Buffer.from(bytes);
    for (let at = 7; at < changed.length; at += 4) {
      changed.writeInt32BE(parameterType(changed.readInt32BE(at), database.domains), at);
    }
    toClient(changed);
  }

  function ready(bytes: Buffer): void {
    // After an error PostgreSQL skips to Sync without a word, so every step up to it is answered by this.
    for (const step of steps.splice(0, steps.findIndex(endsBatch) + 1)) {
      if (step.kind === "query") step.entry?.end("success");
      if (step.kind === "execute") step.entry?.end("failed");
    }
    exchange.status = bytes.toString("latin1", 5, 6);
    // Portals live as long as their transaction.
    if (exchange.status === "I") exchange.suspended = undefined;
    toClient(bytes);
  }

  function parameterStatus(bytes: Buffer): void {
    if (reported.has(bytes.toString("utf8", 5, endOfString(bytes, 5)))) toClient(bytes);
  }

  function answered(bytes: Buffer): void {
    if (!steps.shift()?.hidden) toClient(bytes);
  }

  /** A Query goes on after each of its statements; an Execute ends with its one. */
  function finished(bytes: Buffer): void {
    const [step] = steps;
    if (step?.kind === "execute") {
      step.entry?.end("success");
      steps.shift();
    }
    if (!step?.hidden) toClient(bytes);
  }

  function completed(bytes: Buffer): void {
    const [step] = steps;
    if (step?.kind === "execute" && exchange.suspended === step.portal) exchange.suspended = undefined;
    if (runBy(step)?.translation.dropsStatements) dropStatements(exchange);
    // The tag is bare on Redshift: it tells no row count.
    finished(bytes.toString("latin1", 5, 12) === "SELECT " ? bareSelect : bytes);
  }

  function suspended(bytes: Buffer): void {
    const [step] = steps;
    if (step?.kind === "execute") exchange.suspended = step.portal;
    finished(bytes);
  }

  function failed(bytes: Buffer): void {
    const [step] = steps;
    const error = failure(step, parseError(bytes.subarray(5)));
    if (step && "entry" in step) step.entry.end(error.code === "57014" ? "canceled" : "failed", error.message);
    toClient(errorFrame(error));
    if (steps.some(endsBatch)) return;
    exchange.skipping = true;
    const last = steps.at(-1);
    if (last?.kind === "interlude") last.skipped();
  }

  /** Rows are counted on their way; most pass in pieces. */
  function countRow(bytes: number): void {
    const [step] = steps;
    if (step?.kind === "query" || step?.kind === "execute") step.entry?.row(bytes);
  }

  const handlers = new Map<number, (bytes: Buffer) => void>([
    [type.dataRow, (bytes) => toClient(rewriteNow()?.(bytes) ?? bytes)],
    [type.rowDescription, columns],
    [type.noData, answered],
    [type.parameterDescription, parameters],
    [type.commandComplete, completed],
    [type.emptyQuery, finished],
    [type.portalSuspended, suspended],
    [type.parseComplete, answered],
    [type.bindComplete, answered],
    [type.closeComplete, answered],
    [type.error, failed],
    [type.notice, (bytes) => toClient(errorFrame(parseError(bytes.subarray(5)), "N"))],
    [type.parameterStatus, parameterStatus],
    [type.ready, ready],
  ]);
  /** Takes what is said to the stand-in itself, while it is. */
  const own = (): FrameSink | undefined => {
    const next = nextInterlude(exchange)?.interlude;
    return next?.started ? next.talk.sink : undefined;
  };
  return {
    wants(kind, bytes) {
      if (own()) return true;
      if (kind !== type.dataRow) return handlers.has(kind);
      countRow(bytes);
      return rewriteNow() !== undefined;
    },
    frame(kind, bytes) {
      const sink = own();
      if (sink) {
        sink.frame(kind, bytes);
        return;
      }
      handlers.get(kind)?.(bytes);
      const next = nextInterlude(exchange);
      if (next && !next.interlude.started) next.interlude.start(next.ended);
    },
    bytes: toClient,
  };
}

const bareSelect = frame("C", cstring("SELECT"));

/** What a step is about, where that is a statement. */
function runBy(step: Step | undefined) {
  if (step?.kind === "execute") return step.portal;
  return step && "translation" in step ? step : undefined;
}

/** DDL and ROLLBACK invalidate every named statement of the session (Amazon's Python driver closes its own then). */
function dropStatements({ prepared, dropped }: Exchange): void {
  for (const name of prepared.keys()) {
    if (name === "") continue;
    prepared.delete(name);
    dropped.add(name);
  }
}

/** Words the error that answers a step as Redshift would, with the position in the text that the client sent. */
function failure(step: Step | undefined, error: RedshiftError): RedshiftError {
  const from = runBy(step);
  if (from?.translation.refusal && error.code === "42601") return from.translation.refusal;
  const worded = asRedshift(error, step && "number" in step ? step.number : 0);
  if (worded.position === undefined || !from) return worded;
  return { ...worded, position: from.translation.position(worded.position) };
}
