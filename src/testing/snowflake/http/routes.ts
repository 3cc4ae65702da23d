import type { Bind } from "../binder/bound.ts";
import { cancelled, SnowflakeError } from "../errors.ts";
import type { Settings } from "../options.ts";
import { ended, pending } from "./answers.ts";
import type { ChunkStore } from "./chunks.ts";
import type { ClientSession } from "./clients.ts";
import type { SnowflakeOperation } from "./faults.ts";
import type { Door } from "./login.ts";
import { failure, objectField, success, textField } from "./reply.ts";
import type { Incoming, Reply } from "./reply.ts";
import type { Registry, Statement, Submission } from "./statements.ts";
import type { Tokens } from "./tokens.ts";

/** What the handlers work with. */
export interface Services {
  readonly settings: Settings;
  readonly door: Door;
  readonly tokens: Tokens;
  readonly registry: Registry;
  readonly chunks: ChunkStore;
  readonly record: (statement: Statement, submission: Submission) => void;
  readonly closeSession: (session: ClientSession) => Promise<void>;
}

type Handler = (request: Incoming, services: Services) => Reply | Promise<Reply>;

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly operation: SnowflakeOperation;
  readonly handle: Handler;
}

const isReply = (found: ClientSession | Reply): found is Reply => "body" in found;

const withSession =
  (handle: (request: Incoming, services: Services, session: ClientSession) => Reply | Promise<Reply>): Handler =>
  (request, services) => {
    const session = services.tokens.check(request, "session");
    return isReply(session) ? session : handle(request, services, session);
  };

/** The endpoints of a Snowflake account that clients use. */
export const routes: readonly Route[] = [
  {
    method: "POST",
    path: /^\/session\/v1\/login-request$/,
    operation: "login",
    handle: (request, { door }) => door.login(request),
  },
  { method: "POST", path: /^\/session\/token-request$/, operation: "renewal", handle: renew },
  { method: "POST", path: /^\/session\/heartbeat$/, operation: "heartbeat", handle: withSession(() => success(null)) },
  { method: "POST", path: /^\/session$/, operation: "session", handle: withSession(remove) },
  {
    method: "POST",
    path: /^\/telemetry\/send(?:\/sessionless)?$/,
    operation: "telemetry",
    handle: () => success("Log Received"),
  },
  { method: "POST", path: /^\/queries\/v1\/query-request$/, operation: "query", handle: withSession(query) },
  { method: "POST", path: /^\/queries\/v1\/abort-request$/, operation: "abort", handle: withSession(abortRequest) },
  {
    method: "POST",
    path: /^\/queries\/[^/]+\/abort-request$/,
    operation: "abort",
    handle: withSession(abortStatement),
  },
  { method: "GET", path: /^\/queries\/[^/]+\/result$/, operation: "result", handle: withSession(result) },
  { method: "GET", path: /^\/monitoring\/queries\/[^/]+$/, operation: "monitoring", handle: withSession(monitoring) },
  {
    method: "GET",
    path: /^\/results\/[^/]+$/,
    operation: "chunk",
    handle: (request, { chunks }) => chunks.fetch(request),
  },
];

function renew(request: Incoming, { tokens, settings }: Services): Reply {
  const session = tokens.check(request, "master");
  if (isReply(session)) return session;
  // The old token goes on answering 390112, as one that ran out does: requests in flight then renew once more.
  tokens.expire("session", session.sessionToken);
  tokens.expire("master", session.masterToken);
  session.sessionToken = tokens.issue(session, "session", settings.sessionTokenMs);
  session.masterToken = tokens.issue(session, "master", settings.masterTokenMs);
  return success({
    sessionToken: session.sessionToken,
    validityInSecondsST: Math.floor(settings.sessionTokenMs / 1000),
    masterToken: session.masterToken,
    validityInSecondsMT: Math.floor(settings.masterTokenMs / 1000),
    sessionId: Number(session.sql.id),
  });
}

async function remove(request: Incoming, { closeSession }: Services, session: ClientSession): Promise<Reply> {
  if (request.query.get("delete") !== "true") return failure("390100", "Unknown request on a session.");
  await closeSession(session);
  return success(null);
}

