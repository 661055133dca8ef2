import { X509Certificate, constants, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { Secret } from '../base/secret.ts';

/** What a listener shows to its clients and proves to be its own, as PEM texts. */
export interface KeyPair {
  /** The certificate, and behind it those that lead to one that clients trust. */
  readonly cert: string;
  readonly key: Secret;
}

/** What is wrong with a part of a pair, which completes the sentence "expected …" and gives no secret away. */
export interface PairProblem {
  readonly part: keyof KeyPair;
  readonly expected: string;
}

/** What was found in a pair. Without problems it can be served with. */
export interface PairReport {
  readonly problems: readonly PairProblem[];
  /** It can be served with, but clients will refuse it. */
  readonly warnings: readonly PairProblem[];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/;
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** How servers use a pair. HTTP/2 is not spoken; TLS 1.0 and 1.1 are not either (RFC 8996). */
export function openPair({ cert, key }: KeyPair): SecureContext {
  return createSecureContext({
    cert,
    key: key.reveal(),
    minVersion: 'TLSv1.2',
    // Nobody needs it, and each costs the server more than the client. TLS 1.3 has none.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  });
}

/** The certificates of a PEM text, in their order. @throws where one of them is none */
export function certificatesOf(pem: string): readonly X509Certificate[] {
  return Array.from(pem.matchAll(CERTIFICATE), ([text]) => new X509Certificate(text));
}

/** @param now - milliseconds since the epoch, by which certificates are valid or not */
export function checkPair(pair: KeyPair, now: number): PairReport {
  const certificates = readCertificates(pair.cert);
  const key = readKey(pair.key.reveal());
  const problems = [
    ...(typeof certificates === 'string' ? [{ part: 'cert', expected: certificates } as const] : []),
    ...(typeof key === 'string' ? [{ part: 'key', expected: key } as const] : []),
  ];
  if (typeof certificates === 'string' || typeof key === 'string') return { problems, warnings: [] };
  const [own] = certificates;
  if (own?.checkPrivateKey(key) !== true) {
    const other = certificates.find((each) => each.checkPrivateKey(key));
    return {
      problems: [
        other === undefined
          ? { part: 'key', expected: `the private key of the certificate beside it, of ${nameOf(own)}` }
          : {
              part: 'cert',
              expected: `the certificate of the key, of ${nameOf(other)}, before those that signed it`,
            },
      ],
      warnings: [],
    };
  }
  try {
    openPair(pair);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return {
      problems: [{ part: 'cert', expected: `a certificate that OpenSSL accepts (${why})` }],
      warnings: [],
    };
  }
  return { problems, warnings: certificates.flatMap((each) => validity(each, now)) };
}

function readCertificates(pem: string): readonly X509Certificate[] | string {
  try {
    const found = certificatesOf(pem);
    if (found.length > 0) return found;
  } catch {
    return 'certificates that can be read';
  }
  return PRIVATE_KEY.test(pem)
    ? 'a file of certificates, and not of a private key'
    : 'a file of certificates in PEM (-----BEGIN CERTIFICATE-----), the own one first';
}

function readKey(pem: string): KeyObject | string {
  if (ENCRYPTED.test(pem))
    return 'a private key without a passphrase, as `openssl pkey -in THIS -out OTHER` makes it';
  if (!PRIVATE_KEY.test(pem)) return 'a file of a private key in PEM (-----BEGIN PRIVATE KEY-----)';
  try {
    return createPrivateKey(pem);
  } catch {
    return 'a private key that can be read';
  }
}

function validity(certificate: X509Certificate, now: number): readonly PairProblem[] {
  const { validFromDate: from, validToDate: to } = certificate;
  const when = to.getTime() < now ? `expired on ${dayOf(to)}` : `is valid from ${dayOf(from)} on`;
  if (from.getTime() <= now && now <= to.getTime()) return [];
  return [
    { part: 'cert', expected: `a certificate that is valid now: that of ${nameOf(certificate)} ${when}` },
  ];
}

/** Whom a certificate is for, such as `CN=gateway.example`. */
export function nameOf(certificate: X509Certificate | undefined): string {
  // Public authorities leave the subject empty, or say the name in it.
  return (certificate?.subject || certificate?.subjectAltName)?.split('\n').at(-1) ?? 'nobody';
}

/** A date in UTC, such as `2026-12-31`. */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
