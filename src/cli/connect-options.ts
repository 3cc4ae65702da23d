import { readFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import { cellText } from "./cell-text.ts";
import { duration, durationText } from "./quantities.ts";
import { UsageError } from "./usage.ts";
import { note, type Ground } from "./ground.ts";
import type { ConnectOptions, ListingOptions } from "../index.ts";

/** The flags of every command, as commander gives them. */
export interface GlobalFlags {
  readonly stage?: string;
  readonly baseUrl?: string;
  readonly warehouseName?: string;
  readonly credentials?: string;
  readonly schema?: string;
  readonly role?: string;
  readonly warehouse?: string;
  readonly application?: string;
  readonly timezone?: string;
  readonly tag?: string;
  readonly statementTimeout?: number;
  readonly connectTimeout?: number;
  readonly decoding?: "fast" | "driver";
  readonly proxy?: string | false;
  readonly ca?: string;
  readonly servername?: string;
  readonly tls: boolean;
  readonly timeout?: string;
  readonly quiet?: boolean;
  readonly jsonErrors?: boolean;
}

/** Gives the program its flags for every command. There is none for a secret: a command line can be read by others, and stays in a history. */
export function addGlobalFlags(program: Command): void {
  program
    .optionsGroup("Which tenant (the API key comes from PEAK_API_KEY or API_KEY only):")
    .option("--stage <name>", "the Peak stage; default: PEAK_STAGE or STAGE, else prod")
    .option("--base-url <url>", "the Peak API's address; default: PEAK_BASE_URL, else the stage's")
    .option("--warehouse-name <name>", "which of the tenant's warehouses: see `warehouses`")
    .option(
      "--credentials <file>",
      "a file with a connection string, or with what `credentials --reveal --json` printed, instead",
    )
    .optionsGroup("How to connect:")
    .option("--schema <name>", "the sessions' schema")
    .option("--role <name>", "Snowflake: the role")
    .option("--warehouse <name>", "Snowflake: the virtual warehouse")
    .option("--application <name>", "the name in the server's session list")
    .option("--timezone <name>", 'the sessions\' time zone, or "server"; default: UTC')
    .option("--tag <text>", "marks statements in the query history")
    .option("--statement-timeout <duration>", "the server's own limit for each statement", duration)
    .option("--connect-timeout <duration>", "the limit for one login; default: 2m", duration)
    .addOption(new Option("--decoding <who>", "who reads the rows").choices(["fast", "driver"]))
    .option("--proxy <url>", "an HTTP proxy without a password; default: HTTPS_PROXY, NO_PROXY")
    .option("--no-proxy", "go past the proxy of the environment")
    .option("--ca <file>", "certificates (PEM) to trust besides those of Node")
    .option("--servername <name>", "the name on the warehouse's certificate, behind a tunnel")
    .option("--no-tls", "a plain connection to the warehouse")
    .optionsGroup("Every command:")
    .option("--timeout <duration>", "ends the command, and what it runs on the server: 30s, 5m", durationText)
    .option("-q, --quiet", "no notes and no progress on standard error, only errors")
    .option("--json-errors", "errors as one line of JSON on standard error");
}

/** Gives the flags that hold for every command. */
export function globalFlags(command: Command): GlobalFlags {
  return command.optsWithGlobals<GlobalFlags>();
}

/** Makes the options of `connectWarehouse()` of the flags. @throws `UsageError`; what reading a file throws. */
export async function connectOptions(command: Command, ground: Ground): Promise<ConnectOptions> {
  const flags = globalFlags(command);
  const { schema, role, warehouse, application, timezone, tag, decoding } = flags;
  return {
    ...(await apiOptions(command, ground)),
    warehouseName: flags.warehouseName,
    ...(flags.credentials === undefined ? {} : { credentials: await credentialsIn(flags.credentials) }),
    schema,
    role,
    warehouse,
    application,
    timezone,
    tag,
    decoding,
    statementTimeoutMs: flags.statementTimeout,
    connectTimeoutMs: flags.connectTimeout,
    onWarning: (message) => note(ground, `warning: ${cellText(message)}`),
  };
}

/** Makes the options of `listWarehouses()` of the flags. @throws `UsageError`; what reading a file throws. */
export async function apiOptions(command: Command, { signal }: Ground): Promise<ListingOptions> {
  const { stage, baseUrl, proxy, tls, ca, servername } = globalFlags(command);
  if (proxy !== undefined && proxy !== false && URL.canParse(proxy) && new URL(proxy).password !== "") {
    throw new UsageError(
      "A proxy with a password belongs in HTTPS_PROXY, not on a command line, which others can read.",
    );
  }
  if (!tls && (ca ?? servername) !== undefined)
    throw new UsageError("--no-tls goes with neither --ca nor --servername.");
  const parts = {
    ...(ca === undefined ? {} : { ca: await read(ca, "--ca") }),
    ...(servername === undefined ? {} : { servername }),
  };
  // Left out, the stand-ins on loopback are reached without TLS.
  const isTlsGiven = !tls || Object.keys(parts).length > 0;
  return { stage, baseUrl, proxy, signal, ...(isTlsGiven ? { tls: tls && parts } : {}) };
}

async function credentialsIn(path: string): Promise<string | Readonly<Record<string, unknown>>> {
  const text = (await read(path, "--credentials")).trim();
  if (!text.startsWith("{")) return text;
  try {
    // It begins with a brace.
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    // The parser's message quotes the text.
    throw new UsageError(`The file of --credentials, ${path}, holds neither a connection string nor JSON.`);
  }
}

async function read(path: string, flag: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new UsageError(`The file of ${flag} cannot be read: ${cause instanceof Error ? cause.message : path}.`, {
      cause,
    });
  });
}
