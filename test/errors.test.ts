import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { isError, withoutSecrets } from "../src/errors.ts";

// As under jest, where Node's own errors are of another realm than the test's.
const foreign = runInNewContext("Object.assign(new Error('connect refused: s3cret'), { code: 'ECONNREFUSED' })") as Error; // prettier-ignore

test("an error of another realm is told, and copied with its code and without its secrets", () => {
  expect(foreign).not.toBeInstanceOf(Error);
  expect([isError(foreign), isError({ message: "like one" }), isError("text")]).toEqual([true, false, false]);
  const copy = withoutSecrets(foreign, ["s3cret"]);
  expect(copy).toMatchObject({ message: "connect refused: <redacted>", code: "ECONNREFUSED" });
});
