import { inspect } from "node:util";
import { expect } from "vitest";
import { WarehouseError, type ErrorCode } from "../../src/errors.ts";

/** Gives everything that a program could print of a value. */
export function everythingPrinted(value: unknown): string {
  const texts = [inspect(value, { depth: 9, showHidden: true, getters: true }), String(value), JSON.stringify(value)];
  if (value instanceof Error) texts.push(value.stack ?? "", everythingPrinted(value.cause));
  return texts.join("\n");
}

/** Expects a rejection with a code, and that no secret shows anywhere in it; gives the error. */
export async function refusal(work: () => unknown, code: ErrorCode, secrets: readonly string[] = []) {
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => expect.fail(`It should have been refused with ${code}.`),
      (reason: unknown) => reason,
    );
  expect(error).toBeInstanceOf(WarehouseError);
  if (!WarehouseError.is(error)) throw error;
  expect(error.code, error.message).toBe(code);
  expect(error.phase).toBe("credentials");
  const printed = everythingPrinted(error);
  for (const secret of secrets) expect(printed).not.toContain(secret);
  return error;
}
