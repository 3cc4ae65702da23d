import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import * as tls from "node:tls";
import { invalidArgument } from "./errors.ts";

/** One certificate authority or several: PEM texts, each of which may hold several certificates. */
export type CertificateAuthorities = string | Uint8Array | readonly (string | Uint8Array)[];

/**
 * How connections are encrypted. `true`, the default, verifies the server fully; `false` opens plain connections to the
 * warehouse (the scheme of the Peak API's URL decides about the API).
 *
 * - `ca`: authorities to trust besides those that Node trusts already.
 * - `servername`: the name on the warehouse's certificate, where it is reached under another one (a tunnel, a CNAME).
 */
export type TlsOption = boolean | { readonly ca?: CertificateAuthorities; readonly servername?: string };

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
  const given = typeof ca === "string" || ca instanceof Uint8Array ? [ca] : ca;
  return [...effectiveRoots(), ...given.map(pem)];
}

function pem(certificates: string | Uint8Array): string {
  const text = typeof certificates === "string" ? certificates : Buffer.from(certificates).toString("latin1");
  try {
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
