import { failed, passed, warning, type Finding } from "./finding.ts";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";

/** How long a certificate must be good for at least, before it is worth a word. */
const expiryNoticeMs = 14 * 86_400_000;

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

/** Judges what a server has shown. @param name - what the certificate must carry. */
export function judgeCertificate(shown: Shown, name: string): Finding {
  const { protocol, names, issuer, validTo, problem } = shown;
  const details = { ...shown };
  const said = `certificate for ${names} by ${issuer}`;
  const until = validTo.slice(0, 10);
  if (problem === undefined) {
    const seen = `${protocol}, ${said}, valid until ${until}`;
    if (Date.parse(validTo) - Date.now() > expiryNoticeMs) return passed(seen, true, details);
    return warning(seen, "The certificate runs out soon: let the server's operator renew it.", true, details);
  }
  if (problem === "CERT_HAS_EXPIRED") {
    return failed(
      `the certificate ran out on ${until} (${said})`,
      "Let the server's operator renew it; and is this machine's clock right?",
      details,
    );
  }
  if (problem === "CERT_NOT_YET_VALID") {
    return failed(
      `the certificate is not valid before ${shown.validFrom} (${said})`,
      "Is this machine's clock right?",
      details,
    );
  }
  if (problem === "ERR_TLS_CERT_ALTNAME_INVALID" || problem === "HOSTNAME_MISMATCH") {
    return failed(
      `the certificate is for ${names}, not for ${name}`,
      "Behind a tunnel or a CNAME pass the certificate's name, { tls: { servername } }; else something in between answers in the server's place.",
      details,
    );
  }
  return failed(
    `nobody trusted here has signed the certificate (${problem}; ${said})`,
    "If that authority is your company's own, pass its certificate, { tls: { ca } }, or name its file in NODE_EXTRA_CA_CERTS; else something in between answers in the server's place.",
    details,
  );
}
