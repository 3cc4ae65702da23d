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

  it("disturb nothing where the listener throws, which is warned of once and without the error", async () => {
    const warnings: string[] = [];
    const db = await ground.connect({
      onWarning: (message) => warnings.push(message),
      onNotice: ({ message }) => {
        throw new Error(message);
      },
    });
    await db.query(raising);
    await db.query(raising);
    expect((await db.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).not.toContain("there_is_none");
  });
});
