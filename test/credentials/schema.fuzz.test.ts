import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCredentials } from "../../src/credentials/schema.ts";
import { WarehouseError } from "../../src/errors.ts";
import { everythingPrinted } from "./exposure.ts";

const secret = "s3cr3t-0f-n0b0dy";
const common = { host: "host.example.com", database: "db", user: "user", password: secret };
const wholes = fc.constantFrom<Record<string, unknown>[]>(
  {
    dataWarehouseType: "amazon_redshift",
    authType: "basic",
    ...common,
    port: "5439",
    connectionString: `postgresql://user:${secret}@host.example.com:5439/db`,
    iamRole: "arn:aws:iam::123:role/one,arn:aws:iam::123:role/two",
  },
  { dataWarehouseType: "snowflake", authType: "basic", ...common, port: 443, warehouse: "w", role: "r" },
  { dataWarehouseType: "snowflake", authType: "oauth", ...common, port: 443, accessToken: secret, integration: "i" },
);
const fields = fc.constantFrom(
  ..."dataWarehouseType authType connectionString host port database schema user warehouse role application iamRole".split(
    " ",
  ),
);
const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "host.example.com", "\0", "a b", "::1"));
const anything = fc.oneof(
  fc.anything({ withNullPrototype: true, withBigInt: true }),
  text,
  fc.integer({ min: -1, max: 70_000 }),
  fc.constantFrom("snowflake", "Snowflake", "basic", "oauth", "5439x", secret, null, undefined),
  text.map((user) => `postgresql://${user}:${secret}@host:5439/db`),
  text.map((query) => `snowflake://user:${secret}@host/db?${query}`),
);

/** Answers like the platform's, with anything in the place of some of it. */
const answers = fc
  .tuple(wholes, fc.array(fc.tuple(fields, anything), { maxLength: 3 }))
  .map(([whole, changes]) => ({ ...whole, ...Object.fromEntries(changes) }));

describe("credentials of any shape", () => {
  it("are read, or refused with an error of ours that shows no secret", async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(answers, anything), async (input) => {
        try {
          const credentials = await parseCredentials(input, "a test");
          read++;
          expect(credentials.port).toSatisfy((given: number) => Number.isInteger(given) && given > 0 && given < 65_536);
          expect(credentials.host).not.toBe("");
          expect(credentials.database).not.toBe("");
        } catch (error) {
          if (!WarehouseError.is(error)) throw error;
          expect(["CREDENTIALS", "UNSUPPORTED_WAREHOUSE"]).toContain(error.code);
          expect(everythingPrinted(error)).not.toContain(secret);
        }
      }),
      { numRuns: 2_000, seed: 20_261_122 },
    );
    // Else the generator has missed what it is for.
    expect(read).toBeGreaterThan(20);
  });
});
