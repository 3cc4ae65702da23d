import pg from "pg";
import { startPostgres, type PostgresAddress } from "../../src/testing/postgres.ts";
import { findEngine, type Engine } from "./engine.ts";

/** Is the PostgreSQL that a test run uses. */
export interface ChosenPostgres extends PostgresAddress {
  readonly url: string;
  /** What was chosen and why, in one sentence. */
  readonly reason: string;
  close(): Promise<void>;
}

const image = "postgres:15";
const pullTimeoutMs = 60_000;

/**
 * Gives the test run its PostgreSQL: a container where an engine answers and the image is there or arrives within a
 * minute, else the embedded one. `WAREHOUSE_TEST_POSTGRES=container|embedded|<postgres url>` forces one.
 *
 * Throws when the forced one cannot be had, saying why.
 */
export async function choosePostgres(forced = process.env.WAREHOUSE_TEST_POSTGRES): Promise<ChosenPostgres> {
  switch (forced) {
    case undefined:
    case "":
      return await choose();
    case "embedded":
      return await embedded("WAREHOUSE_TEST_POSTGRES asks for it");
    case "container": {
      const found = await usableEngine();
      if (typeof found === "string") throw new Error(`WAREHOUSE_TEST_POSTGRES=container cannot be had: ${found}.`);
      return await container(found, "WAREHOUSE_TEST_POSTGRES asks for it");
    }
    default:
      return await given(forced);
  }
}

async function choose(): Promise<ChosenPostgres> {
  const found = await usableEngine();
  if (typeof found === "string") return await embedded(found);
  try {
    return await container(found, `${found.address} answers`);
  } catch (error) {
    return await embedded(`the container of ${image} cannot be used (${String(error)})`);
  }
}

/** Gives an engine that has the image, or the reason why there is none. */
async function usableEngine(): Promise<Engine | string> {
  const engine = await findEngine();
  if (engine === undefined) return "no container engine answers";
  if (await engine.hasImage(image)) return engine;
  try {
    await engine.pull(image, pullTimeoutMs);
    return engine;
  } catch (error) {
    return `${engine.address} has no image ${image} and cannot fetch it (${String(error)})`;
  }
}

async function embedded(why: string): Promise<ChosenPostgres> {
  const server = await startPostgres();
  return { ...server, reason: `embedded PostgreSQL ${server.version}: ${why}` };
}

async function container(engine: Engine, why: string): Promise<ChosenPostgres> {
  const { PostgreSqlContainer } = await import("@testcontainers/postgresql");
  // Ryuk removes what a killed run leaves, but its image is one more that may not be had: use it where it is.
  const names = await engine.images();
  if (!names.some((name) => name.includes("testcontainers/ryuk:"))) process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
  const started = await new PostgreSqlContainer(image)
    .withTmpFs({ "/var/lib/postgresql/data": "rw" })
    .withCommand(["postgres", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200"])
    .start();
  return {
    host: started.getHost(),
    port: started.getPort(),
    user: started.getUsername(),
    password: started.getPassword(),
    database: started.getDatabase(),
    url: started.getConnectionUri(),
    reason: `container of ${image}: ${why}`,
    close: async () => {
      await started.stop();
    },
  };
}

async function given(text: string): Promise<ChosenPostgres> {
  const words = "WAREHOUSE_TEST_POSTGRES must be container, embedded or a postgres:// URL";
  if (!URL.canParse(text)) throw new Error(`${words}.`);
  const url = new URL(text);
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") throw new Error(`${words}.`);
  const address: PostgresAddress = {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)) || "postgres",
  };
  await probe(address);
  const reason = `PostgreSQL at ${address.host}:${address.port}: WAREHOUSE_TEST_POSTGRES names it`;
  return { ...address, url: text, reason, close: () => Promise.resolve() };
}

async function probe(address: PostgresAddress): Promise<void> {
  const client = new pg.Client({ ...address, connectionTimeoutMillis: 10_000, ssl: false });
  try {
    await client.connect();
    const { rows } = await client.query<{ superuser: string }>("select current_setting('is_superuser') as superuser");
    if (rows[0]?.superuser !== "on") throw new Error(`user ${address.user} is no superuser`);
  } catch (cause) {
    const where = `${address.host}:${address.port}`;
    throw new Error(`The PostgreSQL at ${where} that WAREHOUSE_TEST_POSTGRES names cannot be used: ${String(cause)}`, {
      cause,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
