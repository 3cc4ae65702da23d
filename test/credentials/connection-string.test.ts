import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  completeConnectionString,
  optionalValues,
  parseConnectionString,
  type ConnectionStringOverrides,
  type ConnectionStringTarget,
} from "../../src/credentials/connection-string.ts";
import type { Credentials, RedshiftCredentials, SnowflakeOAuthCredentials } from "../../src/credentials/schema.ts";
import { refusal } from "./exposure.ts";

const redshift: RedshiftCredentials = {
  dataWarehouseType: "amazon_redshift",
  authType: "basic",
  connectionString: "postgresql://good-user:s3cr3t@a-good-redshift-host.com:5439/good-db",
  host: "a-good-redshift-host.com",
  port: 5439,
  database: "good-db",
  schema: "publish",
  user: "good-user",
  password: "s3cr3t",
};

const snowflake = {
  dataWarehouseType: "snowflake",
  authType: "basic",
  host: "acct.eu-west-1",
  port: 443,
  database: "db",
  schema: "sch",
  role: "rol",
  warehouse: "wh",
  application: "good_app",
  connectionString: "snowflake://user:s3cr3t@acct.eu-west-1/db",
  user: "user",
  password: "s3cr3t",
} as const satisfies Credentials;

const oauth: SnowflakeOAuthCredentials = {
  dataWarehouseType: "snowflake",
  authType: "oauth",
  host: "acct",
  port: 443,
  database: "db",
  schema: "sch",
  warehouse: "wh",
  accessToken: "ab+/c==",
  connectionString: "snowflake://acct/db?authenticator=OAUTH&token=old",
};

const complete = (
  credentials: Credentials,
  target: ConnectionStringTarget = "sqlalchemy",
  overrides: ConnectionStringOverrides = {},
) => completeConnectionString(credentials, overrides, target);

