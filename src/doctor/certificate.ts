import type { DetailedPeerCertificate, TLSSocket } from "node:tls";

/** What a server has shown of itself in TLS. */
export interface Shown {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /** The names that the certificate is for. */
  readonly names: string;
  /** Who has signed it. */
  readonly issuer: string;
  /** ISO dates. */
  readonly validFrom: string;
  readonly validTo: string;
  /** The subjects, from the server's own up to the last that it has sent or Node has found. */
  readonly chain: readonly string[];
  /** Node's code for why the certificate is refused; `undefined` where it is not. */
  readonly problem: string | undefined;
}

/** Reads what a server has shown; `undefined` where it has shown no certificate. */
export function shownBy(socket: TLSSocket): Shown | undefined {
  const certificate = socket.getPeerCertificate(true);
  // The object is empty where there is none (node:tls, getPeerCertificate).
  if (Object.keys(certificate).length === 0) return undefined;
  return {
    protocol: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher().standardName,
    names: (certificate.subjectaltname ?? nameOf(certificate.subject)).replaceAll(/(?:DNS|IP Address):/g, ""),
    issuer: nameOf(certificate.issuer),
    validFrom: dateOf(certificate.valid_from),
    validTo: dateOf(certificate.valid_to),
    chain: chainOf(certificate),
    // Node's types make it an Error; it is the code.
    problem: socket.authorized ? undefined : String(socket.authorizationError),
  };
}

/** The last one names itself as its issuer, or none, where the chain breaks off. */
function chainOf(certificate: DetailedPeerCertificate): string[] {
  const names: string[] = [];
  const seen = new Set<string>();
  let next: Partial<DetailedPeerCertificate> | undefined = certificate;
  while (next?.fingerprint256 !== undefined && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    names.push(nameOf(next.subject));
    next = next.issuerCertificate;
  }
  return names;
}

function nameOf(subject: DetailedPeerCertificate["subject"] | undefined): string {
  // A name may be there several times, as an array, which the types do not say, and whole subjects may be missing.
  const { CN, O } = (subject ?? {}) as { readonly CN?: string | string[]; readonly O?: string | string[] };
  return [CN, O].flat().find((name) => name !== undefined) ?? "(without a name)";
}

function dateOf(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
}
