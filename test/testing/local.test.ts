import pg from "pg";
import { fetch } from "undici";
import { expect, inject, test } from "vitest";
import { startLocalWarehouses, type LocalTenant } from "../../src/testing/index.ts";

test("three tenants get the credentials of warehouses that take them, and everything closes", async () => {
  const local = await startLocalWarehouses({ postgres: inject("postgres") });
  const credentialsOf = async (tenant: LocalTenant): Promise<Record<string, unknown>> => {
    const { PEAK_API_KEY: authorization, PEAK_BASE_URL: url } = local.env(tenant);
    const answer = await fetch(`${url}/connections/api/v2/connections/credentials`, { headers: { authorization } });
    return (await answer.json()) as Record<string, unknown>;
  };
  try {
    const redshift = await credentialsOf("redshift");
    expect(redshift).toMatchObject({ port: String(local.redshift.port), authType: "basic", schema: "publish" });
    const client = new pg.Client(String(redshift.connectionString));
    await client.connect();
    await client.query("create table publish.made (a int)");
    await client.end();

    local.redshift.setPassword("peak", "rotated");
    expect(await credentialsOf("redshift")).toMatchObject({
      password: "rotated",
      connectionString: local.redshift.url,
    });

    const snowflake = await credentialsOf("snowflake");
    expect(snowflake).toMatchObject({ port: local.snowflake.port, authType: "basic", user: "PEAK", role: "PEAK_ROLE" });

    const [first, second] = [await credentialsOf("snowflake-oauth"), await credentialsOf("snowflake-oauth")];
    expect(first.accessToken).not.toBe(second.accessToken);
    expect(first).not.toHaveProperty("user");
    expect(first).not.toHaveProperty("password");
  } finally {
    await local.close();
  }
  await expect(fetch(local.api.url)).rejects.toThrow();
  await expect(fetch(local.snowflake.url)).rejects.toThrow();
  await expect(new pg.Client(local.redshift.url).connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
