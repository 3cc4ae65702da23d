import { createExchange } from "./exchange.ts";
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
        if (step.kind === "query" || step.kind === "parse") return step.sql;
        if (step.kind === "execute") return step.portal.sql;
      }
      return undefined;
    },
  };
}
