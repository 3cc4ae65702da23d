import { once } from "node:events";
import { promisify } from "node:util";
import snowflake from "snowflake-sdk";
import { proof } from "../proof.mjs";

/** Logs in with snowflake-sdk as its documentation shows. */
export async function open({ url, user, password }) {
  // Otherwise it writes to the standard output and to ./snowflake.log.
  snowflake.configure({ logLevel: "OFF", additionalLogToConsole: false });
  const connection = snowflake.createConnection({ accessUrl: url, account: "bench", username: user, password });
  await promisify(connection.connect).call(connection);
  return {
    /** Runs a statement and gives it with its rows, of which there are none where they are to be streamed. */
    execute: (sqlText, streamResult, binds) =>
      new Promise((resolve, reject) => {
        const complete = (error, statement, rows) => (error ? reject(error) : resolve({ statement, rows }));
        connection.execute({ sqlText, streamResult, binds, complete });
      }),
    close: () => new Promise((resolve) => connection.destroy(resolve)),
  };
}

function reading(read) {
  return async (server) => {
    const { execute, close } = await open(server);
    return {
      // Unlike this package it gives names as the server stores them.
      run: async ({ sql, key }) => (await read(execute, sql, proof(key.toUpperCase()))).result(),
      close,
    };
  };
}

export const variants = {
  rows: reading(async (execute, sql, proved) => proved.rows((await execute(sql, false)).rows)),
  streamRows: reading(async (execute, sql, proved) => {
    const stream = (await execute(sql, true)).statement.streamRows();
    stream.on("data", (row) => proved.row(row));
    await once(stream, "end");
    return proved;
  }),
};
