import type { IncomingHttpHeaders } from "node:http";
import type { Buckets } from "./buckets.ts";
import { refusal } from "./errors.ts";
import { routes, type Route, type S3Operation } from "./routes.ts";

/** Is the start of a request, taken apart. */
export interface Addressed {
  readonly method: string;
  /** Escaped, as it came. */
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: IncomingHttpHeaders;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly operation: S3Operation;
}

/** Is a request whose sender and body were found right. */
export interface Call {
  readonly buckets: Buckets;
  readonly region: string;
  /** "" where the operation has none. */
  readonly bucket: string;
  readonly key: string;
  /** A parameter of the query. */
  readonly query: (name: string) => string | undefined;
  /** A header, or a trailer of the body. */
  readonly header: (name: string) => string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Is what a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** For HEAD only its length is told. */
  readonly body?: string | Uint8Array;
}

/** The longest key in bytes (user guide, "Naming Amazon S3 objects"). */
const longestKeyBytes = 1024;

/** Takes the start of a request apart. Throws InvalidURI, KeyTooLongError or NotImplemented. */
export function addressed(method: string, url: string, headers: IncomingHttpHeaders): Addressed {
  const [, path = "/", search = ""] = /^([^?]*)\??([^]*)$/.exec(url) ?? [];
  const query = search
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [, name = "", value = ""] = /^([^=]*)=?([^]*)$/.exec(pair) ?? [];
      return [unescaped(name.replaceAll("+", " ")), unescaped(value.replaceAll("+", " "))] as const;
    });
  // A key may be anything, `..` and `//` too, so the path is only cut in two.
  const [, bucket, key] = /^\/([^/]+)(?:\/([^]*))?$/.exec(unescaped(path)) ?? [];
  const target = { bucket, key: key === "" ? undefined : key };
  if (target.key !== undefined && Buffer.byteLength(target.key) > longestKeyBytes)
    throw refusal("KeyTooLongError", undefined, { MaxSizeAllowed: String(longestKeyBytes) });
  return { method, path, query, headers, ...target, operation: operationOf({ method, query, headers, ...target }) };
}

function operationOf({ method, query, headers, bucket, key }: Omit<Addressed, "operation" | "path">): S3Operation {
  const level = bucket === undefined ? "service" : key === undefined ? "bucket" : "object";
  const asks = (name: string): boolean => query.some(([known]) => known === name);
  const route = routes.find(
    ({ method: wanted, level: at, needs = [], header }) =>
      wanted === method && at === level && needs.every(asks) && (header === undefined || headers[header] !== undefined),
  );
  if (!route) throw refusal("NotImplemented", `The stand-in has no such operation: ${method} of a ${level}.`);
  const strange = query.find(([name]) => !isTaken(route, name));
  if (strange) throw refusal("NotImplemented", `The stand-in does not know ${strange[0]} of ${route.operation}.`);
  const refused = Object.keys(headers).find((name) => refusedHeaders.test(name));
  if (refused) throw refusal("NotImplemented", undefined, { Header: refused });
  return route.operation;
}

const isTaken = ({ needs = [], takes = [] }: Route, name: string): boolean =>
  needs.includes(name) || takes.includes(name) || /^(?:x-id|x-amz-.*)$/i.test(name);

/** Headers without which the answer would not be the one that was asked for. */
const refusedHeaders =
  /^x-amz-(?:.*customer-(?:algorithm|key).*|object-lock.*|tagging|website-redirect-location|mp-object-size|copy-source-range|write-offset-bytes)$/;

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refusal("InvalidURI");
  }
}
