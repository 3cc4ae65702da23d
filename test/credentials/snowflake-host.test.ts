import { expect, test } from "vitest";
import { snowflakeHost } from "../../src/credentials/snowflake-host.ts";

test.each([
  ["acct", "acct.snowflakecomputing.com", "acct"],
  ["acct.eu-west-1", "acct.eu-west-1.snowflakecomputing.com", "acct.eu-west-1"],
  ["my_org-my_acct", "my-org-my-acct.snowflakecomputing.com", "my_org-my_acct"],
  ["acct.example.com", "acct.example.com.snowflakecomputing.com", "acct.example.com"],
])("takes %s for an account", (host, name, account) => {
  expect(snowflakeHost(host)).toEqual({ name, account });
});

test("takes the default domain off to get the account, whatever its case", () => {
  const host = "Acct.privatelink.SnowflakeComputing.com";
  expect(snowflakeHost(host)).toEqual({ name: host, account: "Acct.privatelink" });
});

test.each(["acct.snowflakecomputing.cn", "acct.snowflake.com", "x.Snowflake.app", "127.0.0.1", "::1", "localhost"])(
  "takes %s for a host that stands for no account",
  (host) => {
    expect(snowflakeHost(host)).toEqual({ name: host, account: undefined });
  },
);
