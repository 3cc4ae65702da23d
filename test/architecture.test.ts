import { execFile } from "node:child_process";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { codeOf, files, importsOf, source, type Import } from "./imports.ts";

/**
 * The house, from the top floor to the ground: a room imports from floors below its own, never from above or beside it.
 *
 * A room is a folder of `src`, a driver's folder, or a file beside them. Whoever adds one gives it a floor.
 */
const floors: readonly (readonly string[])[] = [
  ["cli"],
  ["index.ts", "opentelemetry"],
  ["doctor"],
  ["connect.ts"],
  ["connect-options.ts", "warehouse.ts"],
  ["session-setup.ts"],
  ["leases.ts", "lent-session.ts"],
  ["transaction.ts"],
  ["scope.ts"],
  ["verbs.ts"],
  ["bulk-session.ts"],
  ["arguments.ts", "run.ts"],
  ["queryable.ts"],
  ["bulk"],
  ["stream.ts", "knex", "arrow", "catalog"],
  ["limits.ts", "typed-rows.ts", "lending.ts"],
  ["observation.ts"],
  ["through.ts"],
  ["sessions.ts"],
  ["waiters.ts"],
  ["liveness.ts", "logins.ts", "members.ts"],
  ["pool-options.ts", "running-calls.ts"],
  ["drivers/redshift", "drivers/snowflake"],
  ["driver.ts", "state-watch.ts"],
  ["bulk-engine.ts"],
  ["credentials"],
  ["telemetry"],
  ["columns", "files", "sql"],
  ["call.ts", "roots.ts", "values"],
  ["background.ts", "optional-package.ts", "options.ts"],
  ["errors.ts"],
];

/** The one look upwards: knex's client is told the type of what a query gives. */
const typesFromAbove = ["knex → queryable.ts"];

/** Where each npm package may be imported. Types are a package's, too. */
const packageRooms: Readonly<Record<string, readonly string[]>> = {
  pg: ["drivers/redshift"],
  "snowflake-sdk": ["drivers/snowflake"],
  "https-proxy-agent": ["drivers/snowflake"],
  undici: ["credentials"],
  zod: ["credentials"],
  commander: ["cli"],
  "@opentelemetry/api": ["opentelemetry", "telemetry"],
  knex: ["knex", "verbs.ts", "queryable.ts"],
  "@aws-sdk/client-s3": ["bulk", "testing"],
  "parquet-wasm": ["bulk"],
  "apache-arrow": ["arrow", "bulk", "verbs.ts", "queryable.ts"],
};

/** Where the code names a warehouse, room by room or file by file, and what for. */
const namings: Readonly<Record<string, string>> = {
  "bulk/access.ts": "reads which kind of credentials it has, by their own discriminant",
  cli: "starts stand-ins of both",
  "connect.ts": "chooses the driver",
  credentials: "are of one warehouse or the other",
  doctor: "asks each warehouse for what only it has",
  "drivers/redshift": "is one",
  "drivers/snowflake": "is the other",
  "index.ts": "exports the types of the credentials",
  knex: "has compilers of its own for each dialect, as knex itself does",
  opentelemetry: "gives the names that OpenTelemetry has for them",
  "sql/dialect.ts": "types the name of a dialect",
  telemetry: "types the name that an event tells",
  testing: "stands in for both",
  "warehouse.ts": "types the name that a caller asks for",
};

interface RoomImport extends Import {
  readonly room: string;
  /** The room that is imported from, or the name of an npm package. */
  readonly from: string;
}

function roomOf(file: string): string {
  const [first = "", second = "", third] = file.split("/");
  if (second === "") return first;
  return first === "drivers" && third !== undefined ? `drivers/${second}` : first;
}

const imports = files.flatMap(importsOf).map((one): RoomImport => ({
  ...one,
  room: roomOf(one.file),
  from: one.isPackage ? one.target : roomOf(one.target),
}));
const own = imports.filter(({ room }) => room !== "testing");

const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room));
const arrow = ({ room, from }: RoomImport) => `${room} → ${from}`;
const unique = (lines: readonly string[]) => [...new Set(lines)].sort();

