import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { invalidArgument, isError, WarehouseError } from "../errors.ts";

/** Writes bytes behind those that are there. */
type Append = (bytes: Uint8Array) => Promise<void>;

/**
 * Lets a file be written, and gives it its name when it is complete and on the disk: until then it has a temporary one beside it, so neither
 * a failure nor a crash leaves what looks like a whole file, or harms the one that was there. A link stays, and leads to the new file.
 *
 * @throws `INVALID_ARGUMENT` for a path that is there and is no file; `STORAGE`, with the system's own code, for what the file system refuses;
 *   what `write` throws.
 */
export async function writeWholeFile<T>(path: string, write: (append: Append) => Promise<T>): Promise<T> {
  const orTell = async <R>(work: Promise<R>): Promise<R> =>
    work.catch((error: unknown) => {
      throw storageError(path, error);
    });
  const final = await orTell(finalPath(path));
  const temporary = `${final}.${randomUUID()}.partial`;
  const file = await orTell(open(temporary, "wx"));
  try {
    const result = await write(async (bytes) => orTell(file.writeFile(bytes)));
    await orTell(file.sync());
    await orTell(file.close());
    await orTell(rename(temporary, final));
    return result;
  } catch (error) {
    await discard(file, temporary);
    throw error;
  }
}

async function finalPath(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    if (isError(error) && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return path;
  if (!found.isFile())
    throw invalidArgument(`${JSON.stringify(path)} is no file; pass what else can be written as a Writable.`);
  return realpath(path);
}

async function discard(file: FileHandle, path: string): Promise<void> {
  try {
    await file.close();
  } catch {
    // What failed before it is what the caller is told.
  }
  try {
    await rm(path, { force: true });
  } catch {
    // As above.
  }
}

function storageError(path: string, error: unknown): unknown {
  if (WarehouseError.is(error) || !isError(error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return new WarehouseError("STORAGE", `${JSON.stringify(path)} could not be written: ${error.message}.`, {
    phase: "fetch",
    vendorCode: code,
    cause: error,
  });
}
