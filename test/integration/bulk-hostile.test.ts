import { describe, expect, it } from "vitest";
import { sql, WarehouseError, type LoadOptions, type UnloadOptions } from "peak-warehouse";
import { writtenQuery } from "../../src/arguments.ts";
import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import { brokenCsv, groupedParquet, hostileCsv, nestedParquet, readBack } from "../bulk/files.ts";
import { bulkPlace } from "./bulk-tenants.ts";
import { failure } from "./opened.ts";

const dialects = { redshift, snowflake };

/** Whatever can be passed, and what a careless writer of SQL would stumble over. */
const values: readonly unknown[] = [
  ...[0, -0, 1, -1, 2147483647, -2147483648, 2147483648, -9007199254740991, 1.5, -1.5, 1e300, 5e-324, 1e21],
  ...[9223372036854775807n, -9223372036854775808n, 9223372036854775809n, 10n ** 38n - 1n, 1n - 10n ** 38n],
  ...[NaN, Infinity, -Infinity, true, false, null],
  ...[
    "",
    "it's",
    "a\\",
    "\\'",
    "a\nb",
    "$1",
    "?",
    ":a",
    "--",
    "/*",
    "*/",
    "$$",
    "$tag$",
    "\u{1F600}",
    "\u2028",
    "'".repeat(999),
  ],
  ...[new Date("2024-01-02T03:04:05.678Z"), new Date("0001-01-01T00:00:00Z"), new Date("9999-12-31T23:59:59.999Z")],
  ...[new Uint8Array(), new Uint8Array([0, 39, 92, 255]), sql.json({ "a'": '\\ " \n', b: [1, null] }), sql.json(null)],
];
const positions = [
  "select ? as v",
  "select coalesce(?, null) as v",
  "select -? as v",
  "select 1-? as v",
  "select ?-? as v",
  "select 1 as v where ? = ?",
  "select 1 as v where?=?and 1=1",
  "select 1 as v where ? in (?, ?)",
  "select ?::varchar as v",
  "select cast(? as varchar(4000)) as v",
  "select ?||'x' as v",
];

