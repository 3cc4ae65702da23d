import { textLiteral } from "../../sql/literals.ts";
import type { BulkCompression, StorageAccess } from "../../bulk-engine.ts";

/** Writes what lets the cluster reach a bucket. A list of roles is a chain, and holds no blanks (docs.aws.amazon.com/redshift, "Chaining IAM roles"). */
export function authorization({ roles, region }: StorageAccess): string[] {
  const role = roles.join(",");
  const granted = role === "default" ? "IAM_ROLE default" : `IAM_ROLE ${textLiteral(role)}`;
  return region === undefined ? [granted] : [granted, `REGION ${textLiteral(region)}`];
}

/** Writes how text files are compressed. */
export function compressed(compression: BulkCompression): string[] {
  return compression === "none" ? [] : [compression.toUpperCase()];
}
