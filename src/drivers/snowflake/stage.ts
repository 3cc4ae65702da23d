import { randomUUID } from "node:crypto";
import { identifier } from "./names.ts";
import { WarehouseError } from "../../errors.ts";
import { textLiteral } from "../../sql/literals.ts";
import type { Ask, StorageAccess } from "../../bulk-engine.ts";

/**
 * Works with a temporary stage over a folder of a bucket, for what Snowflake does with stages only. Needs the privilege CREATE STAGE; making one
 * commits a transaction. The work is given how SQL calls the files under the URL.
 */
export async function withStage<T>(
  url: string,
  access: StorageAccess,
  ask: Ask,
  work: (files: string) => Promise<T>,
): Promise<T> {
  const name = identifier(`peak_${randomUUID().replaceAll("-", "")}`);
  const { folder, rest } = partsOf(url);
  await ask({ text: `CREATE TEMPORARY STAGE ${name} URL = ${textLiteral(folder)} ${authorization(access)}` });
  try {
    return await work(textLiteral(`@${name}/${rest}`));
  } finally {
    // What stays behind goes with the session, and must not hide how the work went.
    await ask({ text: `DROP STAGE IF EXISTS ${name}`, isCleanUp: true }).catch(() => undefined);
  }
}

/** Tells whether a transaction is open on the session: the caller may have begun one by hand. */
export async function isInTransaction(ask: Ask): Promise<boolean> {
  const { rows } = await ask({ text: "SELECT CURRENT_TRANSACTION() AS id" });
  return typeof rows[0]?.id === "string";
}

/**
 * Refuses inside a transaction what would end it: making a stage commits, and a transaction in a transaction is the outer one.
 *
 * @throws `UNSUPPORTED`, with the reason given.
 */
export async function refuseInTransaction(
  order: { readonly inTransaction: boolean },
  ask: Ask,
  reason: string,
): Promise<void> {
  if (order.inTransaction || (await isInTransaction(ask))) throw new WarehouseError("UNSUPPORTED", reason);
}

/** Writes what lets Snowflake reach a bucket. */
export function authorization({ integration = "" }: StorageAccess): string {
  return `STORAGE_INTEGRATION = ${identifier(integration)}`;
}

/** Gives the whole URL of a file that the server names from the bucket on, or from the folder that was asked for. */
export function fileUrl(name: string, url: string): string {
  if (name.startsWith("s3://")) return name;
  const { folder } = partsOf(url);
  const bucket = /^s3:\/\/[^/]+\//.exec(url)?.[0] ?? "";
  return `${bucket}${name}`.startsWith(folder) ? `${bucket}${name}` : `${folder}${name}`;
}

function partsOf(url: string): { folder: string; rest: string } {
  const end = url.lastIndexOf("/") + 1;
  return { folder: url.slice(0, end), rest: url.slice(end) };
}
