import { cp, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { userProject, type Project } from "./project.ts";

const examples = fileURLToPath(new URL("../../examples", import.meta.url));

/** How a user starts each. */
const runners: Readonly<Record<string, readonly string[]>> = {
  jest: ["../node_modules/jest/bin/jest.js"],
  "node-test": ["--test"],
  vitest: ["../node_modules/vitest/vitest.mjs", "run"],
};

let project: Project;

beforeAll(async () => {
  project = await userProject();
  await cp(examples, project.folder, { recursive: true });
});

afterAll(() => project[Symbol.asyncDispose]());

describe("the examples of the test kit", () => {
  test("are all run here", async () => {
    expect((await readdir(examples)).sort()).toEqual(Object.keys(runners));
  });

  test.each(Object.entries(runners))("pass, and end by themselves: %s", async (name, args) => {
    const { stdout, stderr } = await project.node(args, { folder: name });
    // Jest reports on the other one.
    expect(stdout + stderr).toMatch(/(pass|Tests:?) +6\b|6 passed/);
  });
});
