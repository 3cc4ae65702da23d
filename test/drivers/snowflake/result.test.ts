import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAnswer, readResult, refusalCode } from "../../../src/drivers/snowflake/result.ts";

const rowtype = [{ name: "rowset", type: "text" }];

const resultOf = (answer: Buffer) => readResult(readAnswer(answer));

function inlineOf(answer: string): string {
  const { bytes, start, end } = resultOf(Buffer.from(answer))!.inline;
  return bytes.toString("utf8", start, end);
}

describe("an answer of Snowflake", () => {
  it("is read without its cells, which stay bytes", () => {
    const result = resultOf(
      Buffer.from(
        JSON.stringify({
          data: {
            rowtype,
            rowset: [["a"], [null]],
            returned: 5,
            statementTypeId: 4096,
            chunks: [{ url: "https://x/1", rowCount: 3 }],
            chunkHeaders: { "x-key": "1" },
            qrmk: "ignored",
          },
          success: true,
        }),
      ),
    );
    expect(result).toMatchObject({
      rowtype,
      returned: 5,
      statementTypeId: 4096,
      chunks: [{ url: "https://x/1", rowCount: 3 }],
      chunkHeaders: { "x-key": "1" },
    });
    const { bytes, start, end } = result!.inline;
    expect(bytes.toString("utf8", start, end)).toBe('["a"],[null]');
  });

  it("has the rows that JSON.parse would find, whatever else is called rowset or looks like it", () => {
    const tricky = fc.constantFrom(
      "rowset",
      '"rowset":[["no"]]',
      '\\"rowset',
      "]",
      "[",
      "\\",
      '"',
      "}",
      "plain",
      "é😀",
    );
    const row = fc.array(fc.oneof(tricky, fc.constant(null)), { maxLength: 3 });
    fc.assert(
      fc.property(
        fc.dictionary(tricky, tricky),
        fc.array(row, { maxLength: 4 }),
        fc.dictionary(tricky, fc.array(tricky)),
        fc.boolean(),
        fc.nat(2),
        (before, rows, parameters, last, indent) => {
          const rowset = rows;
          const data = last
            ? { rowtype, parameters: [before, parameters], rowset }
            : { rowset, rowtype, stats: parameters };
          const answer = JSON.stringify({ headers: [before, "rowset"], data, success: true }, undefined, indent);
          expect(JSON.parse(`[${inlineOf(answer)}]`)).toEqual(rows);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("without rows of its own has an empty range", () => {
    const chunks = [{ url: "https://x/1", rowCount: 3 }];
    expect(inlineOf(JSON.stringify({ success: true, data: { rowtype, rowset: [] } }))).toBe("");
    expect(inlineOf(JSON.stringify({ success: true, data: { rowtype, rowset: null, chunks } }))).toBe("");
    expect(inlineOf(JSON.stringify({ success: true, data: { rowtype, statementTypeId: 0x6000 } }))).toBe("");
  });

  it("of a query that has lost its rows is none", () => {
    const answer = (rowset: unknown) => Buffer.from(JSON.stringify({ success: true, data: { rowtype, rowset } }));
    for (const rowset of [null, undefined]) expect(resultOf(answer(rowset))).toBeUndefined();
    expect(() => resultOf(answer("rows"))).toThrow("its rows are no list");
  });

  it("asks for its chunks with the master key where it names no headers", () => {
    const answer = (chunkHeaders: unknown) =>
      Buffer.from(JSON.stringify({ success: true, data: { rowtype, rowset: [], qrmk: "KEY", chunkHeaders } }));
    expect(resultOf(answer(null))!.chunkHeaders).toEqual({
      "x-amz-server-side-encryption-customer-algorithm": "AES256",
      "x-amz-server-side-encryption-customer-key": "KEY",
    });
    expect(
      resultOf(Buffer.from(JSON.stringify({ success: true, data: { rowtype, rowset: [] } })))!.chunkHeaders,
    ).toEqual({});
  });

  it("that holds no result, or is cut anywhere, gives none", () => {
    const whole = JSON.stringify({ data: { rowtype, rowset: [["a"], ["b"]] }, success: true });
    const bad = ["", "{}", "null", "[]", "<html>", '{"data":null}', '{"success":true,"data":{"rowtype":7}}'];
    bad.push(JSON.stringify({ data: { rowtype, rowset: [] }, success: false }));
    for (let end = 0; end < whole.length; end++) bad.push(whole.slice(0, end));
    for (const answer of bad) expect(resultOf(Buffer.from(answer))).toBeUndefined();
  });

  it("in a form that was not asked for is the one error, which quotes nothing", () => {
    const arrow = JSON.stringify({
      success: true,
      data: { rowtype, queryResultFormat: "arrow", rowsetBase64: "s3cret" },
    });
    expect(() => resultOf(Buffer.from(arrow))).toThrow(
      expect.objectContaining({ code: "CONNECTION", phase: "fetch", effect: "unknown" }) as Error,
    );
    expect(() => resultOf(Buffer.from(arrow))).not.toThrow(/s3cret/);
  });

  it("tells why it refuses, if it does", () => {
    const refusal = (answer: string) => refusalCode(readAnswer(Buffer.from(answer)));
    expect(refusal('{"success":false,"code":"390112"}')).toBe("390112");
    for (const answer of ['{"success":true,"code":"0"}', '{"success":false,"code":null}', "", "null", "<html>", "7"]) {
      expect(refusal(answer)).toBeUndefined();
    }
  });
});
