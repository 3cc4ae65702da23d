import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "peak-warehouse";
import { failure } from "../integration/opened.ts";
import { ground, typeNames, type Tenant } from "./tenant.ts";

/** A table of the test's own, its schema and name apart. */
function place(
  tenant: Tenant,
  name: string,
): { schema: string | undefined; name: string; id: ReturnType<typeof sql.id> } {
  const prefix = tenant.table("");
  const point = prefix.lastIndexOf(".");
  const schema = point < 0 ? undefined : prefix.slice(0, point);
  const full = tenant.table(name).slice(point + 1);
  return { schema, name: full, id: schema === undefined ? sql.id(full) : sql.id(schema, full) };
}

export function catalog(open: () => Promise<Tenant>): void {
  describe("the catalog", () => {
    const shared = ground(open);
    const at = (name: string) => place(shared.tenant, name);

    beforeAll(async () => {
      const { db } = shared;
      await db.query(sql`create table ${at("catalog_t").id} (id bigint not null, name varchar(20) default 'it''s',
        price numeric(10,2), moment timestamp, "select" boolean)`);
      await db.query(sql`create view ${at("catalog_v").id} as select id as k, price from ${at("catalog_t").id}`);
      await db.query(sql`comment on table ${at("catalog_t").id} is 'what it''s for'`);
      await db.query(sql`comment on column ${at("catalog_t").id}.name is 'who'`);
    });
    afterAll(async () => {
      await shared.db.query(sql`drop view ${at("catalog_v").id}`);
      await shared.db.query(sql`drop table ${at("catalog_t").id}`);
    });

    it("lists tables and views of a schema, by name, with kind and comment", async () => {
      const { schema, name } = at("catalog_t");
      const tables = await shared.db.tables({ schema, like: `${name.slice(0, -1)}%` });
      expect(tables).toMatchObject([
        { name, kind: "table", comment: "what it's for" },
        { name: at("catalog_v").name, kind: "view", comment: undefined },
      ]);
      for (const table of tables) {
        expect(table.nativeName.toLowerCase()).toBe(table.name);
        expect(table.nativeSchema.toLowerCase()).toBe(table.schema);
      }
    });

    it("lists the session's current schema where none is named, and all but the system's for *", async () => {
      const { db } = shared;
      const { name } = at("catalog_t");
      const [here] = await db.tables({ like: name });
      const everywhere = await db.tables({ schema: "*", like: "%" });
      expect(here).toMatchObject({ name });
      expect(everywhere).toContainEqual(here);
      expect(everywhere.filter(({ schema }) => /^(pg_|information_schema)/.test(schema))).toEqual([]);
    });

    it("matches LIKE on names as they come out, case and escapes counted", async () => {
      const { db } = shared;
      const { schema, name } = at("catalog_t");
      const count = async (like: string) => (await db.tables({ schema, like })).length;
      expect(await count(name)).toBe(1);
      expect(await count(name.replaceAll("_", "\\_"))).toBe(1);
      expect(await count(name.replace("_t", "\\%t"))).toBe(0);
      expect(await count(name.toUpperCase())).toBe(0);
      expect(await count(`${name}'; drop table ${name}; --`)).toBe(0);
      expect(await count(name)).toBe(1);
    });

    it("describes the columns of a table in their order", async () => {
      const { db } = shared;
      const { schema, name, id } = at("catalog_t");
      const columns = await db.columns(schema === undefined ? name : `${schema}.${name}`);
      expect(columns).toMatchObject([
        { name: "id", position: 1, type: "integer", nullable: false, default: undefined, comment: undefined },
        { name: "name", position: 2, type: "text", length: 20, nullable: true, comment: "who" },
        { name: "price", position: 3, type: "decimal", precision: 10, scale: 2 },
        { name: "moment", position: 4, type: "timestamp" },
        { name: "select", position: 5, type: "boolean" },
      ]);
      expect(columns[1]?.default).toMatch(/^'it''s'/);
      const { columns: read } = await db.query(sql`select * from ${id}`);
      expect(columns.map(({ name, nativeName, type, nativeType }) => ({ name, nativeName, type, nativeType }))).toEqual(
        read.map(({ name, nativeName, type, nativeType }) => ({ name, nativeName, type, nativeType })),
      );
    });

    it("calls every type what a query's columns call it", async () => {
      const { db, tenant } = shared;
      const { id } = at("catalog_types");
      const types = Object.entries(typeNames[tenant.type]).map(([type, name]) => sql.raw(`c_${type} ${name}`));
      await db.query(sql`create table ${id} (${sql.join(types)})`);
      const listed = await db.columns(id);
      const { columns: read } = await db.query(sql`select * from ${id}`);
      expect(listed.map(({ name, type, nativeType }) => ({ name, type, nativeType }))).toEqual(
        read.map(({ name, type, nativeType }) => ({ name, type, nativeType })),
      );
      expect(listed.map(({ type }) => type)).toEqual(Object.keys(typeNames.redshift));
      await db.query(sql`drop table ${id}`);
    });

    it("describes the columns of a view, and finds a table without its schema as a query does", async () => {
      const columns = await shared.db.columns(at("catalog_v").name);
      expect(columns).toMatchObject([
        { name: "k", type: "integer", position: 1 },
        { name: "price", type: "decimal", scale: 2 },
      ]);
    });

    it("says so where a table or a schema does not exist", async () => {
      const { db } = shared;
      const { schema } = at("x");
      for (const ask of [
        () => db.columns("no_such_table_at_all"),
        () => db.columns(schema === undefined ? "no_such_table_at_all" : `${schema}.no_such_table_at_all`),
        () => db.columns("no_such_schema_at_all.t"),
        () => db.tables({ schema: "no_such_schema_at_all" }),
      ]) {
        const error = await failure(ask());
        expect(error).toMatchObject({ code: "QUERY", phase: "execute", effect: "none", retryable: false });
        expect(String(error)).toMatch(/exist|There is no/);
      }
    });

    it("lists schemas, without the system's own", async () => {
      const { db } = shared;
      const [table] = await db.tables({ like: at("catalog_t").name });
      const schemas = await db.schemas();
      expect(schemas).toContainEqual(expect.objectContaining({ name: table?.schema, kind: "local" }));
      expect(schemas.filter(({ name }) => /^(pg_|information_schema)/.test(name))).toEqual([]);
    });

    it("sees on a lent session and in a transaction what that session sees", async () => {
      const { db, tenant } = shared;
      const { name, schema } = at("catalog_t");
      const seen = await db.session(async (session) => [
        await session.tables({ schema, like: name }),
        await session.columns(name),
      ]);
      expect(seen.map((list) => list.length)).toEqual([1, 5]);
      // DDL commits on Snowflake.
      if (tenant.type === "snowflake") return;
      const fresh = at("catalog_fresh");
      const undone = db.transaction(async (tx) => {
        await tx.query(sql`create table ${fresh.id} (a integer)`);
        expect(await tx.columns(fresh.id)).toMatchObject([{ name: "a" }]);
        throw new Error("undo");
      });
      await expect(undone).rejects.toThrow("undo");
      await expect(db.columns(fresh.id)).rejects.toMatchObject({ code: "QUERY" });
    });

    it("refuses what cannot be asked before anything is sent", async () => {
      const { db } = shared;
      const wrong = [
        () => db.columns("a.b.c"),
        () => db.columns(""),
        () => db.columns(sql`${1}`),
        () => db.tables({ like: "a\\" }),
        () => db.tables({ schema: sql.id("a", "b") }),
        // Plain JavaScript may write anything.
        () => db.tables({ pattern: "a%" } as object),
        () => db.schemas({ timeoutMs: -1 }),
      ];
      for (const call of wrong) expect(await failure(call())).toMatchObject({ code: "INVALID_ARGUMENT" });
    });

    it("ends with the caller's signal and deadline", async () => {
      const reason = new Error("enough");
      expect(await failure(shared.db.tables({ signal: AbortSignal.abort(reason) }))).toBe(reason);
      expect(await failure(shared.db.columns("t", { signal: AbortSignal.abort(reason) }))).toBe(reason);
    });

    it("gives names that go back unchanged into sql.id, knex and columns(), and find the same object", async () => {
      const { db } = shared;
      const odd = fc.constantFrom("Mixed", "UPPER", "lower", "with space", "do.t", 'qu"ote', "it's", "select", "büro", "日本", "🎉", "a\\b", "$1", "?", ":x", "%_", "--", "/*", "ß", "İ"); // prettier-ignore
      const name = fc.oneof(odd, fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 })).filter((text) => !/\0|\s$|^\s/.test(text)); // prettier-ignore
      const folded = (text: string) => text.toLowerCase();
      const columns = fc.uniqueArray(name, { minLength: 1, maxLength: 4, selector: folded });
      await fc.assert(
        fc.asyncProperty(name, columns, async (text, names) => {
          const made = at(`odd_${text}`);
          await db.query(
            sql`create table ${made.id} (${sql.join(names.map((column) => sql`${sql.id(column)} integer`))})`,
          );
          try {
            await db.query(sql`insert into ${made.id} values (${sql.join(names.map((_, index) => index))})`);
            const tables = await db.tables({ schema: made.schema });
            const own = tables.filter(({ name: one }) => folded(one) === folded(made.name));
            expect(own).toHaveLength(1);
            const [{ schema, name: out, nativeSchema, nativeName } = tables[0] ?? expect.fail("no table")] = own;
            const listed = (await db.columns(sql.id(schema, out))).map((column) => column.name);
            expect(await db.columns(sql.id.exact(nativeSchema, nativeName))).toHaveLength(names.length);
            const values = names.map((_, index) => index);
            const selected = sql.join(listed.map((column) => sql.id(column)));
            const { rows } = await db.query(sql`select ${selected} from ${sql.id(schema, out)}`);
            expect(rows).toEqual([Object.fromEntries(listed.map((column, index) => [column, values[index]]))]);
            // In knex's own notation a point parts names, and the word AS an alias.
            if (!/\.| as |\*/i.test(out)) {
              expect(await db.knex(out).withSchema(schema).first()).toEqual(rows[0]);
            }
          } finally {
            await db.query(sql`drop table ${made.id}`);
          }
        }),
        { numRuns: 20 },
      );
    }, 120_000);
  });
}
