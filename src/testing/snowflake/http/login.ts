import { randomBytes } from "node:crypto";
import { createSession, parameterList } from "../engine/session.ts";
import type { Account } from "../engine/storage.ts";
import type { Settings } from "../options.ts";
import type { ClientSession } from "./clients.ts";
import { failure, objectField, success, textField } from "./reply.ts";
import type { Incoming, Reply } from "./reply.ts";
import type { Tokens } from "./tokens.ts";

/** One attempt to log in, as `logins()` tells it. The secret itself is not kept. */
export interface SnowflakeLogin {
  readonly user: string;
  readonly authenticator: string;
  readonly application?: string;
  readonly at: number;
  /** "success", or the code of the refusal. */
  readonly outcome: string;
}

/** Who may log in, and who tried. */
export interface Door {
  login(request: Incoming): Reply;
  issueToken(user: string, lifetimeMs: number): string;
  revokeToken(token: string): void;
  setPassword(user: string, password: string): void;
  attempts(): readonly SnowflakeLogin[];
  /** Puts passwords back to what they were, and forgets who tried. Tokens stay. */
  reset(): void;
}

interface Grant {
  readonly user: string;
  readonly expiresAt: number;
}

type Verdict = { readonly user: string } | { readonly code: string; readonly message: string };

/** Makes the door of an account; `admit` is told of every session it opens. */
export function createDoor(
  settings: Settings,
  account: Account,
  tokens: Tokens,
  admit: (session: ClientSession) => void,
): Door {
  const passwords = new Map<string, string>();
  const grants = new Map<string, Grant>();
  let attempts: SnowflakeLogin[] = [];
  let sessionCount = 0;
  const reset = (): void => {
    for (const [user, password] of Object.entries(settings.users)) passwords.set(user.toUpperCase(), password);
    attempts = [];
  };
  reset();

  const judge = (data: Readonly<Record<string, unknown>>, authenticator: string): Verdict => {
    const user = textField(data, "LOGIN_NAME").toUpperCase();
    if (authenticator === "OAUTH") {
      const grant = grants.get(textField(data, "TOKEN"));
      if (grant === undefined || (user !== "" && user !== grant.user))
        return { code: "390303", message: "Invalid OAuth access token. " };
      if (grant.expiresAt <= settings.now()) return { code: "390318", message: "OAuth access token expired. " };
      return { user: grant.user };
    }
    if (authenticator !== "SNOWFLAKE")
      return { code: "390189", message: `Authenticator ${authenticator} is not supported by the stand-in.` };
    const password = passwords.get(user);
    if (password === undefined || password !== textField(data, "PASSWORD"))
      return { code: "390100", message: "Incorrect username or password was specified." };
    return { user };
  };

  const open = (
    request: Incoming,
    data: Readonly<Record<string, unknown>>,
    user: string,
    application: string | undefined,
  ): ClientSession => {
    const named = (key: string, otherwise: string): string => folded(request.query.get(key) ?? "") ?? otherwise;
    const database = named("databaseName", settings.database);
    const schema = named("schemaName", settings.schema);
    // A login may name what no statement has created: the stand-in then creates it.
    if (account.catalog.schemas(database) === undefined) account.catalog.createDatabase(database);
    if (account.catalog.schemas(database)?.includes(schema) !== true) account.catalog.createSchema(database, schema);
    sessionCount += 1;
    const id = String(1_000_000_000_000 + sessionCount * 4_294_967 + (randomBytes(2).readUInt16BE() % 4096));
    const sql = createSession({
      id,
      user,
      now: settings.now(),
      database,
      schema,
      warehouse: named("warehouse", settings.warehouse),
      role: named("roleName", settings.role),
    });
    for (const [name, value] of Object.entries(objectField(data, "SESSION_PARAMETERS")))
      sql.parameters.set(name.toUpperCase(), String(value));
    const client = `${textField(data, "CLIENT_APP_ID")} ${textField(data, "CLIENT_APP_VERSION")}`.trim();
    const session: ClientSession = {
      sql,
      application,
      client,
      sessionToken: "",
      masterToken: "",
      closed: false,
      requests: new Map(),
      abortedRequests: new Set(),
    };
    session.sessionToken = tokens.issue(session, "session", settings.sessionTokenMs);
    session.masterToken = tokens.issue(session, "master", settings.masterTokenMs);
    admit(session);
    return session;
  };

  return {
    login: (request) => {
      const data = objectField(request.body, "data");
      const authenticator = (textField(data, "AUTHENTICATOR") || "SNOWFLAKE").toUpperCase();
      const application = textField(objectField(data, "CLIENT_ENVIRONMENT"), "APPLICATION") || undefined;
      const verdict = judge(data, authenticator);
      const outcome = "user" in verdict ? "success" : verdict.code;
      const user = "user" in verdict ? verdict.user : textField(data, "LOGIN_NAME");
      attempts.push({
        user,
        authenticator,
        at: settings.now(),
        outcome,
        ...(application !== undefined && { application }),
      });
      if (!("user" in verdict))
        return failure(verdict.code, verdict.message, {
          nextAction: "RETRY_LOGIN",
          authnMethod: authenticator,
          signInOptions: {},
        });
      return success(loginData(open(request, data, verdict.user, application), settings));
    },
    issueToken: (user, lifetimeMs) => {
      const token = `ver:1-hint:${grants.size}-${randomBytes(48).toString("base64url")}`;
      grants.set(token, { user: user.toUpperCase(), expiresAt: settings.now() + lifetimeMs });
      return token;
    },
    revokeToken: (token) => grants.delete(token),
    setPassword: (user, password) => passwords.set(user.toUpperCase(), password),
    attempts: () => [...attempts],
    reset,
  };
}

// Names in a login fold as they do in SQL.
function folded(name: string): string | undefined {
  if (name === "") return undefined;
  return /^".*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name.toUpperCase();
}

function loginData({ sql, sessionToken, masterToken }: ClientSession, settings: Settings): Record<string, unknown> {
  return {
    masterToken,
    token: sessionToken,
    validityInSeconds: Math.floor(settings.sessionTokenMs / 1000),
    masterValidityInSeconds: Math.floor(settings.masterTokenMs / 1000),
    displayUserName: sql.user,
    serverVersion: "9.40.0",
    firstLogin: false,
    remMeToken: null,
    remMeValidityInSeconds: 0,
    healthCheckInterval: 45,
    newClientForUpgrade: null,
    sessionId: Number(sql.id),
    parameters: parameterList(sql),
    sessionInfo: {
      databaseName: sql.database,
      schemaName: sql.schema,
      warehouseName: sql.warehouse,
      roleName: sql.role,
    },
    idToken: null,
    idTokenValidityInSeconds: 0,
    responseData: null,
    mfaToken: null,
    mfaTokenValidityInSeconds: 0,
  };
}
