import { runInNewContext } from "node:vm";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { connectWarehouse, getCredentials, WarehouseError } from "peak-warehouse";
import { startPeakApi } from "peak-warehouse/testing";
import { isError, withoutSecrets } from "../src/errors.ts";

// As under jest, where Node's own errors are of another realm than the test's.
const foreign = runInNewContext("Object.assign(new Error('connect refused: s3cret'), { code: 'ECONNREFUSED' })") as Error; // prettier-ignore

test("an error of another realm is told, and copied with its code and without its secrets", () => {
  expect(foreign).not.toBeInstanceOf(Error);
  expect([isError(foreign), isError({ message: "like one" }), isError("text")]).toEqual([true, false, false]);
  const copy = withoutSecrets(foreign, ["s3cret"]);
  expect(copy).toMatchObject({ message: "connect refused: <redacted>", code: "ECONNREFUSED" });
});

test("an error leads to the line that opened the warehouse, or asked for credentials", async () => {
  await using api = await startPeakApi();
  const asked = { apiKey: "no key", baseUrl: api.url };
  for (const open of [connectWarehouse, getCredentials]) {
    const error = await open(asked).catch((refusal: unknown) => refusal as Error);
    expect(error).toMatchObject({ code: "CREDENTIALS", stack: expect.stringContaining("errors.test.ts") as string });
  }
});

test("an error prints what is known of it, and no list of what is not", () => {
  const printed = inspect(new WarehouseError("QUERY", "no such table", { sqlState: "42P01" }));
  expect(printed).toContain("sqlState: '42P01'");
  expect(printed).not.toContain("undefined");
});
