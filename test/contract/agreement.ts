import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellsOf as arrowCells } from "../arrow/reading.ts";
import { cellsOf as vectorCells } from "../columns/reading.ts";
import { arrowCell, rowCell, vectorCell } from "./comparable.ts";
import { kindsOf, type Given } from "./kinds.ts";
import { collected } from "./many-rows.ts";
import { ground, type Tenant } from "./tenant.ts";
import type { RecordBatch } from "apache-arrow";

const rows = 25;
const runs = 4;
/** Batches are cut within the bytes of a bitmap, and at their bounds. */
const batchRows = 7;

export function agreement(open: () => Promise<Tenant>): void {
  describe("query, stream, batches and arrow", () => {
    const shared = ground(open);

    it("say the same of every cell of every type, and what was put in", async () => {
      const { db, tenant } = shared;
      const kinds = kindsOf(tenant.type);
      const table = tenant.table("agreement");
      const names = kinds.map((_, index) => `c${index}`);
      await db.query(`drop table if exists ${table}`);
      await db.query(
        `create table ${table} (id integer, ${kinds.map(({ native }, index) => `c${index} ${native}`).join(", ")})`,
      );

      const agree = async (given: readonly (readonly (Given | null)[])[]) => {
        await db.query(`delete from ${table}`);
        const selects = given.map((cells, id) => {
          const values = kinds.map(({ native }, index) => cells[index]?.sql ?? `cast(null as ${native})`);
          return `select ${id}, ${values.join(", ")}`;
        });
        await db.query(`insert into ${table} ${selects.join(" union all ")}`);
        const read = await readings(`select ${names.join(", ")} from ${table} order by id`);
        for (const [index, { native, isInexact }] of kinds.entries()) {
          const { query, ...others } = read(index);
          for (const [verb, cells] of Object.entries(others)) {
            expect(cells, `${verb} of ${native} against query`).toEqual(query);
          }
          if (isInexact === true) continue;
          const put = given.map((cells) => cells[index]?.value ?? null);
          expect(query, `query of ${native} against what was put in`).toEqual(put);
        }
      };
      const row = fc.tuple(...kinds.map(({ cells }) => fc.option(cells, { freq: 6 })));
      const tables = fc.array(row, { minLength: rows, maxLength: rows });
      // A failure is not made smaller: each try is a statement, and the cell in question is told anyway.
      for (const given of fc.sample(tables, { seed: 20_261_205, numRuns: runs })) await agree(given);
      await db.query(`drop table ${table}`);
    });

    /** Reads a statement in every way; gives what each says of a column. */
    async function readings(text: string) {
      const { db } = shared;
      const asArrays = { rowMode: "array", integers: "bigint" } as const;
      const queried = await db.query(text, undefined, asArrays);
      const streamed = await collected(db.stream(text, undefined, asArrays));
      const batches = await collected(db.batches(text, undefined, { batchRows }));
      const table = await db.arrow(text, undefined, { batchRows });
      const encoded = await collected(db.arrowBatches(text, undefined, { batchRows, dictionary: true }));
      return (index: number) => {
        const column = queried.columns[index]!;
        const ofRows = (all: readonly unknown[][]) => all.map((row) => rowCell(column, row[index]));
        const ofArrow = (all: readonly RecordBatch[]) =>
          arrowCells(all, index).map((cell) => arrowCell(table.schema.fields[index]!, cell));
        return {
          query: ofRows(queried.rows),
          stream: ofRows(streamed),
          batches: batches.flatMap(({ columns }) => {
            const vector = columns[index]!;
            return vectorCells(vector).map((cell) => vectorCell(vector, cell));
          }),
          arrow: ofArrow(table.batches),
          arrowBatches: ofArrow(encoded),
        };
      };
    }
  });
}
