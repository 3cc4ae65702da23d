import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll } from "vitest";
import { loads } from "./loads.ts";
import { stagedInserts } from "./staged-inserts.ts";
import { unloads } from "./unloads.ts";
import type { S3StandIn } from "peak-warehouse/testing";
import type { Tenant, Ground } from "./tenant.ts";

/** A tenant whose warehouse reads and writes a bucket, which only a stand-in lets a test look into. */
export interface BulkTenant extends Tenant {
  readonly s3: S3StandIn;
  /** A client that reaches the bucket from here. */
  readonly client: S3Client;
  readonly running: () => number;
  /** Whether the server is reading or writing files. */
  works(): boolean;
  /** A URL in the tenant's bucket. */
  url(key: string): string;
  /** The URLs of what is there. */
  written(prefix: string): readonly string[];
  /** How many statements the server has been sent. */
  statements(): number;
}

const bucket = "peak-tenant";

/** What a stand-in tells. */
interface RunningServer {
  running(): readonly { readonly sql: string }[];
  statements(): readonly unknown[];
}

/** Makes a tenant one of data in bulk. */
export function bulkTenant(tenant: Tenant, s3: S3StandIn, server: RunningServer): BulkTenant {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3;
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  return {
    ...tenant,
    s3,
    client,
    running: () => server.running().length,
    works: () => server.running().some(({ sql }) => /^(?:unload|copy)\b/i.test(sql)),
    url: (key) => `s3://${bucket}/${tenant.type}/${key}`,
    written: (prefix) => s3.objects(bucket, `${tenant.type}/${prefix}`).map(({ key }) => `s3://${bucket}/${key}`),
    statements: () => server.statements().length,
    async close() {
      client.destroy();
      await tenant.close();
    },
  };
}

/** The promises about data in bulk. */
export function bulk(open: () => Promise<BulkTenant>): void {
  // Filled in before the first test runs.
  const shared = {} as Ground & { tenant: BulkTenant };
  beforeAll(async () => {
    shared.tenant = await open();
    shared.db = await shared.tenant.connect();
  });
  afterAll(async () => {
    await shared.db.close();
    await shared.tenant.close();
  });
  unloads(shared);
  loads(shared);
  stagedInserts(shared);
}
