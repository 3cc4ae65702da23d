import http from "node:http";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** What a server of the test's answers to one request: a body, `"reset"`, or how to answer. */
export type Reply = object | "reset" | ((response: http.ServerResponse) => void);

/** How it answers: to logins, statements and polls; anything else succeeds. */
export interface Script {
  readonly login?: (status: number) => Reply;
  readonly query?: (sql: string, requestId: string) => Reply;
  readonly poll?: () => Reply;
  readonly renewal?: () => Reply;
  readonly heartbeat?: () => Reply;
  /** To a path that begins with `/chunk`. */
  readonly chunk?: (path: string) => Reply;
}

/** A Snowflake server that says what a test wants it to say, also what no real one should. */
export async function startWire(script: Script) {
  const received: string[] = [];
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += String(piece)));
    request.on("end", () => {
      const url = request.url ?? "";
      const sql = url.includes("query-request") ? (JSON.parse(body) as { sqlText: string }).sqlText : "";
      received.push(sql === "" ? url.replace(/\?.*/, "") : sql);
      send(response, answer(url, sql));
    });
  });

  function answer(url: string, sql: string): Reply {
    if (url.startsWith("/session/v1/login")) return script.login?.(received.length) ?? loggedIn;
    if (url.startsWith("/session/token-request")) return script.renewal?.() ?? loggedIn;
    if (url.startsWith("/session/heartbeat")) return script.heartbeat?.() ?? result([]);
    if (url.includes("query-request") && !sql.startsWith("ALTER SESSION")) {
      return script.query?.(sql, /requestId=([^&]+)/.exec(url)?.[1] ?? "") ?? result([["1"]]);
    }
    if (/^\/queries\/[^/]+\/result/.test(url)) return script.poll?.() ?? result([["1"]]);
    if (url.startsWith("/chunk") && script.chunk !== undefined) return script.chunk(url);
    return result([["done"]]);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    received,
    port,
    /** What opens it, in the shape of the Peak API's. */
    credentials: {
      dataWarehouseType: "snowflake",
      authType: "basic",
      host: "127.0.0.1",
      port,
      database: "D",
      user: "U",
      password: "s3cret-password",
    },
    count: (text: string) => received.filter((one) => one === text).length,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** The answer to a login that succeeds. */
export const loggedIn = {
  success: true,
  data: {
    token: "t",
    masterToken: "m",
    validityInSeconds: 3600,
    masterValidityInSeconds: 14400,
    sessionId: 1,
    parameters: [],
  },
};

/** An answer with rows. */
export function result(rowset: unknown, more: object = {}): object {
  const rowtype = [{ name: "A", type: "fixed", precision: 38, scale: 0 }];
  const returned = Array.isArray(rowset) ? rowset.length : 0;
  return {
    success: true,
    code: null,
    data: { rowtype, rowset, returned, queryId: randomUUID(), parameters: [], ...more },
  };
}

/** A refusal with a code. */
export function refusal(code: string): object {
  return { success: false, code, message: "no", data: null };
}

/** The notice that a statement still runs. */
export function progress(queryId: string): object {
  return {
    success: true,
    code: "333333",
    message: "running",
    data: { queryId, getResultUrl: `/queries/${queryId}/result` },
  };
}

function send(response: http.ServerResponse, reply: Reply): void {
  if (reply === "reset") response.destroy();
  else if (typeof reply === "function") reply(response);
  else {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(reply));
  }
}
