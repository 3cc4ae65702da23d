import { ending } from "./packing.ts";
import type { FileFormat } from "./formats.ts";

/** How the files of an unload are called. */
export interface Naming {
  /** Where they go; what follows the last slash begins their names. */
  readonly url: string;
  readonly single: boolean;
  /** Given with INCLUDE_QUERY_ID: stands in each name. */
  readonly queryId: string | undefined;
  readonly format: FileFormat;
}

function extension({ type, compression, fileExtension }: FileFormat): string {
  if (type === "PARQUET") {
    const bare = fileExtension === undefined ? ".parquet" : dotted(fileExtension);
    return compression === "NONE" ? bare : `.snappy${bare}`;
  }
  return (fileExtension === undefined ? `.${type.toLowerCase()}` : dotted(fileExtension)) + ending(compression);
}

const dotted = (text: string): string => (text.startsWith(".") ? text : `.${text}`);

/**
 * Tells the URL of the nth file: `<prefix>data_0_0_<n>.csv.gz`, or the very name that the location ends in for SINGLE. `partition` is the
 * folder of PARTITION BY; NULL there is `__NULL__`.
 */
export function fileUrl({ url, single, queryId, format }: Naming, n: number, partition?: string | null): string {
  const root = /^s3:\/\/[^/]+$/.test(url) ? `${url}/` : url;
  if (single) return root.endsWith("/") ? `${root}data` : root;
  const middle = queryId === undefined ? "" : `_${queryId}`;
  if (partition !== undefined) {
    const folder = root.endsWith("/") ? root : `${root}/`;
    return `${folder}${partition ?? "__NULL__"}/data${middle}_0_0_${n}${extension(format)}`;
  }
  return `${root}${root.endsWith("/") ? "data" : ""}${middle}_0_0_${n}${extension(format)}`;
}
