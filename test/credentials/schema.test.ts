import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { parseCredentials } from "../../src/credentials/schema.ts";
import { everythingPrinted, refusal } from "./exposure.ts";

const redshift = {
  dataWarehouseType: "amazon_redshift",
  authType: "basic",
  connectionString: "postgresql://good-user:s3cr3t%2Fpw@a-good-redshift-host.com:5439/good-db",
  host: "a-good-redshift-host.com",
  port: "5439",
  database: "good-db",
  schema: "publish",
  user: "good-user",
  password: "s3cr3t/pw",
  iamRole: "arn:aws:iam::123:role/one,arn:aws:iam::123:role/two",
};

const snowflake = {
  dataWarehouseType: "snowflake",
  authType: "basic",
  application: "good_app",
  connectionString: "snowflake://user:s3cr3t@host/database",
  integration: "integration",
  port: 443,
  role: "role_name",
  schema: "schema",
  user: "user",
  warehouse: "warehouse",
  database: "dabase",
  host: "host",
  password: "s3cr3t",
};

const oauth = {
  dataWarehouseType: "snowflake",
  authType: "oauth",
  host: "host",
  port: 443,
  database: "database",
  accessToken: "t0k3n-of-ten-minutes",
};

/** The three responses of the document that the product answers, damaged as they stand there. */
const seed = {
  redshift: `{
    "connectionString": "postgresql://good-user:<password>",
    "iamRole": "arn:aws:iam::<account>:role/<role>,arn:aws:iam::<account>:role/<role>",
    "port": "5439",
    "schema": "publish",
    "user": "good-user",
    "authType": "basic",
    "database": "good-db",
    "host": "",
    "password": "<password>",
    "dataWarehouseType": "amazon_redshift"}`,
  snowflake: `{
    "application": "good_app",
    "connectionString": "snowflake://user:<password>@host/database",
    "integration": "integration",
    "port": 443,
    "role": "role_name",
    "schema": "schema",
    "user": "user",
    "warehouse": "warehouse",
    "authType": "basic",
    "database": "dabase",
    "host": "host",
    "password": "<password>",
    "dataWarehouseType": "snowflake"}`,
  oauth: `{
    "application": "application",
    "connectionString": "snowflake://host/database?authenticator=OAUTH&token=<generated-access-token>",
    "integration": "integration_name",
    "port": 443,
    "role": "role_name",
    "schema": "schema",
    "warehouse": "warehouse",
    "accessToken": "<generated-access-token>",
    "authType": "oauth",
    "database": "database",
    "host": "host",
    "dataWarehouseType": "snowflake"}`,
};

const without = (fields: object, ...names: readonly string[]) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

const parse = (input: unknown) => parseCredentials(input, "the test");

