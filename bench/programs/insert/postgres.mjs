import postgres from "postgres";
import { inserting } from "./inserting.mjs";
import { pieces } from "./rows.mjs";

export const variants = {
  helper: inserting(async (server, { batchRows }) => {
    const sql = postgres({ ...server, max: 1 });
    return {
      insert: (table, rows) =>
        sql.begin(async (tx) => {
          for (const piece of pieces(rows, batchRows)) await tx`insert into ${tx(table)} ${tx(piece)}`;
        }),
      close: () => sql.end(),
    };
  }),
};
