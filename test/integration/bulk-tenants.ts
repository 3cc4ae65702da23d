import { afterAll, beforeAll, inject } from "vitest";
import { connectWarehouse, type ConnectOptions, type Warehouse } from "peak-warehouse";
import { startLocalWarehouses, type LocalWarehouses } from "peak-warehouse/testing";
import { S3Client } from "@aws-sdk/client-s3";

/** A warehouse that reads and writes a bucket, and what a test sees and does beside it. */
export interface BulkPlace {
  readonly local: LocalWarehouses;
  readonly db: Warehouse;
  /** A client that reaches the bucket from here. */
  readonly client: S3Client;
  /** Opens another one. */
  connect(options?: ConnectOptions): Promise<Warehouse>;
  /** A name of a table, in the schema that tests write to. */
  name(table: string): string;
  /** Makes an empty table. */
  table(columns: string): Promise<string>;
  /** A new place in the tenant's bucket. */
  folder(): string;
  /** Puts a file into the bucket. */
  put(url: string, bytes: Uint8Array | string): string;
  /** The URLs of what is under a prefix. */
  files(url: string): readonly string[];
  /** How many statements the server has been sent. */
  sent(): readonly { readonly sql: string }[];
  running(): number;
}

const bucket = "peak-tenant";

/** Opens one for the tests of a part; filled in before the first of them runs. */
export function bulkPlace(type: "redshift" | "snowflake"): BulkPlace {
  const place = {} as BulkPlace;
  const open: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    const local = await startLocalWarehouses({ postgres: inject("postgres") });
    const { PEAK_API_KEY: apiKey, PEAK_BASE_URL: baseUrl } = local.env(type);
    const { endpoint, region, accessKeyId, secretAccessKey } = local.s3;
    const credentials = { accessKeyId, secretAccessKey };
    let made = 0;
    const name = (table: string) => (type === "redshift" ? `publish.${table}` : table);
    const connect = async (options: ConnectOptions = {}) => {
      const db = await connectWarehouse({ apiKey, baseUrl, ...options });
      open.push(db);
      return db;
    };
    open.push(local);
    const db = await connect();
    Object.assign(place, {
      local,
      db,
      connect,
      name,
      client: new S3Client({ endpoint, region, credentials, forcePathStyle: true }),
      async table(columns: string) {
        const table = name(`t${++made}`);
        await db.query(`create table ${table} (${columns})`);
        return table;
      },
      folder: () => `s3://${bucket}/${type}/${++made}/`,
      put(url: string, bytes: Uint8Array | string) {
        local.s3.write(url, bytes);
        return url;
      },
      files: (url: string) =>
        local.s3.objects(bucket, url.slice(`s3://${bucket}/`.length)).map(({ key }) => `s3://${bucket}/${key}`),
      sent: () => local[type].statements(),
      running: () => local[type].running().length,
    } satisfies BulkPlace);
  });
  afterAll(async () => {
    place.client.destroy();
    for (const one of open.reverse()) await one.close();
  });
  return place;
}
