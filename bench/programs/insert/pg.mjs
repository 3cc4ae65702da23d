import pg from "pg";
import format from "pg-format";
import { inserting } from "./inserting.mjs";
import { columns, pieces } from "./rows.mjs";

/** Opens `pg` for inserts by hand: some rows in one statement, and all statements in one transaction. */
const byHand = (send) =>
  inserting(async (server, settings) => {
    const client = new pg.Client(server);
    await client.connect();
    return {
      async insert(table, rows) {
        await client.query("begin");
        for (const piece of pieces(rows, settings.batchRows)) await send(client, table, piece, settings);
        await client.query("commit");
      },
      close: () => client.end(),
    };
  });

const texts = new Map();

/** Writes the text for so many rows, once. */
function textOf(table, count) {
  const key = `${table} ${count}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  let place = 0;
  const rows = Array.from({ length: count }, () => `(${columns.map(() => `$${++place}`).join(", ")})`);
  const text = `insert into ${table} (${columns.join(", ")}) values ${rows.join(", ")}`;
  texts.set(key, text);
  return text;
}

function valuesOf(rows) {
  const values = [];
  for (const row of rows) for (const column of columns) values.push(row[column]);
  return values;
}

export const variants = {
  rows: byHand((client, table, rows) => client.query(textOf(table, rows.length), valuesOf(rows))),

  /** The server parses the text of most statements once. */
  prepared: byHand((client, table, rows, { batchRows }) =>
    client.query({
      text: textOf(table, rows.length),
      values: valuesOf(rows),
      ...(rows.length === batchRows && { name: "insert" }),
    }),
  ),

  literals: byHand((client, table, rows) =>
    client.query(
      format(
        `insert into ${table} (${columns.join(", ")}) values %L`,
        rows.map((row) => columns.map((column) => row[column])),
      ),
    ),
  ),
};