describe("parseCredentials", () => {
  test("takes the three documented variants, with the port as a number", async () => {
    expect(await parse(redshift)).toEqual({ ...redshift, port: 5439 });
    expect(await parse(snowflake)).toEqual(snowflake);
    expect(await parse(oauth)).toEqual(oauth);
  });

  test("ignores unknown keys, also hostile ones", async () => {
    const hostile = JSON.parse(`{"__proto__": {"password": "other"}, "constructor": 1, "toJSON": 2}`) as object;
    expect(await parse({ ...snowflake, ...hostile, region: "eu" })).toEqual(snowflake);
  });

  test.each([null, "", undefined])("takes an optional field that is %j for one that is missing", async (nothing) => {
    const rest = without(redshift, "schema", "iamRole", "connectionString");
    const credentials = await parse({ ...rest, schema: nothing, iamRole: nothing, connectionString: nothing });
    expect(Object.keys(credentials).sort()).toEqual(Object.keys(rest).sort());
  });

  test.each([
    ["5439", 5439],
    [5440, 5440],
    ["", 5439],
    [null, 5439],
  ])("takes the port %j for %i", async (port, expected) => {
    expect((await parse({ ...redshift, port })).port).toBe(expected);
  });

  test.each([0, 65_536, 1.5, "54x39", true, {}])("refuses the port %j", async (port) => {
    expect((await refusal(() => parse({ ...redshift, port }), "CREDENTIALS")).message).toContain("port must be");
  });

  test.each([
    ["acct.eu-west-1", "acct.eu-west-1"],
    ["acct.eu-west-1.snowflakecomputing.com", "acct.eu-west-1.snowflakecomputing.com"],
    ["https://acct.snowflakecomputing.com/", "acct.snowflakecomputing.com"],
    [" my_org-acct ", "my_org-acct"],
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "::1"],
    ["[::1]", "::1"],
  ])("takes the Snowflake host %j for %j", async (host, expected) => {
    expect(await parse({ ...snowflake, host })).toMatchObject({ host: expected, port: 443 });
  });

  test("takes a port that is written behind the host only where no port is given", async () => {
    expect(await parse({ ...oauth, host: "localhost:8080" })).toMatchObject({ host: "localhost", port: 443 });
    expect(await parse({ ...oauth, host: "localhost:8080", port: null })).toMatchObject({ port: 8080 });
  });

  test.each(["a b", "host/path", "user@host", "host?x", "host\r\nx: y", "-flag"])(
    "refuses the host %j",
    async (host) => {
      expect((await refusal(() => parse({ ...snowflake, host }), "CREDENTIALS")).message).toContain("host must be");
    },
  );

  test("fills needed fields that are empty from the connection string", async () => {
    const credentials = await parse({
      ...redshift,
      host: "",
      port: null,
      user: null,
      password: "",
      database: undefined,
    });
    expect(credentials).toEqual({ ...redshift, port: 5439 });
    const token = { ...oauth, connectionString: "snowflake://host/database?authenticator=OAUTH&token=abc%2B1" };
    expect(await parse({ ...token, host: "", accessToken: "", database: "" })).toMatchObject({
      host: "host",
      database: "database",
      accessToken: "abc+1",
    });
  });

  test("prefers a field to what the connection string says", async () => {
    expect(await parse({ ...redshift, password: "field" })).toMatchObject({ password: "field" });
  });

  test("takes a real value of the connection string before a placeholder in the field", async () => {
    expect(await parse({ ...redshift, password: "<password>" })).toMatchObject({ password: "s3cr3t/pw" });
  });

  test("does not take a connection string of another warehouse for a source", async () => {
    const mixed = { ...snowflake, host: "", connectionString: redshift.connectionString };
    expect((await refusal(() => parse(mixed), "CREDENTIALS")).message).toContain("host is missing");
  });

  test.each(["host", "database", "user", "password"])("names the field %s when it is missing", async (field) => {
    const rest = without(redshift, "connectionString");
    for (const nothing of [undefined, null, ""]) {
      const error = await refusal(() => parse({ ...rest, [field]: nothing }), "CREDENTIALS", ["s3cr3t"]);
      expect(error.message).toBe(`The credentials from the test cannot be used: ${field} is missing.`);
    }
  });

  test("names a token that is missing, and every field that is wrong at once", async () => {
    const error = await refusal(() => parse({ ...oauth, accessToken: null, database: 7 }), "CREDENTIALS");
    expect(error.message).toContain("accessToken is missing");
    expect(error.message).toContain("database must be a string");
  });

  test("shows no value of a field that is of the wrong kind", async () => {
    const secret = "p4ssw0rd-in-an-object";
    await refusal(() => parse({ ...redshift, password: { secret }, user: [secret] }), "CREDENTIALS", [secret]);
    await refusal(() => parse({ ...redshift, password: `${secret}\0` }), "CREDENTIALS", [secret]);
  });

  test.each(["\ud800", "a\udc00b", "\0"])("refuses %j, which cannot be sent, in any field", async (text) => {
    for (const [input, fields] of [
      [redshift, ["host", "database", "schema", "user", "password", "iamRole", "application"]],
      [
        snowflake,
        ["host", "database", "schema", "user", "password", "role", "warehouse", "application", "integration"],
      ],
      [oauth, ["accessToken"]],
    ] as const) {
      for (const field of fields) {
        const error = await refusal(() => parse({ ...input, [field]: text }), "CREDENTIALS");
        expect(error.message).toMatch(new RegExp(`${field} must (?:not hold|be a host)`));
      }
    }
    expect(await parse({ ...snowflake, schema: "😀" })).toMatchObject({ schema: "😀" });
  });

  test.each(["password", "user"])("detects the documentation's placeholder in %s", async (field) => {
    const rest = without(snowflake, "connectionString");
    const error = await refusal(() => parse({ ...rest, [field]: "<password>" }), "CREDENTIALS", ["s3cr3t"]);
    expect(error.message).toContain(`${field} holds the documentation's placeholder`);
  });

  test("detects a placeholder within a host", async () => {
    const error = await refusal(() => parse({ ...oauth, host: "<account>.snowflakecomputing.com" }), "CREDENTIALS");
    expect(error.message).toContain("host holds the documentation's placeholder");
  });

  test("takes a password that only looks a little like a placeholder", async () => {
    for (const password of ["<a1!b>", "a<password>", "<>"]) {
      expect(await parse({ ...snowflake, password })).toMatchObject({ password });
    }
  });

  test.each([
    [{ dataWarehouseType: "bigquery", authType: "basic" }, '"bigquery" with authType "basic"'],
    [{ dataWarehouseType: "amazon_redshift", authType: "oauth" }, '"amazon_redshift" with authType "oauth"'],
    [{ dataWarehouseType: "snowflake", authType: "key\u001bpair" }, '"snowflake" with authType (unprintable)'],
    [{ dataWarehouseType: "x".repeat(500), authType: 3 }, "(unprintable) with authType (unprintable)"],
  ])("names what is not supported: %j", async (fields, named) => {
    const error = await refusal(() => parse({ ...snowflake, ...fields }), "UNSUPPORTED_WAREHOUSE", ["s3cr3t"]);
    expect(error.message).toContain(named);
    expect(error.message).toContain('Supported are "amazon_redshift" with "basic"');
  });

  test.each(["dataWarehouseType", "authType"])("names %s when it is missing", async (field) => {
    expect((await refusal(() => parse({ ...oauth, [field]: "" }), "CREDENTIALS")).message).toContain(
      `${field} is missing`,
    );
  });

  test("reads fields from wherever an object has them", async () => {
    class Store {
      get password() {
        return oauth.accessToken;
      }
    }
    const store: object = Object.setPrototypeOf({ ...snowflake, password: undefined }, Store.prototype) as object;
    Reflect.deleteProperty(store, "password");
    expect(await parse(store)).toMatchObject({ password: oauth.accessToken });
    const inherited: object = Object.create(snowflake) as object;
    expect(await parse(inherited)).toEqual(snowflake);
  });

  test("keeps to itself what an object throws when it is read", async () => {
    const throwing = () => {
      throw new Error("t0k3n-of-ten-minutes");
    };
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    for (const input of [
      Object.defineProperty({ ...oauth }, "accessToken", { get: throwing }),
      new Proxy(oauth, { get: throwing }),
      new Proxy(oauth, { getPrototypeOf: throwing, ownKeys: throwing, has: throwing, get: throwing }),
      revoked.proxy,
    ]) {
      const error = await refusal(() => parse(input), "CREDENTIALS", ["t0k3n"]);
      expect(error.message).toContain("throws an error when it is asked for a field");
    }
  });

  test.each([null, undefined, "text", 5, []])("refuses %j for credentials", async (input) => {
    expect((await refusal(() => parse(input), "CREDENTIALS")).message).toContain("are not an object");
  });

  test("answers the document's damaged samples with what is wrong with each", async () => {
    const messages = await Promise.all(
      Object.values(seed).map(async (text) => (await refusal(() => parse(JSON.parse(text)), "CREDENTIALS")).message),
    );
    expect(messages).toEqual([
      "The credentials from the test cannot be used: host is missing; password holds the documentation's placeholder instead of a value.",
      "The credentials from the test cannot be used: password holds the documentation's placeholder instead of a value.",
      "The credentials from the test cannot be used: accessToken holds the documentation's placeholder instead of a value.",
    ]);
  });

  test("takes the document's samples once their placeholders are replaced, and drops the placeholder roles", async () => {
    const filledIn = seed.redshift
      .replaceAll("<password>", "pw@host.com:5439/good-db")
      .replace('"pw@host.com:5439/good-db"', '"pw"');
    const credentials = await parse(JSON.parse(filledIn));
    expect(credentials).toMatchObject({ host: "host.com", port: 5439, user: "good-user", password: "pw" });
    expect(credentials).not.toHaveProperty("iamRole");
    expect(await parse(JSON.parse(seed.snowflake.replaceAll("<password>", "pw")))).toMatchObject({ role: "role_name" });
    expect(await parse(JSON.parse(seed.oauth.replaceAll("<generated-access-token>", "tok")))).toMatchObject({
      accessToken: "tok",
    });
  });

  test("gives credentials that print without secrets and still work as plain data", async () => {
    for (const input of [redshift, snowflake, oauth]) {
      const credentials = await parse(input);
      const printed = everythingPrinted({ credentials }) + inspect([credentials], { depth: 0 });
      for (const secret of ["s3cr3t", "t0k3n"]) expect(printed).not.toContain(secret);
      expect(printed).toContain("<redacted>");
      expect({ ...credentials }).toEqual({ ...input, port: Number(input.port) });
      expect(structuredClone(credentials)).toEqual(credentials);
    }
  });
});
