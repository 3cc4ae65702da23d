import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import * as tls from "node:tls";
import { invalidArgument } from "./errors.ts";
import { checkOptions } from "./options.ts";

/** One certificate authority or several: PEM texts, each of which may hold several certificates. */
export type CertificateAuthorities = string | Uint8Array | readonly (string | Uint8Array)[];

/**
 * How connections are encrypted. `true`, the default, verifies the server fully; `false` opens plain connections to the
 * warehouse (the scheme of the Peak API's URL decides about the API).
 */
export type TlsOption = boolean | TlsParts;

/** How a server is verified fully where its certificate needs to be told of. */
export interface TlsParts {
  /** Authorities to trust besides those that Node trusts already, `NODE_EXTRA_CA_CERTS` included; for the Peak API, too. Default: none. */
  readonly ca?: CertificateAuthorities | undefined;
  /** The name on the warehouse's certificate, where it is reached under another one (a tunnel, a CNAME). Default: the host's. */
  readonly servername?: string | undefined;
}

/**
 * Checks the option `tls`, which plain JavaScript may pass in any form. Null counts as missing, within it too, and so does an empty name.
 *
 * @throws `INVALID_ARGUMENT` for what is none, before Node meets it in the middle of a connection.
 */
export function checkedTls(option: unknown): TlsOption | undefined {
  if (option === undefined || option === null) return undefined;
  if (typeof option === "boolean") return option;
  if (typeof option !== "object") throw invalidArgument("tls must be true, false or an object of ca and servername.");
  checkOptions<TlsParts>(option, { ca: true, servername: true }, "The option tls");
  const { ca, servername } = option as { readonly ca?: unknown; readonly servername?: unknown };
  return { ...(isMissing(ca) ? {} : { ca: pemTexts(ca) }), ...(isMissing(servername) ? {} : named(servername)) };
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function named(servername: unknown): TlsParts {
  if (typeof servername === "string" && /^[\p{L}\p{N}._:-]+$/u.test(servername)) return { servername };
  throw invalidArgument("tls.servername must be the name on the server's certificate, a host's name or address.");
}

/**
 * Gives what to pass to Node as `ca`: the roots that this process trusts already, then the given ones. `undefined`, which is
 * Node's own default, where none are given.
 *
 * Node's `ca` replaces its roots, those of `NODE_EXTRA_CA_CERTS` included, instead of adding to them.
 *
 * @throws `INVALID_ARGUMENT` for what is not a certificate in PEM form: Node itself would ignore it silently.
 */
export function trustedRoots(ca: CertificateAuthorities | undefined): string[] | undefined {
  if (ca === undefined) return undefined;
  return [...effectiveRoots(), ...pemTexts(ca)];
}

function pemTexts(ca: unknown): string[] {
  return (Array.isArray(ca) ? ca : [ca]).map(pem);
}

function pem(certificates: unknown): string {
  const text = certificates instanceof Uint8Array ? Buffer.from(certificates).toString("latin1") : certificates;
  try {
    if (typeof text !== "string") throw new Error("It is neither a text nor bytes.");
    if (!text.includes("-----BEGIN ")) throw new Error("There is no BEGIN line.");
    new X509Certificate(text);
    return text;
  } catch (cause) {
    throw invalidArgument("tls.ca must be certificates in PEM form: the text itself, not the path of a file.", cause);
  }
}

/** The roots of this process: one call from Node 22.15 on; before, Node's own and the file that it reads at its start. */
function effectiveRoots(): readonly string[] {
  // The types are those of Node 20, which does not have the function yet.
  const { getCACertificates } = tls as { getCACertificates?: (type: "default") => string[] };
  if (getCACertificates !== undefined) return getCACertificates("default");
  const file = process.env.NODE_EXTRA_CA_CERTS;
  if (file === undefined || file === "") return tls.rootCertificates;
  try {
    return [...tls.rootCertificates, readFileSync(file, "latin1")];
  } catch {
    // Node, too, goes on without a file that it cannot read; it has printed a warning at its start.
    return tls.rootCertificates;
  }
}
