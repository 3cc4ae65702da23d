import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { greeting } from "../../src/cli/local.ts";

test("what local says may be read by a shell, as a whole or by the line", async () => {
  const variables = (tenant: string) => ({ PEAK_API_KEY: `${tenant}-key`, PEAK_BASE_URL: "http://127.0.0.1:1" });
  const said = greeting({ redshift: variables("redshift"), snowflake: variables("snowflake") });
  const env = async (lines: string) =>
    (await promisify(execFile)("sh", ["-c", `${lines}\nprintf %s "$PEAK_API_KEY $PEAK_BASE_URL"`])).stdout;
  expect(await env(said)).toBe("snowflake-key http://127.0.0.1:1");
  const redshift = said.split("\n").find((line) => line.includes("redshift")) ?? "";
  expect(await env(redshift)).toBe("redshift-key http://127.0.0.1:1");
});
