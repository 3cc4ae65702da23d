import type { CopyCommand } from "./copy-command.ts";
import { internal, refusal, spectrum } from "./failures.ts";
import { accessDenied } from "./roles.ts";
import type { BulkTask } from "./run.ts";

/** Is a file to load. */
export interface Source {
  readonly url: string;
  readonly bytes: number;
}

/** Finds the files to load: those whose URL begins with the given one, or those of a manifest. */
export async function findSources(
  { from, options }: CopyCommand,
  task: BulkTask,
  may: (url: string) => boolean,
): Promise<readonly Source[]> {
  const { storage, reach, number } = task;
  if (!may(from)) throw accessDenied(from, number);
  if (options.manifest) return await listed(from, options.format?.kind === "parquet", task, may);
  const found = await reach(storage.list(from));
  if (found.length > 0) return found;
  const key = from.replace(/^s3:\/\/[^/]+\//, "");
  throw internal(`The specified S3 prefix '${key}' does not exist`, { code: 8001, query: number, location: "s3_utility.cpp:559" }); // prettier-ignore
}

interface Entry {
  readonly url: string;
  readonly mandatory: boolean;
  readonly contentLength: number | undefined;
}

async function listed(
  url: string,
  needsLength: boolean,
  { storage, reach, number }: BulkTask,
  may: (url: string) => boolean,
): Promise<readonly Source[]> {
  const entries = parseManifest(await reach(storage.read(url)));
  const sources: Source[] = [];
  for (const entry of entries) {
    if (!may(entry.url)) throw accessDenied(entry.url, number);
    if (needsLength && entry.contentLength === undefined) {
      throw refusal(`The manifest entry of ${entry.url} needs meta.content_length for a columnar format`, "XX000");
    }
    const found = (await reach(storage.list(entry.url))).find((object) => object.url === entry.url);
    if (found) {
      if (needsLength && found.bytes !== entry.contentLength) {
        throw spectrum(`The length of ${entry.url} in the manifest is not that of the file`, number);
      }
      sources.push(found);
    } else if (entry.mandatory) {
      const words = "S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey,Rid none";
      const context = `Mandatory file ${entry.url} of the manifest : ${words}`;
      throw internal(`Problem reading manifest file - ${words}`, { code: 8001, context, query: number, location: "s3_utility.cpp:306" }); // prettier-ignore
    }
  }
  if (sources.length > 0) return sources;
  throw internal("None of the files of the manifest exists", {
    code: 8001,
    query: number,
    location: "s3_utility.cpp:559",
  });
}

function parseManifest(bytes: Uint8Array): Entry[] {
  const wrong = refusal("Manifest file is not in correct json format", "XX000");
  let manifest: unknown;
  try {
    manifest = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    throw wrong;
  }
  const entries = isObject(manifest) ? manifest.entries : undefined;
  if (!Array.isArray(entries)) throw wrong;
  return entries.map((entry: unknown) => {
    if (!isObject(entry) || typeof entry.url !== "string") throw wrong;
    const length = isObject(entry.meta) ? entry.meta.content_length : undefined;
    const contentLength = typeof length === "number" ? length : undefined;
    return { url: entry.url, mandatory: entry.mandatory === true, contentLength };
  });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
