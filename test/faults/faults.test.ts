import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { documentAt } from "../documents/document.ts";
import { cellsOf, play, type Verdict } from "./cell.ts";
import { startGround, type Ground } from "./ground.ts";
import { matrix } from "./matrix.ts";
import { playAll } from "./play.ts";
import { table } from "./table.ts";

/** One line a phase; `npm run test:faults` plays them all. */
const chosen = new Set([
  "credentials, cut",
  "connect, reset always",
  "auth, reset",
  "first byte, reset after it",
  "mid-result, reset",
  "between statements, in a transaction: cut",
  "commit, cut after it",
  "close, half-open",
]);

const rows = matrix.filter(({ phase, fault }) => chosen.has(`${phase}, ${fault}`));

describe("the fault matrix", () => {
  let ground: Ground;
  let verdicts: readonly Verdict[];

  beforeAll(async () => {
    ground = await startGround(inject("postgres"));
    verdicts = await playAll(cellsOf(rows), ground);
  });
  afterAll(() => ground[Symbol.asyncDispose]());

  it("has a line for each phase here", () => {
    expect(rows).toHaveLength(chosen.size);
    expect(new Set(rows.map(({ phase }) => phase))).toEqual(new Set(matrix.map(({ phase }) => phase)));
  });

  it.each(cellsOf(rows).map(({ row, warehouse }) => [row.phase, row.fault, warehouse] as const))(
    "keeps every promise in phase %s under the fault %j on %s",
    (phase, fault, warehouse) => {
      const verdict = verdicts.find(
        ({ cell }) => cell.row.phase === phase && cell.row.fault === fault && cell.warehouse === warehouse,
      );
      expect(verdict?.broken).toEqual([]);
    },
  );

  it("notices a promise that is not kept", async () => {
    const [row] = cellsOf(matrix.filter(({ phase, fault }) => phase === "commit" && fault === "cut after it"));
    const { broken } = await play({ ...row!, case: { ...row!.case, expected: "served" } }, ground);
    expect(broken).toEqual([expect.stringContaining('came to "CONNECTION, unknown" and not to "served"')]);
  });

  it("says of a cell that fails before its fault that it could not be played", async () => {
    const [cell] = cellsOf(matrix.filter(({ phase }) => phase === "commit"));
    const connect = () => Promise.reject(new Error("nobody is there"));
    const verdict = await play(cell!, { ...ground, redshift: { ...ground.redshift, connect } });
    expect(verdict.outcome).toBe("could not be played");
    expect(verdict.broken).toContainEqual(expect.stringContaining("nobody is there"));
  });

  it("stands in the documents as it is expected", () => {
    const printed = /<!-- faults -->\s*([^]*?)\s*<!-- \/faults -->/.exec(
      documentAt("docs/when-things-break.md").text,
    )?.[1];
    expect(printed).toBe(table(matrix, (row, warehouse) => row[warehouse]?.expected ?? ""));
    for (const path of ["README.md", "docs/when-things-break.md"]) {
      expect(documentAt(path).text).toContain(`${cellsOf(matrix).length} cases`);
    }
  });
});
