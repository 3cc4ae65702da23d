import type { Entry } from "./buckets.ts";
import { refusal } from "./errors.ts";
import type { Call } from "./requests.ts";

type Headers = (name: string) => string | undefined;

const names = (list: string, etag: string): boolean =>
  list.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "").replaceAll('"', "") === etag);

const failed = (condition: string) => refusal("PreconditionFailed", undefined, { Condition: condition });

/**
 * Holds a read against its conditions (RFC 9110, section 13.2.2).
 * @returns Whether the reader has it already (304); throws PreconditionFailed.
 */
export function isUnchanged({ etag, lastModified }: Entry, header: Headers): boolean {
  const [match, noneMatch] = [header("if-match"), header("if-none-match")];
  const [since, unmodified] = [header("if-modified-since"), header("if-unmodified-since")];
  if (match !== undefined && !names(match, etag)) throw failed("If-Match");
  if (match === undefined && unmodified !== undefined && lastModified.getTime() > Date.parse(unmodified))
    throw failed("If-Unmodified-Since");
  if (noneMatch !== undefined) return names(noneMatch, etag);
  return since !== undefined && lastModified.getTime() <= Date.parse(since);
}

/** Holds a copy's source against its conditions, none of which leads to a 304. */
export function checkSource(entry: Entry, header: Headers): void {
  if (isUnchanged(entry, (name) => header(`x-amz-copy-source-${name}`)))
    throw failed("x-amz-copy-source-If-None-Match");
}

/**
 * Holds a write against its conditions (user guide, "Conditional writes"): `If-None-Match: *` where nothing may be
 * there yet, `If-Match` where only that may be. Throws PreconditionFailed, NoSuchKey or NotImplemented.
 */
export function checkWrite({ buckets, bucket, key, header }: Call): void {
  const there = buckets.of(bucket).get(key);
  const [match, noneMatch] = [header("if-match"), header("if-none-match")];
  if (noneMatch !== undefined && noneMatch !== "*")
    throw refusal("NotImplemented", undefined, { Header: "If-None-Match" });
  if (noneMatch !== undefined && there) throw failed("If-None-Match");
  if (match === undefined) return;
  if (!there) throw refusal("NoSuchKey", undefined, { Key: key });
  if (!names(match, there.etag)) throw failed("If-Match");
}
