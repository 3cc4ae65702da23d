import { randomUUID } from "node:crypto";
import { openBucket, type Bucket, type BucketFile, type BucketOptions } from "../bucket.ts";
import { checkedForm } from "../file-form.ts";
import { reading, type InsertOrder } from "./reading.ts";
import { checkStaged } from "./staged-columns.ts";
import { partsOf } from "./staged-parts.ts";
import { unheard, type Reporter } from "../progress.ts";
import { Call } from "../../call.ts";
import { withWritten, type Written } from "../../errors.ts";
import type { StorageAccess } from "../../bulk-engine.ts";
import type { BulkGround } from "../ground.ts";
import type { RowSource } from "./row-source.ts";

/** Where rows are staged. */
export interface Stage extends BucketOptions {
  /** `s3://bucket/prefix`. */
  readonly via: string;
  readonly access: StorageAccess;
}

/** What was inserted by way of files. */
export interface Staged {
  readonly rows: number;
  readonly bytes: number;
  /** The files, which have been taken away again. */
  readonly files: readonly BucketFile[];
  /** What could not be taken away; absent where everything was. */
  readonly written?: Written;
}

/** What staging needs to know of its surroundings. */
interface Staging {
  readonly ground: BulkGround;
  readonly call: Call;
  readonly progress: Reporter;
}

/** While so many files are on their way, no other is begun. */
const uploadsMax = 2;
/** How long it may take to take the files away. */
const patienceMs = 30_000;

/**
 * Inserts rows by way of Parquet files in a bucket, which the warehouse loads, all or none, and which are taken away afterwards.
 *
 * @throws `UNSUPPORTED` for columns that no Parquet carries; `STORAGE`; what the source throws; as `query`. With `written` telling the files that
 *   could not be taken away.
 */
export async function insertStaged(
  source: RowSource,
  order: InsertOrder,
  stage: Stage,
  staging: Staging,
): Promise<Staged> {
  const { ground, call, progress } = staging;
  const { signal, tag } = call;
  const { targets, rowsOf } = await reading(
    source,
    order,
    async (statement) => ground.onSession({ signal, tag }, unheard, "script", async ({ ask }) => ask(statement)),
    ground.dialect,
  );
  const columns = targets.map(({ column }) => column);
  checkStaged(columns, ground);
  const prefix = `${stage.via}${stage.via.endsWith("/") ? "" : "/"}peak-insert-${randomUUID()}/`;
  const bucket = await openBucket(stage);
  const uploads = uploading(bucket, prefix, call);
  const staged = { rows: 0, bytes: 0 };
  try {
    const nextPart = await call.race(partsOf(source, rowsOf, columns, () => call.aborted));
    for (let part = await call.race(nextPart()); part !== undefined; part = await call.race(nextPart())) {
      await uploads.add(part.bytes);
      staged.rows += part.rows;
      staged.bytes += part.bytes.length;
      progress.report("writing", staged);
    }
    const files = await uploads.all();
    await loadStaged(
      prefix,
      columns.map(({ name }) => name),
      order,
      stage,
      staging,
    );
    progress.report("running", staged);
    const written = await uploads.remove();
    return { ...staged, files, ...(written !== undefined && { written }) };
  } catch (error) {
    const written = await uploads.remove();
    throw written === undefined ? error : withWritten(error, written);
  } finally {
    bucket.close();
  }
}

/** Has the warehouse load what is staged; when this has failed, the warehouse reads nothing any more. */
async function loadStaged(
  url: string,
  columns: readonly string[],
  { table }: InsertOrder,
  { access }: Stage,
  { ground, call, progress }: Staging,
): Promise<void> {
  const form = checkedForm({ format: "parquet" });
  const [match] = ground.engine.columnMatches(form);
  progress.report("queued");
  call.phase = "execute";
  await ground.onSession({ signal: call.signal, tag: call.tag }, progress, "script", async ({ ask, settled }) => {
    const loading = ground.engine.load(
      {
        table,
        // By name the file says which they are, and it holds no others.
        columns: match === "name" ? undefined : columns,
        url,
        access,
        ...form,
        match,
        manifest: false,
        maxErrors: 0,
        dryRun: false,
        force: true,
        inTransaction: ground.inTransaction,
      },
      ask,
      ground.aside,
    );
    await loading.catch(async (error: unknown) => {
      await settled();
      throw error;
    });
  });
}

/** Writes files under a prefix of their own, a few at a time. */
function uploading(bucket: Bucket, prefix: string, call: Call) {
  const files: BucketFile[] = [];
  const underWay = new Set<Promise<void>>();
  return {
    /** Begins to write a file, once there is room for it. @throws `STORAGE` of an earlier one, too. */
    async add(bytes: Uint8Array): Promise<void> {
      while (underWay.size >= uploadsMax) await call.race(Promise.race(underWay));
      const url = `${prefix}part-${String(files.length).padStart(5, "0")}.parquet`;
      files.push({ url, bytes: bytes.length });
      const upload = bucket.write(url, bytes, call.signal).then(() => void underWay.delete(upload));
      // Who waits for it is told.
      upload.catch(() => undefined);
      underWay.add(upload);
    },
    async all(): Promise<readonly BucketFile[]> {
      await call.race(Promise.all(underWay));
      return files;
    },
    /** Takes away what was written, and tells what could not be. It takes its time, but not for ever. */
    async remove(): Promise<Written | undefined> {
      const patience = new Call({ timeoutMs: patienceMs });
      try {
        await patience.race(Promise.allSettled(underWay));
        await patience.race(removed(bucket, prefix, patience.signal));
        return undefined;
      } catch {
        // What the removal failed with must not hide what the insert came to; the files are told.
        return { files };
      } finally {
        patience.end();
      }
    },
  };
}

async function removed(bucket: Bucket, prefix: string, signal: AbortSignal): Promise<void> {
  const urls = (await bucket.list(prefix, signal)).map(({ url }) => url);
  if (urls.length > 0) await bucket.remove(urls, signal);
}
