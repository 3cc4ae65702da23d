import { createRequire } from "node:module";
import type { Connection, ConnectionOptions, RowStatement, SnowflakeError, StatementOption } from "snowflake-sdk";
import type { SnowflakeStandIn } from "../../src/testing/snowflake/index.ts";

// The SDK reads these when it is first loaded.
process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION = "true";
process.env.SNOWFLAKE_DISABLE_MINICORE = "1";
process.env.SF_TELEMETRY_DISABLE_CONNECTION_SHAPE = "1";
const sdk = createRequire(import.meta.url)("snowflake-sdk") as typeof import("snowflake-sdk");
sdk.configure({ logLevel: "OFF", jsonColumnVariantParser: (text: string) => text });

export type Rows = unknown[][];

/** Logs in with the unmodified SDK. */
export async function connect(
  standIn: SnowflakeStandIn,
  options: Partial<ConnectionOptions> = {},
): Promise<Connection> {
  const connection = sdk.createConnection({
    accessUrl: standIn.url,
    account: "peak",
    username: "PEAK",
    password: "peak-password",
    application: "PeakTest",
    ...options,
  });
  return new Promise((resolve, reject) => {
    connection.connect((error) => {
      if (error) reject(error);
      else resolve(connection);
    });
  });
}

/** Runs a statement with the SDK and gives its rows as lists, with the statement itself. */
export const run = (
  connection: Connection,
  sqlText: string,
  options: Partial<StatementOption> = {},
): Promise<{ statement: RowStatement; rows: Rows }> =>
  new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      rowMode: "array",
      ...options,
      complete: (error, statement, rows) => {
        if (error) reject(error);
        else resolve({ statement, rows: (rows ?? []) as Rows });
      },
    });
  });

/** Runs a statement with the SDK and gives its rows as lists. */
export const rows = async (
  connection: Connection,
  sqlText: string,
  options?: Partial<StatementOption>,
): Promise<Rows> => (await run(connection, sqlText, options)).rows;

/** Runs a statement that is to fail, and gives the error. */
export const failure = (
  connection: Connection,
  sqlText: string,
  options?: Partial<StatementOption>,
): Promise<SnowflakeError> =>
  run(connection, sqlText, options).then(
    () => Promise.reject(new Error(`This did not fail: ${sqlText}`)),
    (error: unknown) => error as SnowflakeError,
  );

export const destroy = (connection: Connection): Promise<void> =>
  new Promise((resolve) => {
    connection.destroy(() => resolve());
  });

/** What an endpoint answers. */
interface Envelope {
  readonly success: boolean;
  readonly code: string | null;
  readonly message: string | null;
  readonly data: Record<string, unknown> & {
    readonly rowtype: {
      name: string;
      type: string;
      precision: number | null;
      scale: number | null;
      length: number | null;
      nullable: boolean;
    }[];
    readonly rowset: (string | null)[][];
    readonly chunks?: { url: string; rowCount: number; uncompressedSize: number; compressedSize: number }[];
    readonly chunkHeaders?: Record<string, string>;
    readonly queryId: string;
  };
}

/** A client that shows the wire itself. */
export interface WireClient {
  readonly token: string;
  readonly masterToken: string;
  readonly login: Envelope;
  request(method: string, path: string, body?: unknown, token?: string): Promise<Envelope>;
  query(sqlText: string, more?: Record<string, unknown>, requestId?: string): Promise<Envelope>;
}

/** Logs in by hand. */
export async function wire(
  standIn: SnowflakeStandIn,
  data: Record<string, unknown> = {},
  query = "",
): Promise<WireClient> {
  let token = "";
  const request = async (method: string, path: string, body?: unknown, asToken = token): Promise<Envelope> => {
    const response = await fetch(standIn.url + path, {
      method,
      headers: {
        "content-type": "application/json",
        accept: "application/snowflake",
        authorization: `Snowflake Token="${asToken}"`,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Envelope;
  };
  const login = await request("POST", `/session/v1/login-request?requestId=1${query}`, {
    data: { LOGIN_NAME: "peak", PASSWORD: "peak-password", CLIENT_APP_ID: "JavaScript", ...data },
  });
  token = login.success ? String(login.data.token) : "";
  return {
    token,
    masterToken: login.success ? String(login.data.masterToken) : "",
    login,
    request,
    query: (sqlText, more = {}, requestId = crypto.randomUUID()) =>
      request("POST", `/queries/v1/query-request?requestId=${requestId}`, { sqlText, ...more }),
  };
}
