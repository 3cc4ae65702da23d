import { beforeEach, describe, expect, test } from "vitest";
import { displayWidth } from "../../src/cli/display-width.ts";
import { holding, outcome } from "./command.ts";
import { standIns } from "./stand-ins.ts";

const place = standIns();

beforeEach(() => place.be("redshift"));

describe("on a terminal", () => {
  test.each(["csv", "ndjson", "json"])("no text of the warehouse steers it: %s", async (format) => {
    const hostile = "select 'a\u001b[2J\u009b2J\u202e\r\u0007\u007fb' as \"t\u001b]0;x\u0007\"";
    const asked = ["query", hostile, "--format", format];
    const { out } = await outcome(asked, { columns: 80 });
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(out).toContain("\\u001b[2J");
    if (format !== "csv") expect((await outcome(asked)).out).toContain("\u009b2J\u202e");
    else expect((await outcome(asked)).out).toContain("\u001b[2J\u009b2J");
  });

  test("text that comes in pieces is shown whole", async () => {
    const { out } = await outcome(["query", "select repeat('語', 50000) as t", "--format", "csv"], { columns: 80 });
    expect(out).toBe(`t\n${"語".repeat(50_000)}\n`);
  });

  test.each([40, 80])("the place of a mistake in a long line is shown within its %d columns", async (columns) => {
    const long = `select '${"語".repeat(60)}' as a, nowhere, '${"x".repeat(200)}' as b`;
    const { err } = await outcome(["query", long], { columns });
    const [, line = "", caret = ""] = err.split("\n");
    expect(Math.max(displayWidth(line), displayWidth(caret))).toBeLessThan(columns);
    expect(caret).toMatch(/^ +\^$/);
    const before = line.slice(0, line.indexOf("nowhere"));
    expect(displayWidth(before)).toBe(caret.indexOf("^"));
    expect(line).toMatch(/^ {2}1 \| ….*nowhere.*…$/);
  });

  test("each statement of a script that takes long has its line of progress", async () => {
    const script = "select 1 as a; create temporary table t as select 1 as b from pg_sleep(0.8)";
    const { err } = await outcome(["query", script], { columns: 80 });
    expect(err).toMatch(/running · \d+ ms\r.\[K(?:running.*K)*done, /);
  });

  test("that can do nothing but write, no line is drawn over another", async () => {
    const { err } = await outcome(["query", "select 1 as a from pg_sleep(0.8)"], {
      columns: 80,
      env: { TERM: "dumb" },
    });
    expect(err).toMatch(/^1 row, \d+ ms\n$/);
  });
});

describe("colours", () => {
  test("are there where they are asked for, also in a pipe, and nowhere else", async () => {
    const coloured = await outcome(["query", "select nowhere"], { env: { FORCE_COLOR: "1" } });
    expect(coloured.err).toContain("\u001b[31merror:");
    const table = await outcome(["query", "select null as a", "--format", "table"], { env: { FORCE_COLOR: "1" } });
    expect(table.out).toContain("\u001b[2mNULL");
    for (const env of [{ FORCE_COLOR: "0" }, { TERM: "dumb" }, { NO_COLOR: "1", TERM: "xterm" }]) {
      expect((await outcome(["query", "select nowhere"], { columns: 80, env })).err).toMatch(/^error:/);
    }
  });
});

describe("errors in JSON", () => {
  test.each([
    ["a flag that does not exist", ["query", "select 1", "--nope"]],
    ["a value that is none", ["query", "select 1", "--max-rows", "x"]],
    ["a command that does not exist", ["querry"]],
    ["a call that makes no sense", ["query", "select 1", "-f", "x.sql"]],
  ])("tell of %s in one line, too", async (_, args) => {
    const { code, out, err } = await outcome([...args, "--json-errors"]);
    expect({ code, out, lines: err.split("\n").length }).toEqual({ code: 2, out: "", lines: 2 });
    expect(JSON.parse(err)).toEqual({ code: "USAGE", message: holding(/^(?!error)/) });
  });
});
