import { completed, failureOf } from "./completion.ts";
import { partError } from "./download.ts";
import { codeOf, isSessionGone } from "./errors.ts";
import { readResult, type Result } from "./result.ts";
import { withoutSecrets } from "../../errors.ts";
import type { Answers } from "./answers.ts";
import type { Sdk } from "./sdk.ts";
import type { Call } from "../../call.ts";

/** The session that asks for a result again. */
export interface ResultSession {
  readonly connection: Sdk.Connection;
  readonly answers: Answers;
  readonly secrets: readonly string[];
  /** Told where the server has forgotten the session. */
  readonly whenGone: () => void;
}

/**
 * Asks for the answer to a query that has run again, for the fresh addresses in it. It is the SDK that asks: it has the session's token, and
 * renews it.
 *
 * @throws `CONNECTION`, phase `fetch`; what the call was aborted with.
 */
export async function resultAgain(queryId: string | undefined, session: ResultSession, call: Call): Promise<Result> {
  const { connection, answers, secrets, whenGone } = session;
  if (queryId === undefined) throw expired("its query is not known");
  answers.expectResult(queryId);
  // The rows are not read: streaming, the SDK calls back as soon as it has the answer.
  const { finished } = completed((complete) => connection.fetchResult({ queryId, streamResult: true, complete }));
  const failure = await failureOf(call.race(finished));
  const answer = await call.race(answers.takeResult(queryId));
  const result = answer && readResult(answer);
  if (result !== undefined) return result;
  if (isSessionGone(codeOf(failure?.error))) whenGone();
  const cause = withoutSecrets(failure?.error ?? new Error("the answer cannot be read"), secrets);
  throw expired(cause.message, cause);
}

function expired(problem: string, cause?: Error): Error {
  return partError(`cannot be fetched: its address has expired, and there is no fresh one (${problem})`, cause);
}
