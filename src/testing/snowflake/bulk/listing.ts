import { shown, table } from "../engine/answers.ts";
import type { Answer, Run } from "../engine/run.ts";
import type { BulkStatement } from "../sql/bulk-ast.ts";
import { filesOf, locationOf, onStorage } from "./locations.ts";

const { text, number } = shown;

/** Runs LIST and REMOVE. */
export async function listOrRemove(
  { t, place, pattern }: Extract<BulkStatement, { t: "listFiles" | "removeFiles" }>,
  run: Run,
): Promise<Answer> {
  const files = await filesOf(locationOf(place, undefined, run), pattern, run);
  if (t === "removeFiles") {
    const urls = files.map(({ url }) => url);
    if (urls.length > 0) await onStorage(run, (storage) => storage.remove(urls));
    return table(0x7104, [["name", text], ["result", text]], urls.map((url) => [url, "removed"])); // prettier-ignore
  }
  const rows = files.map(({ url, bytes, etag, lastModified }) => [url, bytes, etag, lastModified.toUTCString()]);
  return table(0x7101, [["name", text], ["size", number], ["md5", text], ["last_modified", text]], rows); // prettier-ignore
}
