import { createPool, sql as tag } from "slonik";
import { proof } from "../proof.mjs";

/** Makes a query of a text: slonik takes template literals only. */
export const query = (text) => tag.unsafe(Object.assign([text], { raw: Object.freeze([text]) }));

/** Opens a pool without the time limits that slonik sets by itself. */
export async function open({ user, password, host, port, database }, maximumPoolSize) {
  return createPool(`postgresql://${user}:${password}@${host}:${port}/${database}`, {
    maximumPoolSize,
    statementTimeout: "DISABLE_TIMEOUT",
    idleInTransactionSessionTimeout: "DISABLE_TIMEOUT",
  });
}

function reading(read) {
  return async (server) => {
    const pool = await open(server, 1);
    return {
      run: async ({ sql, key }) => {
        const proved = proof(key);
        await read(pool, query(sql), proved);
        return proved.result();
      },
      close: () => pool.end(),
    };
  };
}

export const variants = {
  any: reading(async (pool, text, proved) => {
    proved.rows(await pool.any(text));
  }),
  stream: reading(async (pool, text, proved) => {
    await pool.stream(text, (stream) => stream.on("data", ({ data }) => proved.row(data)));
  }),
};