async function query(request: Incoming, services: Services, session: ClientSession): Promise<Reply> {
  const { registry, settings, chunks } = services;
  const requestId = request.query.get("requestId") ?? "";
  const known = requestId === "" ? undefined : session.requests.get(requestId);
  const submission = submissionOf(request, requestId);
  const statement = known ?? registry.submit(session, submission);
  if (known === undefined) services.record(statement, submission);
  if (request.body.asyncExec === true) return pending(statement, true);
  return (await endsWithin(statement, settings.longRunningMs))
    ? ended(statement, chunks, request.origin)
    : pending(statement, false);
}

function submissionOf({ body }: Incoming, requestId: string): Submission {
  const parameters = Object.entries(objectField(body, "parameters")).map(
    ([name, value]) => [name.toUpperCase(), String(value)] as const,
  );
  return {
    sql: textField(body, "sqlText"),
    requestId,
    binds: bindsOf(objectField(body, "bindings")),
    parameters: new Map(parameters),
    describeOnly: body.describeOnly === true,
  };
}

function bindsOf(bindings: Readonly<Record<string, unknown>>): Bind[] {
  const binds: Bind[] = [];
  for (const [position, bind] of Object.entries(bindings)) {
    const value: unknown = (bind as { value?: unknown }).value ?? null; // a binding is an object with type and value
    const one = (cell: unknown): string | null =>
      cell === null || cell === undefined ? null : typeof cell === "string" ? cell : JSON.stringify(cell);
    binds[Number(position) - 1] = {
      type: textField(bind, "type"),
      value: Array.isArray(value) ? value.map(one) : one(value),
    };
  }
  return binds;
}

/** Waits for the end of a statement, but not longer than `ms`; tells whether it has ended. */
async function endsWithin(statement: Statement, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
    timer.unref();
  });
  await Promise.race([statement.ended, late]);
  clearTimeout(timer);
  return statement.state !== "running";
}

const statementId = ({ path }: Incoming): string => path.split("/").at(-2) ?? "";

async function result(request: Incoming, { registry, settings, chunks }: Services): Promise<Reply> {
  const statement = registry.find(statementId(request));
  if (statement === undefined)
    return failure("000709", `Statement ${statementId(request)} not found`, {
      errorCode: "000709",
      sqlState: "02000",
      queryId: statementId(request),
    });
  return (await endsWithin(statement, settings.longRunningMs))
    ? ended(statement, chunks, request.origin)
    : pending(statement, false);
}

function abortRequest({ body }: Incoming, _services: Services, session: ClientSession): Reply {
  const requestId = textField(body, "requestId");
  const statement = session.requests.get(requestId);
  // An abort may overtake the request it is meant for.
  if (statement === undefined) {
    session.abortedRequests.add(requestId);
    return success(null);
  }
  return abort(statement);
}

function abortStatement(request: Incoming, { registry }: Services): Reply {
  return abort(registry.find(statementId(request)));
}

function abort(statement: Statement | undefined): Reply {
  if (statement?.state !== "running")
    return failure("000605", "Identified SQL statement is not currently executing.", null);
  statement.stop.abort(cancelled());
  return success(null);
}

function monitoring({ path }: Incoming, { registry }: Services): Reply {
  const statement = registry.find(path.split("/").at(-1) ?? "");
  if (statement === undefined) return success({ queries: [] });
  const { id, sql, state, waiting, error, startedAt, endedAt, session } = statement;
  const known = error instanceof SnowflakeError ? error : undefined;
  const status =
    state === "running"
      ? (waiting ?? "RUNNING")
      : state === "done"
        ? "SUCCESS"
        : known?.code === "000604"
          ? "ABORTED"
          : "FAILED_WITH_ERROR";
  return success({
    queries: [
      {
        id,
        status,
        state: status,
        sqlText: sql,
        startTime: startedAt,
        endTime: endedAt ?? 0,
        sessionId: Number(session.sql.id),
        errorCode: known?.code ?? null,
        errorMessage:
          error === undefined ? null : error instanceof Error ? error.message : "SQL execution internal error",
      },
    ],
  });
}