describe("parseConnectionString", () => {
  test.each(["postgresql", "postgres", "redshift", "redshift+psycopg2", "postgresql+psycopg2", "REDSHIFT"])(
    "takes %s:// for Redshift",
    async (scheme) => {
      expect(
        await parseConnectionString(`${scheme}://us%40er:p%2Fw@host.com/d%20b?application_name=app`),
      ).toMatchObject({
        dataWarehouseType: "amazon_redshift",
        host: "host.com",
        port: 5439,
        database: "d b",
        user: "us@er",
        password: "p/w",
        application: "app",
      });
    },
  );

  test("takes snowflake:// with account or host, schema, role, warehouse and application", async () => {
    const text = "snowflake://user:pw@acct.eu-west-1/db/sch?warehouse=w+h&role=r%2Br&application=app&x=1";
    const credentials = await parseConnectionString(text);
    expect(credentials).toEqual({
      dataWarehouseType: "snowflake",
      authType: "basic",
      host: "acct.eu-west-1",
      port: 443,
      database: "db",
      schema: "sch",
      role: "r+r",
      warehouse: "w h",
      application: "app",
      user: "user",
      password: "pw",
      connectionString: text,
    });
    const local = await parseConnectionString("snowflake://user:pw@127.0.0.1:8080/db");
    expect(local).toMatchObject({ host: "127.0.0.1", port: 8080 });
  });

  test("takes an OAuth token, the plus signs of a raw one included", async () => {
    for (const token of ["ab+/c==", "ab%2B%2Fc%3D%3D"]) {
      const text = `snowflake://acct.snowflakecomputing.com/db?authenticator=OAuth&token=${token}`;
      expect(await parseConnectionString(text)).toMatchObject({ authType: "oauth", accessToken: "ab+/c==" });
    }
  });

  test.each(["p@ss/w#x", "p#x", "p?x", "100%", "a:b", "a b", "@", "//", "x@y", "p@1/x#", "[::1]", "ü/%"])(
    "takes the password %j pasted in as it is",
    async (password) => {
      for (const text of [
        `postgresql://user:${password}@host:5439/db`,
        `snowflake://user:${password}@host/db?role=r`,
      ]) {
        expect(await parseConnectionString(text)).toMatchObject({
          user: "user",
          password,
          host: "host",
          database: "db",
        });
      }
    },
  );

  test("decodes what is percent-encoded, as every reader of URLs", async () => {
    expect(await parseConnectionString("postgresql://user:%41%2541@host/db")).toMatchObject({ password: "A%41" });
  });

  test.each([
    ["postgresql://u:p@s3cr3t/w?a=b@host/db", "more than one way"],
    ["postgresql://user:s3cr3t%41/x@host/db", "partly percent-encoded"],
    ["postgresql://good-user:s3cr3t", "@host:port/database"],
    ["postgresql://user:s3cr3t@host:port/db", "@host:port/database"],
    ["mysql://user:s3cr3t@host/db", "must begin with postgresql://"],
    ["s3cr3t", "must begin with postgresql://"],
    ["", "must begin with postgresql://"],
    [`postgresql://user:s3cr3t@host/${"x".repeat(16_400)}`, "longer than"],
    ["postgresql://user:s3cr3t@host", "database is missing"],
    ["postgresql://user:s3cr3t@/db", "host is missing"],
    ["postgresql://:s3cr3t@host/db", "user is missing"],
    ["postgresql://user@host/db", "password is missing"],
    ["snowflake://acct/db?authenticator=oauth", "accessToken is missing"],
    ["postgresql://user:<password>@host/db", "password holds the documentation's placeholder"],
    ["postgresql://user:s3cr3t@host:99999/db", "port must be"],
  ])("refuses a string (case %#) without quoting it", async (text, message) => {
    const error = await refusal(() => parseConnectionString(text), "CREDENTIALS", ["s3cr3t"]);
    expect(error.message).toContain(message);
  });

  test("refuses another way to log in", async () => {
    const text = "snowflake://user:s3cr3t@acct/db?authenticator=externalbrowser";
    const error = await refusal(() => parseConnectionString(text), "UNSUPPORTED_WAREHOUSE", ["s3cr3t"]);
    expect(error.message).toContain('"externalbrowser"');
  });

  test("never cuts a password silently: any one comes back whole or is refused", async () => {
    const password = fc.string({ unit: fc.constantFrom(...Array.from("ab1@/:?#%&=+ []")), minLength: 1 });
    await fc.assert(
      fc.asyncProperty(password, async (raw) => {
        fc.pre(!/%[0-9a-f]{2}/i.test(raw));
        const credentials = await parseConnectionString(`postgresql://user:${raw}@host:5439/db`).catch(() => undefined);
        if (credentials !== undefined)
          expect(credentials).toMatchObject({ password: raw, host: "host", database: "db" });
      }),
    );
  });

  test("reads a long string of @ in no time", async () => {
    const text = `postgresql://${"a@".repeat(8_000)}`;
    const start = performance.now();
    await refusal(() => parseConnectionString(text), "CREDENTIALS");
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe("completeConnectionString", () => {
  test("adds the schema to Redshift's, for libpq", () => {
    expect(complete(redshift, "libpq")).toBe(
      "postgresql://good-user:s3cr3t@a-good-redshift-host.com:5439/good-db?options=-csearch_path%3D%22publish%22%2C%22%24user%22%2Cpublic&sslmode=require",
    );
  });

  test("adds the schema and application to Redshift's, for SQLAlchemy", () => {
    expect(complete(redshift, "sqlalchemy", { schema: null, application: "my app" })).toBe(
      "redshift+psycopg2://good-user:s3cr3t@a-good-redshift-host.com:5439/good-db?options=-csearch_path%3D%22publish%22%2C%22%24user%22%2Cpublic&application_name=my%20app",
    );
  });

  test("adds schema, warehouse, role and application to Snowflake's, without a port", () => {
    const expected = "snowflake://user:s3cr3t@acct.eu-west-1/db/sch?warehouse=wh&role=rol&application=good_app";
    expect(complete(snowflake)).toBe(expected);
    expect(complete({ ...snowflake, host: "acct.eu-west-1.snowflakecomputing.com" })).toBe(expected);
  });

  test("writes the present token into Snowflake's, not the one of the original string", () => {
    expect(complete(oauth)).toBe("snowflake://acct/db/sch?warehouse=wh&authenticator=oauth&token=ab%2B%2Fc%3D%3D");
  });

  test("gives a server that is no account its port and an account, and a plain one its protocol", () => {
    expect(complete({ ...oauth, host: "127.0.0.1", port: 8080 }, "sqlalchemy", { tls: false })).toBe(
      "snowflake://127.0.0.1:8080/db/sch?warehouse=wh&account=127&protocol=http&authenticator=oauth&token=ab%2B%2Fc%3D%3D",
    );
    expect(complete({ ...oauth, port: 8443 })).toContain("//acct.snowflakecomputing.com:8443/db/sch?");
    expect(complete({ ...oauth, host: "acct.snowflakecomputing.cn" })).toContain("//acct.snowflakecomputing.cn:443/");
    expect(complete({ ...oauth, host: "acct.snowflake.app" })).toContain("//acct.snowflake.app:443/");
    expect(complete({ ...oauth, host: "my_org-acct", port: 8443 })).toContain(
      "//my-org-acct.snowflakecomputing.com:8443/",
    );
  });

  test("turns TLS off for the caller only, never for the credentials", () => {
    for (const [stated, kept] of [
      ["disable", "require"],
      ["prefer", "require"],
      ["verify-full", "verify-full"],
    ]) {
      const credentials = {
        ...redshift,
        connectionString: `${redshift.connectionString ?? ""}?sslmode=${stated ?? ""}`,
      };
      expect(complete(credentials, "libpq")).toContain(`sslmode=${kept ?? ""}`);
    }
    expect(complete(redshift, "libpq", { tls: false })).toContain("sslmode=disable");
    expect(complete(redshift, "sqlalchemy", { tls: false })).toContain("sslmode=disable");
    const plain = { ...snowflake, connectionString: "snowflake://u:p@acct/db?protocol=http&insecure_mode=true" };
    expect(complete(plain)).not.toMatch(/protocol|insecure/);
  });

  test("keeps what the original string states, unless the caller says otherwise", () => {
    const original = {
      ...redshift,
      connectionString:
        "postgresql://u:p@h/d?connect_timeout=5&options=-c%20search_path%3Dmine,other%20-c%20statement_timeout%3D7&application_name=stated",
      application: "field",
    };
    const kept = new URL(complete(original, "libpq")).searchParams;
    expect(Object.fromEntries(kept)).toEqual({
      connect_timeout: "5",
      options: "-cstatement_timeout=7 -csearch_path=mine,other",
      application_name: "stated",
      sslmode: "require",
    });
    const overridden = new URL(complete(original, "libpq", { schema: "new", application: "new" })).searchParams;
    expect(overridden.get("options")).toBe('-cstatement_timeout=7 -csearch_path="new","$user",public');
    expect(overridden.get("application_name")).toBe("new");
    const stated = { ...snowflake, connectionString: "snowflake://u:p@a/d/s2?role=r2&client_session_keep_alive=true" };
    expect(complete(stated, "sqlalchemy", { role: "" })).toBe(
      "snowflake://user:s3cr3t@acct.eu-west-1/db/s2?role=r2&client_session_keep_alive=true&warehouse=wh&application=good_app",
    );
  });

  test("leaves out an application that the warehouse would refuse", () => {
    expect(complete(snowflake, "sqlalchemy", { application: "1 bad" })).not.toContain("application");
  });

  test("has no libpq string for Snowflake, and no other target", async () => {
    await refusal(() => complete(snowflake, "libpq"), "UNSUPPORTED", ["s3cr3t"]);
    const target = "jdbc" as ConnectionStringTarget; // As plain JavaScript may pass it.
    await refusal(() => complete(redshift, target), "INVALID_ARGUMENT", ["s3cr3t"]);
  });

  test("refuses half a character", async () => {
    await refusal(() => complete({ ...redshift, password: "s3cr3t\ud800" }), "INVALID_ARGUMENT", ["s3cr3t"]);
  });

  const awkward = fc
    .oneof(
      fc.string({ unit: "grapheme", minLength: 1 }),
      fc.string({ unit: fc.constantFrom(...Array.from(" \t\n\"'\\/@:?#%&=+,$<>ü水🙂aZ0")), minLength: 1 }),
    )
    .filter((text) => !text.includes("\0") && !/^<[a-z][a-z _-]*>$/i.test(text));
  // A schema cannot be told from the default where it is called as one of its parts.
  const schema = awkward.filter((text) => text !== "$user");
  const host = fc.constantFrom("acct", "acct.eu-west-1", "my_org-acct", "a.b.c.redshift.amazonaws.com");
  const application = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{1,50}$/);
  const some = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });

  test("parses back to the same fields whatever they hold, for Redshift and both targets", async () => {
    const fields = fc.record({
      user: awkward,
      password: awkward,
      database: awkward,
      schema: some(schema),
      application: some(fc.stringMatching(/^[\x20-\x7e]{1,63}$/)),
      host: fc.oneof(host, fc.constantFrom("127.0.0.1", "::1")),
      port: fc.integer({ min: 1, max: 65_535 }),
    });
    await fc.assert(
      fc.asyncProperty(fields, fc.constantFrom("libpq", "sqlalchemy"), async (values, target) => {
        const given = { dataWarehouseType: "amazon_redshift", authType: "basic", ...defined(values) };
        const text = complete(given as RedshiftCredentials, target); // What `defined` leaves is what the type asks for.
        const { connectionString, ...back } = await parseConnectionString(text);
        expect(back).toEqual(given);
        expect(complete({ ...back, connectionString } as RedshiftCredentials, target)).toBe(text);
      }),
    );
  });

  test("parses back to the same fields whatever they hold, for Snowflake with a password and with a token", async () => {
    const fields = fc.record({
      database: awkward,
      schema: some(awkward),
      role: some(awkward),
      warehouse: some(awkward),
      application: some(application),
      host: fc.oneof(host, fc.constantFrom("127.0.0.1", "localhost", "::1")),
      port: fc.constant(443),
    });
    const login = fc.oneof(
      fc.record({ authType: fc.constant("basic"), user: awkward, password: awkward }),
      fc.record({ authType: fc.constant("oauth"), accessToken: awkward }),
    );
    await fc.assert(
      fc.asyncProperty(fields, login, async (values, secrets) => {
        const given = { dataWarehouseType: "snowflake", ...defined(values), ...secrets };
        const text = complete(given as SnowflakeOAuthCredentials); // One of the two that the test makes.
        const { connectionString, ...back } = await parseConnectionString(text);
        expect(back).toEqual(given);
        expect(complete({ ...back, connectionString } as SnowflakeOAuthCredentials)).toBe(text);
      }),
    );
  });
});

describe("optionalValues", () => {
  test("takes the caller's, else what the string states, else the field", () => {
    const stated = { ...snowflake, connectionString: "snowflake://u:p@a/d/s2?role=r2&warehouse=&application=app2" };
    expect(optionalValues(snowflake)).toEqual({ schema: "sch", role: "rol", warehouse: "wh", application: "good_app" });
    expect(optionalValues(stated)).toEqual({ schema: "s2", role: "r2", warehouse: "wh", application: "app2" });
    expect(optionalValues(stated, { schema: "", role: null, warehouse: "mine", application: "mine" })).toEqual({
      schema: "s2",
      role: "r2",
      warehouse: "mine",
      application: "mine",
    });
  });

  test("gives nothing for what nobody says, and Redshift neither role nor warehouse", () => {
    const { schema, ...rest } = redshift;
    expect(optionalValues(redshift)).toEqual({ schema });
    expect(optionalValues(rest, { role: "r", warehouse: "w" })).toEqual({});
  });

  test("reads nothing out of a string that is damaged or another warehouse's", () => {
    for (const connectionString of [
      "postgresql://good-user:<password>",
      "postgresql://u:p@h/d?application_name=x",
      "",
    ]) {
      expect(optionalValues({ ...snowflake, connectionString }).application).toBe("good_app");
    }
  });

  test.each(["a", "1app", "my app", "ä-app", "a".repeat(52)])(
    "drops the application %j, which Snowflake refuses",
    (application) => {
      const { dropped, ...values } = optionalValues({ ...snowflake, application });
      expect(values).toEqual({ schema: "sch", role: "rol", warehouse: "wh" });
      expect(dropped?.application).toBe(application);
      expect(dropped?.reason).toContain("2 to 51");
    },
  );

  test.each(["a".repeat(64), "tab\tbed", "ä"])("drops the application %j for Redshift", (application) => {
    expect(optionalValues(redshift, { application })).toMatchObject({ schema: "publish", dropped: { application } });
  });

  test("refuses an override that is no text", async () => {
    const schema = 5 as unknown as string; // As plain JavaScript may pass it.
    await refusal(() => optionalValues(redshift, { schema }), "INVALID_ARGUMENT");
    for (const text of ["a\0b", "\ud800", "\udc00a"]) {
      for (const name of ["schema", "role", "warehouse", "application"]) {
        await refusal(() => optionalValues(snowflake, { [name]: text }), "INVALID_ARGUMENT");
      }
    }
  });
});

function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
