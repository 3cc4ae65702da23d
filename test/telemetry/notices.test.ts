import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { place, type Place } from "./heard.ts";
import type { Notice } from "peak-warehouse";

describe("notices", () => {
  let ground: Place;
  beforeAll(async () => {
    ground = await place("redshift");
  });
  afterAll(async () => ground.close());

  const raising = "drop table if exists there_is_none";

  it("are told with their severity and code", async () => {
    const notices: Notice[] = [];
    const db = await ground.connect({ onNotice: (notice) => notices.push(notice) });
    await db.query(raising);
    expect(notices).toEqual([
      {
        severity: expect.any(String) as string,
        code: "00000",
        message: expect.stringContaining("there_is_none") as string,
      },
    ]);
  });

  const failing = {
    throws({ message }: Notice) {
      throw new Error(message);
    },
    // As plain JavaScript may, and TypeScript where it is not linted.
    rejects: (({ message }) => Promise.reject(new Error(message))) as (notice: Notice) => void,
  };

  it.each(Object.entries(failing))(
    "disturb nothing where the listener %s, which is warned of once and without the error",
    async (_how, listener) => {
      const warnings: string[] = [];
      const db = await ground.connect({
        onWarning: (message) => warnings.push(message),
        onNotice: listener,
      });
      await db.query(raising);
      await db.query(raising);
      expect((await db.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).not.toContain("there_is_none");
    },
  );

  it("are told of a COMMIT, too, which a listener that throws does not disturb", async () => {
    const notices: Notice[] = [];
    const db = await ground.connect({
      onWarning: () => undefined,
      onNotice: (notice) => {
        notices.push(notice);
        throw new Error("no");
      },
    });
    await ground.server.query("create table noisy (a integer)");
    await ground.server.query(
      "create function tell() returns trigger language plpgsql as $$ begin raise warning 'at the end'; return null; end $$",
    );
    await ground.server.query(
      "create constraint trigger late after insert on noisy deferrable initially deferred for each row execute function tell()",
    );
    await db.transaction(async (tx) => {
      await tx.query("insert into noisy values (1)");
      expect(notices).toEqual([]);
    });
    expect(notices).toMatchObject([{ severity: "WARNING", message: "at the end" }]);
    expect((await db.query("select a from noisy")).rows).toEqual([{ a: 1 }]);
  });
});
