import { StorageError } from "../../s3/storage.ts";
import type { Storage, StoredObject } from "../../s3/storage.ts";
import { shown } from "../binder/names.ts";
import { keyOf } from "../engine/catalog.ts";
import { fullName } from "../engine/run.ts";
import type { Run } from "../engine/run.ts";
import { cancelled, compilationError, SnowflakeError, unknownObject, unsupported } from "../errors.ts";
import type { Name } from "../sql/ast.ts";
import type { Place } from "../sql/bulk-ast.ts";
import type { FileFormat } from "./formats.ts";
import type { Bulk, Stage } from "./state.ts";

/** A place of files that the statement may use. */
export interface Location {
  /** Files are those whose URL begins with this. */
  readonly url: string;
  /** The part of `url` that paths are told and patterns are matched relative to. */
  readonly base: string;
  /** The format that the stage states. */
  readonly format: FileFormat | undefined;
}

/** Finds an object by name: a temporary one of the session first. */
export function findIn<T>(
  objects: ReadonlyMap<string, T>,
  path: readonly Name[],
  run: Pick<Run, "session">,
): T | undefined {
  const key = keyOf(fullName(path, run.session));
  return objects.get(`${run.session.id} ${key}`) ?? objects.get(key);
}

/** Finds a stage. Throws 002003 where there is none. */
export function stageOf(path: readonly Name[], run: Run): Stage {
  const found = findIn(run.account.bulk.stages, path, run);
  if (found === undefined) throw unknownObject("Stage", shown(path));
  return found;
}

/** Resolves a place and checks that it may be used, by the integration the statement or the stage names. */
export function locationOf(place: Place, integration: readonly Name[] | undefined, run: Run): Location {
  const { bulk } = run.account;
  if (place.t === "url") {
    checkLocation(place.url, integration?.at(-1), bulk);
    return { url: place.url, base: /^s3:\/\/[^/]+\/?/.exec(place.url)?.[0] ?? place.url, format: undefined };
  }
  if (integration !== undefined)
    throw compilationError("001006", "22023", "STORAGE_INTEGRATION cannot be used with a stage: the stage states its own."); // prettier-ignore
  const stage = stageOf(place.path, run);
  const base = stage.url.endsWith("/") || place.rest === "" ? stage.url : `${stage.url}/`;
  checkLocation(base + place.rest, stage.integration, bulk);
  return { url: base + place.rest, base, format: stage.format };
}

const within = (url: string, location: string): boolean => {
  if (location === "*") return true;
  const folder = location.endsWith("/") ? location : `${location}/`;
  return url === location || `${url}/` === folder || url.startsWith(folder);
};

/** Checks that an integration exists, is enabled and allows a location. Without an integration only public buckets could be reached: access is denied. */
export function checkLocation(url: string, name: Name | undefined, bulk: Bulk): void {
  if (name === undefined) throw stageFailure("Access Denied", 403, "AccessDenied");
  const integration = bulk.integrations.get(name);
  if (integration === undefined)
    throw compilationError("002003", "02000", `Integration '${shown([name])}' does not exist or not authorized.`);
  if (integration.enabled === false)
    throw compilationError("003140", "55000", `Integration '${shown([name])}' is not enabled.`);
  const { allowedLocations, blockedLocations = [] } = integration;
  const allowed = allowedLocations.some((one) => within(url, one)) && !blockedLocations.some((one) => within(url, one));
  if (!allowed)
    throw compilationError("003167", "42601", `Location '${url}' is not allowed by integration '${shown([name])}'. Please use DESC INTEGRATION to check out allowed and blocked locations.`); // prettier-ignore
}

const stageFailure = (message: string, status: number | undefined, code: string): SnowflakeError =>
  new SnowflakeError(
    "091003",
    "55000",
    `Failure using stage area. Cause: [${message} (${status === undefined ? "" : `Status Code: ${status}; `}Error Code: ${code})]`,
  );

/**
 * Does something with the account's S3. S3's refusals become 091003, a missing file 091016; a stop of the statement ends the waiting at
 * once, whatever S3 does. Throws 0A000 when the stand-in has no S3.
 */
export async function onStorage<T>({ account, signal }: Run, work: (storage: Storage) => Promise<T>): Promise<T> {
  const { storage } = account.bulk;
  if (storage === undefined) throw unsupported("A stage or a location without startSnowflake({ s3 })");
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason instanceof SnowflakeError ? signal.reason : cancelled());
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([stopped, signal.aborted ? stopped : work(storage)]);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === "NoSuchKey") throw notFound(error.url);
    throw Object.assign(stageFailure(error.message, error.status, error.code), { cause: error });
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}

/** Makes the error for a file that is named and not there. */
export const notFound = (url: string): SnowflakeError =>
  new SnowflakeError(
    "091016",
    "22000",
    `Remote file '${url}' was not found. There are several potential causes. The file might not exist. The required credentials may be missing or invalid. If you are running a copy command, please make sure files are not deleted when they are being loaded or files are not being loaded into two different tables concurrently with auto purge option.`,
  );

/** Lists the files of a location whose path, relative to its base, matches a pattern as a whole. Folders' own marks are left out. */
export async function filesOf({ url, base }: Location, pattern: string | undefined, run: Run): Promise<StoredObject[]> {
  const test = pattern === undefined ? undefined : regularExpression(pattern);
  // A bucket without a path lists all of it.
  const prefix = /^s3:\/\/[^/]+$/.test(url) ? `${url}/` : url;
  const found = await onStorage(run, (storage) => storage.list(prefix));
  return found.filter((file) => !file.url.endsWith("/") && (test?.test(file.url.slice(base.length)) ?? true));
}

function regularExpression(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, "su");
  } catch {
    throw new SnowflakeError("100048", "2201B", `Invalid regular expression: '${pattern}'`);
  }
}

/** Cuts a file's path within its bucket out of its URL. */
export const pathInBucket = (url: string): string => url.replace(/^s3:\/\/[^/]+\//, "");
