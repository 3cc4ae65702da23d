import { describe, expect, test } from "vitest";
import { renderDiagnosis } from "../../src/doctor/index.ts";
import { adviseReach } from "../../src/doctor/network.ts";
import { onSnowflake } from "../../src/doctor/session.ts";
import { adviseTarget } from "../../src/doctor/storage.ts";
import { judgeToken } from "../../src/doctor/token.ts";
import { WarehouseError } from "../../src/errors.ts";

describe("what a Snowflake session says of itself", () => {
  const there = { version: "9", database: "D", schema: "S", role: "R", warehouse: "W" };
  const wanted = { schema: "s", role: "r", warehouse: "w" };

  test("is in order where nothing is missing", () => {
    expect(onSnowflake(there, wanted)).toMatchObject({ outcome: "passed", gives: true });
  });

  test.each([
    ["warehouse", "the virtual warehouse"],
    ["schema", "the schema"],
    ["role", "the role"],
  ])("has failed where the %s that was wanted is none", (name, word) => {
    expect(onSnowflake({ ...there, [name]: null }, wanted)).toMatchObject({
      outcome: "failed",
      seen: expect.stringContaining(`${word} "${name[0]}" cannot be used`) as string,
      advice: expect.stringContaining(`option ${name}`) as string,
    });
  });

  test("is odd where none was wanted and there is none", () => {
    expect(onSnowflake({ ...there, warehouse: null }, {})).toMatchObject({
      outcome: "warning",
      advice: expect.stringContaining("no table can be read") as string,
    });
    expect(onSnowflake({ ...there, schema: null, database: null }, {})).toMatchObject({ outcome: "failed" });
  });
});

describe("an OAuth token", () => {
  const now = Date.UTC(2026, 0, 1);
  const judged = (accessToken: string, ageMs: number) =>
    judgeToken(
      {
        credentials: {
          dataWarehouseType: "snowflake",
          authType: "oauth",
          host: "h",
          port: 443,
          database: "d",
          accessToken,
        },
        receivedAt: now - ageMs,
        fromPlainLoopback: false,
      },
      now,
    );
  const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;

  test("is used for logins for five minutes from when it came", () => {
    expect(judged("opaque", 60_000)).toMatchObject({
      outcome: "passed",
      seen: "came 60 s ago; logins use it for 4 min more, then a new one",
    });
  });

  test("that is a JWT tells itself when it runs out", () => {
    expect(judged(jwt({ exp: now / 1_000 + 30 }), 0).seen).toContain("runs out in 30 s");
    expect(judged(jwt({ exp: now / 1_000 - 600 }), 0)).toMatchObject({
      outcome: "failed",
      seen: "the token ran out 10 min ago",
      advice: expect.stringContaining("async function") as string,
      details: { expiresAt: "2025-12-31T23:50:00.000Z" },
    });
  });

  test.each(["a.b.c", jwt(null), jwt({ exp: "soon" }), jwt({ exp: 1e300 }), "..", ""])(
    "such as %j is none",
    (token) => {
      expect(judged(token, 0)).toMatchObject({ outcome: "passed" });
    },
  );
});

test("a private address that nothing comes back from asks for its network", () => {
  const destination = { host: "h", port: 5439, proxy: undefined, ca: undefined, statedBy: "the settings" };
  const silence = new WarehouseError("TIMEOUT", "late");
  expect(adviseReach(destination, ["10.1.2.3"])(silence)).toMatch(/private one.*VPN.*Port 5439/);
  expect(adviseReach(destination, ["52.1.2.3"])(silence)).toMatch(/security group/);
});

test("a machine without an AWS region is told to name one", () => {
  expect(
    adviseTarget(new WarehouseError("STORAGE", "S3 could not write s3://b/x: Region is missing (Error).")),
  ).toMatch(/AWS_REGION/);
});

test("a diagnosis goes on below its beginning where a terminal is narrow, and leaves words whole", () => {
  const url = `https://${"long".repeat(20)}.example`;
  const seen = `the API key from the environment variable PEAK_API_KEY; ${url} from the option`;
  const stage = { name: "configuration", title: "Configuration", outcome: "failed", seen, elapsedMs: 1 } as const;
  const advice = "Correct the option or the environment variable that is named, and run it again.";
  const lines = renderDiagnosis({ ok: false, stages: [{ ...stage, advice }] }, { width: 80 }).split("\n");
  expect(lines.slice(0, 5)).toEqual([
    "✗ Configuration      the API key from the environment variable PEAK_API_KEY;",
    `                     ${url}`,
    "                     from the option",
    "                     → Correct the option or the environment variable that is",
    "                       named, and run it again.",
  ]);
});

test("a diagnosis is a line a stage, with a mark, and what to do next below", () => {
  const stage = { name: "tls", title: "Host: TLS", elapsedMs: 1 } as const;
  const diagnosis = {
    ok: false,
    stages: [
      { ...stage, outcome: "passed", seen: "in order" },
      { ...stage, outcome: "failed", seen: "amiss", advice: "Mend it." },
      { ...stage, outcome: "warning", seen: "odd", advice: "Look at it." },
      { ...stage, outcome: "skipped", seen: "not tried" },
    ],
  } as const;
  expect(renderDiagnosis(diagnosis)).toBe(
    [
      "✓ Host: TLS          in order",
      "✗ Host: TLS          amiss",
      "                     → Mend it.",
      "! Host: TLS          odd",
      "                     → Look at it.",
      "– Host: TLS          not tried",
      "",
      "1 stage has failed.",
      "",
    ].join("\n"),
  );
  expect(renderDiagnosis(diagnosis, { color: true })).toContain("\u001b[31m✗\u001b[0m Host: TLS");
});
