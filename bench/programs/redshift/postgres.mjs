import postgres from "postgres";
import { proof } from "../proof.mjs";

function reading(read) {
  return async (server) => {
    const sql = postgres({ ...server, max: 1 });
    return {
      run: async ({ sql: text, key }) => {
        const proved = proof(key);
        await read(sql.unsafe(text), proved);
        return proved.result();
      },
      close: () => sql.end(),
    };
  };
}

export const variants = {
  all: reading(async (query, proved) => {
    proved.rows(await query);
  }),
  forEach: reading(async (query, proved) => {
    await query.forEach((row) => proved.row(row));
  }),
  cursor: reading(async (query, proved) => {
    for await (const rows of query.cursor(1000)) proved.rows(rows);
  }),
};