describe("the house", () => {
  it("has a floor for every room", () => {
    const rooms = unique(files.map(roomOf)).filter((room) => room !== "testing");
    expect(rooms.filter((room) => floorOf(room) < 0)).toEqual([]);
    expect(rooms.length).toBeGreaterThan(10);
  });

  it("is walked downwards only", () => {
    const wrong = own
      .filter(({ isPackage, room, from }) => !isPackage && room !== from && floorOf(from) <= floorOf(room))
      .filter(({ room, from, kind }) => !(room === "cli" && from === "testing" && kind !== "value"))
      .filter((found) => !(found.kind === "type" && typesFromAbove.includes(arrow(found))));
    expect(unique(wrong.map(arrow))).toEqual([]);
  });

  it("knows a warehouse by name only where one is chosen, and there it comes late", () => {
    const outside = own.filter(({ room, from }) => from.startsWith("drivers/") && room !== from);
    expect(unique(outside.map((found) => `${arrow(found)}, ${found.kind}`))).toEqual([
      "cli → drivers/redshift, late",
      "cli → drivers/snowflake, late",
      "connect.ts → drivers/redshift, late",
      "connect.ts → drivers/snowflake, late",
    ]);
  });

  it("asks for no warehouse by its name in the core", () => {
    const naming = files.filter((file) => /redshift|snowflake/i.test(codeOf(file)));
    const placeOf = (file: string) => (roomOf(file) in namings ? roomOf(file) : file);
    expect(unique(naming.map(placeOf))).toEqual(Object.keys(namings));
  });

  it("keeps each npm package in its room", () => {
    const wrong = own.filter(({ isPackage, room, from }) => isPackage && packageRooms[from]?.includes(room) !== true);
    expect(unique(wrong.map(arrow))).toEqual([]);
  });

  it("has no cycle of files", () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, "a cycle").not.toContain(file);
      if (done.has(file)) return;
      for (const next of own) {
        if (next.file === file && next.kind === "value" && !next.isPackage) visit(next.target, [...path, file]);
      }
      done.add(file);
    };
    for (const { file } of own) visit(file, []);
  });

  it("keeps the stand-ins apart: they import nothing of the rest, and the rest nothing of them but the command that starts them", () => {
    const across = imports.filter(
      ({ isPackage, room, from, kind }) =>
        !isPackage && (room === "testing") !== (from === "testing") && !(room === "cli" && kind !== "value"),
    );
    expect(unique(across.map(({ file, from }) => `${file} → ${from}`))).toEqual([]);
    expect(imports.some(({ room }) => room === "testing")).toBe(true);
  });
});

describe("importing the package", () => {
  it("loads no npm package, only our own files", async () => {
    // The measure itself: it sees a package where there is one, an ES module as well as another.
    for (const name of ["zod", "pg"]) {
      const control = await modulesLoadedBy(import.meta.resolve(name));
      expect(control.some((url) => url.includes(`/node_modules/${name}/`))).toBe(true);
    }
    const loaded = await modulesLoadedBy(pathToFileURL(join(source, "index.ts")).href);
    const before = new Set(await modulesLoadedBy("data:text/javascript,"));
    const added = loaded.filter((url) => !before.has(url));
    const ours = added.filter((url) => url.startsWith(pathToFileURL(source).href));
    expect(added.filter((url) => !ours.includes(url) && !url.startsWith("node:"))).toEqual([]);
    expect(ours.map((url) => relative(source, fileURLToPath(url)))).toContain("index.ts");
  }, 60_000);
});

/** Lists what a process of its own has loaded once it has imported a module: ES modules by their hook, others by the cache. */
async function modulesLoadedBy(url: string): Promise<string[]> {
  const hook = `
    import { writeSync } from "node:fs";
    export async function load(url, context, next) {
      writeSync(1, url.split("?")[0] + "\\n");
      return next(url, context);
    }`;
  const asUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
  const program = `
    import Module, { register } from "node:module";
    import { pathToFileURL } from "node:url";
    register(${JSON.stringify(asUrl(hook))});
    await import(${JSON.stringify(url)});
    for (const path of Object.keys(Module._cache)) console.log(pathToFileURL(path).href);`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", program],
    { env: { ...process.env, NODE_OPTIONS: "" } },
  );
  return unique(
    stdout
      .trim()
      .split("\n")
      .filter((line) => line !== url || line.startsWith("file:")),
  );
}
