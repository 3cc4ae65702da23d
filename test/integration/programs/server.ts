// Run as a process of its own by frozen.test.ts, so that it can be stopped: a stand-in, told which and over what PostgreSQL.
import { startRedshift, startSnowflake, type PostgresAddress } from "peak-warehouse/testing";

const [type, postgres = "{}"] = process.argv.slice(2);
const server =
  type === "redshift"
    ? await startRedshift({ postgres: JSON.parse(postgres) as PostgresAddress }) // the test wrote it
    : await startSnowflake();
const { host, port } = server;
const login = "password" in server ? { database: server.database, user: server.user, password: server.password } : {};

process.on("message", () => process.send?.({ running: server.running().length, sessions: server.sessions().length }));
process.on("disconnect", () => process.exit());
process.send?.({ host, port, ...login });
