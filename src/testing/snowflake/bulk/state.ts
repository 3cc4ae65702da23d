import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStorage } from "../../s3/storage.ts";
import type { S3Endpoint, Storage } from "../../s3/storage.ts";
import { createHistory } from "./history.ts";
import type { History } from "./history.ts";
import type { FileFormat } from "./formats.ts";

/** What an administrator set up with CREATE STORAGE INTEGRATION. */
export interface SnowflakeIntegration {
  /** URLs under which files may be read and written, for example `s3://bucket/path/`; `*` is everywhere. */
  readonly allowedLocations: readonly string[];
  readonly blockedLocations?: readonly string[];
  /** Default true. */
  readonly enabled?: boolean;
}

interface Named {
  /** The session that a temporary object belongs to. */
  readonly session: string | undefined;
  readonly created: number;
  readonly owner: string;
  readonly comment: string;
}

/** An external stage. */
export interface Stage extends Named {
  readonly url: string;
  readonly integration: string | undefined;
  readonly format: FileFormat;
}

/** A file format that has a name. */
interface NamedFormat extends Named {
  readonly format: FileFormat;
}

/** What an account knows of files: its S3, integrations, stages, file formats, and what was loaded. */
export interface Bulk {
  /** Undefined when the stand-in was started without one. */
  readonly storage: Storage | undefined;
  readonly integrations: ReadonlyMap<string, SnowflakeIntegration>;
  /** By the key of the full name, temporary ones by that and the session. */
  readonly stages: Map<string, Stage>;
  readonly formats: Map<string, NamedFormat>;
  readonly history: History;
  /** Gives the path of a new file in a folder that `close` removes; DuckDB reads and writes Parquet nowhere else. */
  scratch(): Promise<string>;
  /** Forgets the temporary objects of a session. */
  forget(session: string): void;
  /** Forgets stages, file formats and what was loaded. */
  clear(): void;
  close(): Promise<void>;
}

const folded = (name: string): string =>
  /^".*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name.toUpperCase();

/** Makes what an account without stages knows. */
export function createBulk(
  s3: S3Endpoint | undefined,
  integrations: Readonly<Record<string, SnowflakeIntegration>>,
  now: () => number,
): Bulk {
  const storage = s3 === undefined ? undefined : openStorage(s3);
  const stages = new Map<string, Stage>();
  const formats = new Map<string, NamedFormat>();
  const history = createHistory(now);
  let folder: Promise<string> | undefined;
  let files = 0;
  return {
    storage,
    integrations: new Map(Object.entries(integrations).map(([name, one]) => [folded(name), one])),
    stages,
    formats,
    history,
    scratch: async () => join(await (folder ??= mkdtemp(join(tmpdir(), "snowflake-"))), `${(files += 1)}.parquet`),
    forget: (session) => {
      for (const objects of [stages, formats])
        for (const [key, object] of objects) if (object.session === session) objects.delete(key);
    },
    clear: () => {
      stages.clear();
      formats.clear();
      history.clear();
    },
    close: async () => {
      storage?.close();
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}
