import { cancelled } from "./bulk/failures.ts";
import { createExchange, nextInterlude } from "./exchange.ts";
import type { FrameSink } from "./frames.ts";
import { replies, type ReplyOutlets } from "./replies.ts";
import { requests, type RequestOutlets } from "./requests.ts";

/** Takes what the pipeline finds and sends. */
export type PipelineOutlets = RequestOutlets & ReplyOutlets;

/** Translates one session's messages in both directions, keeping answers in step with what was asked. */
export interface Pipeline {
  readonly fromClient: FrameSink;
  readonly fromServer: FrameSink;
  readonly state: () => "idle" | "busy" | "transaction";
  /** Gives the text of the statement that runs. */
  readonly running: () => string | undefined;
  /** Whether the stand-in itself has something to do for the client, which is done even when that has gone. */
  readonly owes: () => boolean;
  /** Stops what the stand-in itself does now, if it does something; `stopped` settles when PostgreSQL has been told, too. */
  readonly cancel: (stopped: Promise<unknown>) => void;
  /** Is told that PostgreSQL's session has ended. */
  lost(): void;
}

/** Makes the pipeline of a session that has just logged in. */
export function createPipeline(outlets: PipelineOutlets): Pipeline {
  const exchange = createExchange();
  const { steps } = exchange;
  return {
    fromClient: requests(exchange, outlets),
    fromServer: replies(exchange, outlets),
    state: () => (steps.length > 0 ? "busy" : exchange.status === "I" ? "idle" : "transaction"),
    running: () => {
      for (const step of steps) {
        if (step.kind === "query" || step.kind === "parse" || step.kind === "interlude") return step.sql;
        if (step.kind === "execute") return step.portal.sql;
      }
      return undefined;
    },
    owes: () => steps.some(({ kind }) => kind === "interlude"),
    cancel(stopped) {
      const next = nextInterlude(exchange);
      if (next?.interlude.started) next.interlude.abort(cancelled(next.number), stopped);
    },
    lost() {
      for (const step of steps) {
        if (step.kind === "interlude") step.interlude.talk.lost();
        else if ("entry" in step) step.entry.end("failed", "The session has ended.");
      }
    },
  };
}
