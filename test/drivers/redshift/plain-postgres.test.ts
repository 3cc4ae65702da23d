import { describe, expect, inject, it } from "vitest";
import { closedAfterEach } from "../../integration/opened.ts";
import { connectWarehouse } from "peak-warehouse";

const opened = closedAfterEach();

/** PostgreSQL without the stand-in before it, which refuses what Redshift does. */
async function postgres() {
  const { host, port, user, password, database } = inject("postgres");
  const credentials = `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
  return opened(await connectWarehouse({ credentials, tls: false, pool: { max: 1 } }));
}

describe("PostgreSQL itself", () => {
  it("is refused the data of a COPY at once, in rows and in columns, and serves the next statement", async () => {
    const db = await postgres();
    const message = expect.stringContaining("COPY FROM STDIN has no source here") as string;
    await db.session(async (session) => {
      await session.query("create temp table target (a integer)");
      const text = "copy target from stdin";
      for (const read of [() => session.query(text), () => session.arrow(text)]) {
        await expect(read()).rejects.toMatchObject({ code: "QUERY", message });
        expect((await session.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      }
    });
  });

  it.each([{ maxRows: 1 }, { maxBytes: 100 }])(
    "is stopped once it has given more than %o in columns, long before a batch is full",
    async (limits) => {
      const db = await postgres();
      // The first rows fill what the server keeps back, and the last one would take a minute.
      const text =
        "select case when g < 3000 then 'x' else pg_sleep(60)::text end as a, repeat('y', 40) as b from generate_series(1, 3000) g";
      await expect(db.arrow(text, undefined, { ...limits, timeoutMs: 20_000 })).rejects.toMatchObject({
        code: "LIMIT",
      });
    },
  );
});
