import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getCredentials } from "peak-warehouse";
import { startPeakApi, type RedshiftStandIn } from "peak-warehouse/testing";
import { redshiftCredentials } from "../integration/credentials.ts";
import { failure } from "../integration/opened.ts";
import { listenTo, listenToRetries, place, type Place } from "./heard.ts";
import type { CredentialsEvent, RetryEvent } from "peak-warehouse";

describe("what is tried again", () => {
  let ground: Place;
  let server: RedshiftStandIn;
  beforeAll(async () => {
    ground = await place("redshift");
    // The place is a Redshift.
    server = ground.server as RedshiftStandIn;
  });
  afterAll(async () => ground.close());

  it("is told of requests to the Peak API, and so is the fetch, without the key", async () => {
    const api = await startPeakApi();
    try {
      api.addTenant({ key: "k3y-of-mine", warehouses: [{ name: "main", credentials: redshiftCredentials(server) }] });
      api.inject({ kind: "error", status: 503 });
      const retries = listenToRetries<RetryEvent>();
      const { ended } = listenTo<CredentialsEvent>("credentials");
      const credentials = await getCredentials({ apiKey: "k3y-of-mine", baseUrl: api.url });
      expect(credentials.host).toBe(server.host);
      expect(retries).toMatchObject([{ what: "credentials", attempt: 1, delayMs: 0, error: { code: "CREDENTIALS" } }]);
      expect(ended).toMatchObject([{ source: "api", host: new URL(api.url).host }]);
      const shown = inspect([retries, ended], { depth: 9, showHidden: true, getters: true });
      expect(shown).not.toContain("k3y-of-mine");
      expect(shown).not.toContain(server.password);
    } finally {
      await api.close();
    }
  });

  it("is told of a credentials function that fails, and of none that succeeds", async () => {
    const { ended } = listenTo<CredentialsEvent>("credentials");
    await ground.connect({ credentials: () => Promise.resolve(redshiftCredentials(server)) });
    await failure(ground.connect({ credentials: () => Promise.reject(new Error("no")) }));
    expect(ended).toMatchObject([{ source: "function" }, { source: "function", error: expect.any(Error) as Error }]);
    expect(ended[0]).not.toHaveProperty("error");
  });

  it("is told of transactions that lost against another", async () => {
    const db = await ground.connect();
    const retries = listenToRetries<RetryEvent>();
    server.inject({ kind: "conflict", on: "statement", error: "1023" });
    await db.transaction(async (tx) => tx.query("select 1 as a"), { retries: 1 });
    expect(retries).toMatchObject([{ what: "transaction", attempt: 1, error: { transactionConflict: true } }]);
  });

  it("is told of logins with a password that has been changed", async () => {
    let password = "old";
    const credentials = () => {
      const given = { ...redshiftCredentials(server), password };
      password = server.password;
      return Promise.resolve(given);
    };
    const retries = listenToRetries<RetryEvent>();
    const db = await ground.connect({ credentials });
    expect((await db.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
    expect(retries).toMatchObject([{ what: "login", attempt: 1, error: { code: "AUTHENTICATION" } }]);
  });
});
