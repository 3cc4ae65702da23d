import { open } from "../snowflake/sdk.mjs";
import { inserting } from "./inserting.mjs";
import { columns, pieces } from "./rows.mjs";

export const variants = {
  /** Bulk binds: an array of arrays, which the SDK sends along as long as there are less than 65,280 of them, and else by way of a stage. */
  binds: inserting(async (server, { batchRows }) => {
    const { execute, close } = await open(server);
    return {
      async insert(table, rows) {
        const text = `insert into ${table} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`;
        await execute("begin", false);
        for (const piece of pieces(rows, batchRows)) {
          const binds = piece.map((row) => columns.map((column) => row[column]));
          await execute(text, false, binds);
        }
        await execute("commit", false);
      },
      close,
    };
  }),
};
