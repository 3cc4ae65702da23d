import type { StoredObject } from "../../s3/storage.ts";
import { compilationError } from "../errors.ts";
import type { Run } from "../engine/run.ts";
import { filesOf, notFound } from "./locations.ts";
import type { LoadPlan } from "./one-file.ts";

/** FILES names at most so many. */
const mostFiles = 1000;

/** Lists the files to load: those of the location that FILES and PATTERN choose and the table was not loaded from in 64 days. */
export async function candidates(plan: LoadPlan, run: Run): Promise<StoredObject[]> {
  const { location, files, pattern, force, mapping, mode, uncertain } = plan;
  const found = await filesOf(location, pattern, run);
  const chosen = files === undefined ? found : namedFiles(files, found, plan);
  const { history } = run.account.bulk;
  const pending = run.session.transaction?.loads ?? [];
  return chosen.filter((file) => {
    if (force) return true;
    const known = pending.flatMap((job) => (job.table === mapping.table.id ? job.files : [])).find(({ url, etag, status }) => url === file.url && etag === file.etag && status !== "LOAD_FAILED"); // prettier-ignore
    if (known !== undefined) return false;
    const before = history.isLoaded(mapping.table.id, file);
    return before === "no" || (before === "partial" && mode === "RETURN_ALL_ERRORS") || (before === "uncertain" && uncertain); // prettier-ignore
  });
}

function namedFiles(
  names: readonly string[],
  found: readonly StoredObject[],
  { location, pattern }: LoadPlan,
): StoredObject[] {
  if (names.length > mostFiles)
    throw compilationError("001006", "22023", `FILES names ${names.length} files; the limit is ${mostFiles}.`);
  const byUrl = new Map(found.map((file) => [file.url, file]));
  return names.flatMap((name) => {
    const file = byUrl.get(`${location.url}${name}`) ?? byUrl.get(`${location.url}/${name}`);
    if (file !== undefined) return [file];
    if (pattern !== undefined) return [];
    throw notFound(`${location.url}${location.url.endsWith("/") ? "" : "/"}${name}`);
  });
}
