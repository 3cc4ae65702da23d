import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { invalidArgument } from "../errors.ts";

/**
 * Lets a file be written, and gives it its name when it is complete: until then it has a temporary one beside it, so neither a failure
 * nor a crash leaves what looks like a whole file, or harms the one that was there. A link stays, and leads to the new file.
 *
 * @param write - sees to it that what it has written is on the disk. It may close the file.
 * @throws `INVALID_ARGUMENT` for a path that is there and is no file; what `write` and the file system throw.
 */
export async function writeWholeFile<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const final = await finalPath(path);
  const temporary = `${final}.${randomUUID()}.partial`;
  const file = await open(temporary, "wx");
  try {
    const result = await write(file);
    await file.close();
    await rename(temporary, final);
    return result;
  } catch (error) {
    await discard(file, temporary);
    throw error;
  }
}

async function finalPath(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
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
    await rm(path, { force: true });
  } catch {
    // What failed before it is what the caller is told.
  }
}