for (const type of ["redshift", "snowflake"] as const) {
  describe(`data in bulk on ${type}, whatever it is given`, () => {
    const place = bulkPlace(type);
    const onSnowflake = type === "snowflake";
    const standard = "id bigint, name varchar(1000), amount numeric(20, 4), at timestamp";
    const refusal = async (work: Promise<unknown>) => (await failure(work)) as WarehouseError;

    it("writes a value into a query as what it would be sent as, wherever it stands", async () => {
      const given = async (text: string, params?: unknown[]) => {
        const options = { integers: "bigint" } as const;
        const { rows, columns } = await place.db.query(text, params, options);
        return { rows, types: columns.map((column) => column.type) };
      };
      for (const value of values) {
        for (const text of positions) {
          const params = Array<unknown>(text.split("?").length - 1).fill(value);
          const bound = await given(text, params).catch(() => undefined);
          // What the server refuses to infer, or overflows, is no matter of how it is written.
          if (bound === undefined) continue;
          const inlined = await given(writtenQuery(text, params, dialects[type]));
          expect([text, value, inlined]).toEqual([text, value, bound]);
        }
      }
    }, 60_000);

    it("refuses a query that its values make too long, before anything is sent", async () => {
      const most = dialects[type].maxStatementBytes;
      // Each becomes four in a literal of a literal, and two in a literal.
      const params = ["'".repeat(Math.floor(most / (onSnowflake ? 2 : 3)))];
      const before = place.sent().length;
      const error = await refusal(place.db.unload("select ? as a", place.folder(), { params }));
      expect(error).toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(error.message).toContain(String(most));
      expect(place.sent().filter(({ sql: text }) => /unload|copy/i.test(text.slice(0, 6)))).toEqual(
        place
          .sent()
          .slice(0, before)
          .filter(({ sql: text }) => /unload|copy/i.test(text.slice(0, 6))),
      );
    });

    it("keeps what is there where an unload that was to clean cannot be made", async () => {
      const url = place.folder();
      place.put(`${url}other.txt`, "kept");
      const options = { overwrite: "clean", partitionBy: "nope" } as const;
      expect((await refusal(place.db.unload("select 1 as a, 2 as b", url, options))).message).toContain('"nope"');
      expect(await refusal(place.db.unload("select * from no_such_table", url, { overwrite: "clean" }))).toMatchObject({
        code: "QUERY",
      });
      expect(place.files(url)).toEqual([`${url}other.txt`]);
    });

    it("says of two columns of one name that one needs another", async () => {
      const error = await refusal(place.db.unload("select 1 as a, 2 as a", place.folder()));
      expect(error.effect).toBe("none");
      expect(error.message).not.toContain("rowMode");
      expect(error.message).toMatch(onSnowflake ? /"A": give one an alias/ : /unique column names/);
    });

    it("puts rows into folders that have a name, and that another reader takes apart", async () => {
      const parts = ["a/b=c%d:e f", "é日本", null, "", "..", `it's "q"`];
      const rows = parts.map((part, id) => sql`select ${id} as id, ${part}::varchar as part`);
      const url = place.folder();
      const { files } = await place.db.unload(sql.join(rows, " union all "), url, { partitionBy: "part" });
      const folders = files.map((file) => decodeURIComponent(file.url.slice(url.length).split("/")[0] ?? ""));
      const none = "part=__HIVE_DEFAULT_PARTITION__";
      expect(new Set(folders)).toEqual(new Set(parts.map((part) => (part ? `part=${part}` : none))));
      const bytes = files.map((file) => place.local.s3.read(file.url) ?? "");
      const found = await readBack(bytes, "parquet");
      expect(found.sort((a, b) => Number(a.id) - Number(b.id)).map(({ part }) => part)).toEqual(parts);
    });

    it("refuses nonsense before anything is sent", async () => {
      const url = place.folder();
      const unloads: object[] = [
        { s3: {} },
        { cleanUp: true, s3: 5 },
        { maxFileBytes: "6000000" },
        { maxFileBytes: 6_000_000.5 },
        { partitionBy: [5] },
      ];
      const loads: object[] = [
        { columns: [5] },
        { columns: [undefined] },
        { columns: [""] },
        { columns: ["id", "id"] },
      ];
      for (const options of unloads) {
        const given = { cleanUp: true, ...options } as UnloadOptions;
        expect([options, await refusal(place.db.unload("select 1 as a", url, given))]).toMatchObject([
          options,
          { code: "INVALID_ARGUMENT", effect: "none" },
        ]);
      }
      for (const options of loads) {
        expect(await refusal(place.db.load("t", url, options as LoadOptions))).toMatchObject({
          code: "INVALID_ARGUMENT",
        });
      }
    });

    it("says beforehand what the warehouse does not know", async () => {
      const unsupported: (() => Promise<unknown>)[] = onSnowflake
        ? [
            async () =>
              place.db.unload("select 1 as a, 2 as b", place.folder(), { partitionBy: "a", overwrite: "replace" }),
            async () =>
              place.db.load("t", place.folder(), { format: "csv", header: true, match: "name", columns: ["id"] }),
          ]
        : [
            async () => place.db.load("publish.t", place.folder(), { dryRun: true }),
            async () => place.db.load("publish.t", place.folder(), { region: "eu-west-1" }),
          ];
      const before = place.sent().length;
      for (const ask of unsupported)
        expect(await refusal(ask())).toMatchObject({ code: "UNSUPPORTED", effect: "none" });
      expect(place.sent()).toHaveLength(before);
    });

    it("tells of a bad row its file, line, column and value, whether it stops the load or is left out", async () => {
      const kinds = ["text in a number", "no such day", "too large", "column missing", "column too many"] as const;
      for (const kind of kinds) {
        for (const hasHeader of [true, false]) {
          const file = brokenCsv(kind, { hasHeader, lineEnd: "\r\n" });
          const table = await place.table(standard);
          const url = place.put(`${place.folder()}f.csv`, file.bytes);
          const options = { format: "csv", header: hasHeader } as const;
          const error = await refusal(place.db.load(table, url, options));
          expect(error).toMatchObject({ code: "QUERY", effect: "none" });
          const [first, ...others] = error.rowErrors ?? [];
          expect(others).toEqual([]);
          expect(first).toMatchObject({ file: url, line: file.badLine });
          expect(error.message).toContain(`${url}, line ${file.badLine}`);
          if (file.badColumn !== undefined) expect(first?.column).toBe(file.badColumn);
          // Redshift tells no more of a value than the character that it stumbled over.
          if (file.badColumn !== undefined && onSnowflake) expect(first?.value).toBe(file.badValue);
          const loaded = await place.db.load(table, url, { ...options, onError: "continue" });
          expect(loaded).toMatchObject({ rows: 4, errorCount: 1, files: [{ url, rows: 4, errors: 1 }] });
          expect(loaded.errors[0]).toMatchObject({ ...first, value: loaded.errors[0]?.value });
          if (file.badColumn !== undefined) expect(loaded.errors[0]?.value).toBe(first?.value);
        }
      }
    }, 60_000);

    it("rejects a dry run of what could not be loaded, and says why", async () => {
      const file = brokenCsv("text in a number");
      const table = await place.table(standard);
      const url = place.put(`${place.folder()}f.csv`, file.bytes);
      const error = await refusal(place.db.load(table, url, { format: "csv", header: true, dryRun: true }));
      expect(error.code).toBe("QUERY");
      expect(error.effect).not.toBe("unknown");
      expect(error.message).toContain(`${url}, line 4`);
      expect(error.rowErrors).toMatchObject([{ file: url, line: 4, column: "id" }]);
      const left = await place.db.load(table, url, { format: "csv", header: true, dryRun: true, onError: 1 });
      expect(left).toMatchObject({ rows: 4, errorCount: 1 });
      expect((await place.db.query(`select count(*) as n from ${table}`)).rows).toEqual([{ n: 0 }]);
    });

    it("says which place it could not reach, and by what", async () => {
      const { s3 } = place.local;
      const refused = [
        async (url: string) => place.db.unload("select 1 as a", url),
        async (url: string) => place.db.load(table, place.put(`${url}a.csv`, "1"), { format: "csv" }),
      ];
      const table = await place.table("id bigint");
      for (const work of refused) {
        const undo = s3.inject({ kind: "error", code: "AccessDenied", status: 403, times: Infinity });
        const url = place.folder();
        const error = await refusal(work(url));
        undo();
        expect(error).toMatchObject({ code: "QUERY", effect: "none" });
        expect(error.message).toContain(url);
        expect(error.message).toContain(onSnowflake ? "PEAK_INTEGRATION" : "role/peak-tenant, then arn:aws");
      }
      const elsewhere = { integration: "other", iamRole: "arn:aws:iam::123456789012:role/other" };
      const error = await refusal(place.db.unload("select 1 as a", place.folder(), elsewhere));
      expect(error.message).toMatch(
        onSnowflake ? /by the integration other\./ : /by the IAM role arn:\S+role\/other\./,
      );
    });

    it("calls columns by the one name rule, and quotes a value as it is", async () => {
      const table = await place.table(`"My Col" bigint, b bigint`);
      const url = place.put(`${place.folder()}f.csv`, `x  y'z',3\n`);
      const [first] = (await refusal(place.db.load(table, url, { format: "csv" }))).rowErrors ?? [];
      expect(first?.column).toBe(onSnowflake ? "My Col" : "my col");
      if (onSnowflake) expect(first?.value).toBe(`x  y'z'`);
    });

    it("loads the CSV of another tool exactly", async () => {
      const file = hostileCsv({ lineEnd: "\r\n", isGzipped: true });
      const table = await place.table(standard);
      const url = place.put(`${place.folder()}f.csv.gz`, file.bytes);
      const loaded = await place.db.load(table, url, { format: "csv", header: true, compression: "gzip" });
      expect(loaded).toMatchObject({ rows: 9, errorCount: 0, files: [{ rows: 9, errors: 0 }] });
      const { rows } = await place.db.query(`select * from ${table} order by id`);
      const name = (text: string | null | undefined) => (onSnowflake || text !== "" ? text : null);
      expect(rows).toEqual(
        file.rows.map((row) => ({
          id: Number(row.id),
          name: name(row.name),
          amount: row.amount,
          at: row.at?.replace(" ", "T") ?? null,
        })),
      );
    });

    it("loads lists, structs and maps of Parquet as JSON", async () => {
      const file = await nestedParquet();
      const table = await place.table(
        onSnowflake
          ? "id integer, list array, struct object, map variant"
          : "id integer, list super, struct super, map super",
      );
      expect((await place.db.load(table, place.put(`${place.folder()}f.parquet`, file.bytes))).rows).toBe(2);
      const { rows } = await place.db.query(`select * from ${table} order by id`);
      expect(rows[0]).toMatchObject({ id: 1, list: [1, null, 3], struct: { a: 1.5, b: 'x"y' }, map: { k: "v" } });
      expect(rows[1]).toMatchObject({ id: 2, list: null });
    });

    it("finds a listed column in files that write its name in either case", async () => {
      const table = await place.table("id bigint, name varchar(100)");
      const folder = place.folder();
      place.put(`${folder}a.json`, `{"id":1,"name":"a"}\n`);
      place.put(`${folder}b.json`, `{"ID":2,"NAME":"b"}\n`);
      await place.db.load(table, folder, { format: "json", columns: ["id", "name"] });
      expect((await place.db.query(`select * from ${table} order by id`)).rows).toEqual([
        { id: 1, name: "a" },
        { id: 2, name: "b" },
      ]);
      const { bytes } = await groupedParquet(3, 2048);
      const other = await place.table("id bigint, name varchar(100)");
      await place.db.load(other, place.put(`${place.folder()}c.parquet`, bytes), { columns: ["id", "name"] });
      expect((await place.db.query(`select id from ${other} order by id`)).rows).toEqual([
        { id: 0 },
        { id: 1 },
        { id: 2 },
      ]);
    });
  });
}
