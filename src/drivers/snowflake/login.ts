import { sessionAgent } from "./agent.ts";
import { watchAnswers } from "./answers.ts";
import { completed } from "./completion.ts";
import { loginError } from "./errors.ts";
import { SnowflakeSession, type SessionSettings } from "./session.ts";
import { WarehouseError } from "../../errors.ts";
import type { Sdk } from "./sdk.ts";
import type { Call } from "../../call.ts";
import type { Session } from "../../driver.ts";

/** How one session is opened. */
export interface Opening extends SessionSettings {
  readonly options: Sdk.ConnectionOptions;
  /** One statement that sets the session up, or none. */
  readonly setup: string | undefined;
}

/** Logs in and sets the session up. */
export async function openSession(sdk: typeof Sdk, opening: Opening, call: Call): Promise<Session> {
  const answers = watchAnswers();
  const http = sessionAgent(opening.agent, (request) => answers.observe(request));
  const options = {
    ...opening.options,
    // Undocumented, and in no types: the SDK calls it for each request and takes the agent it gives (snowflake-sdk 3.3).
    agentClass: () => http.agent,
  };
  let session: SnowflakeSession | undefined;
  try {
    const connection = sdk.createConnection(options);
    session = new SnowflakeSession(connection, http, answers, opening);
    const abandon = call.onAbort(() => http.kill());
    await call.race(login(connection)).finally(abandon);
    if (opening.setup !== undefined) await session.setUp(opening.setup, call);
    return session;
  } catch (error) {
    await session?.close();
    call.throwIfAborted();
    throw WarehouseError.is(error)
      ? error
      : loginError(error, { status: answers.loginStatus, secrets: opening.secrets });
  }
}

async function login(connection: Sdk.Connection): Promise<void> {
  // The callback form: connectAsync resolves on a wrong password (seen of snowflake-sdk 3.3).
  await completed((complete) => connection.connect(complete)).finished;
  // A server-side parameter makes the SDK start a timer that keeps the process alive; sessions are probed by the pool.
  clearInterval((connection as unknown as { keepalive?: NodeJS.Timeout }).keepalive);
}
