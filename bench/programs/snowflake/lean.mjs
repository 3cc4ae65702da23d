import { Buffer } from "node:buffer";
import { request } from "node:http";

/** Runs a statement on the lean server, which asks for no login, and gives what it answers. */
export async function execute(url, sqlText) {
  const answer = await send(`${url}/queries/v1/query-request`, "POST", JSON.stringify({ sqlText }));
  return JSON.parse(answer).data;
}

/** Sends a request and gives the body of its answer. */
export function send(url, method, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method }, (response) => {
      const pieces = [];
      response.on("data", (piece) => pieces.push(piece));
      response.on("end", () => resolve(Buffer.concat(pieces)));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
