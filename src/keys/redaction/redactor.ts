import { NeedleSet } from './needles.ts';
import { QuotedSecret, REVEALING_LENGTH } from './quoted-secret.ts';
import type { SecretMatch } from './quoted-secret.ts';
import type { Secret } from '../../base/secret.ts';
import { accountIn } from '../service-account.ts';

/** Shorter texts are not redacted: they may occur by chance. Characters. */
const MIN_LENGTH = 8;

/** Texts of this length are credentials even if all in lower case. Characters. */
const SURE_LENGTH = 24;

/**
 * Of a secret's beginning at the end of a chunk so many characters are passed on: they give nothing away, as in a key's
 * hint, and most such matches are none.
 */
const SHOWN_LENGTH = 4;

/** Replaces each byte, so that announced lengths stay correct. */
const STAR = 0x2a;

const NOTHING = Buffer.alloc(0);

/** Redacts the secrets of one attempt in what its provider sends. */
export class Redactor {
  /** Searched for in good responses. */
  readonly #sure: SearchTerms;
  /** The same and more, for errors and headers, where false matches do no harm. */
  readonly #all: SearchTerms;
  readonly #alphabet = new Uint8Array(256);
  readonly #beginnings = new Uint8Array(256);
  readonly #longest: number;
  readonly #shortest: number;
  /** Shared by the streams of all requests. */
  readonly #search: Readonly<Record<'answer' | 'error' | 'connection', Search>>;

  /** @param texts - credentials, and parts of them */
  constructor(texts: readonly string[]) {
    const candidates = [...new Set(texts)].filter((text) => text.length >= MIN_LENGTH);
    const sure = candidates.filter(isSecretLooking);
    const secrets = sure.map((text) => new QuotedSecret(text));
    const more = [
      ...candidates.filter((text) => !sure.includes(text)).map((text) => new QuotedSecret(text)),
      ...candidates.flatMap(base64Of).map((text) => new QuotedSecret(text, true)),
    ];
    this.#sure = searchTerms(secrets, false);
    this.#all = searchTerms([...secrets, ...more], true);
    for (const secret of this.#all.secrets) {
      for (const byte of secret.alphabet) this.#alphabet[byte] = 1;
      for (const byte of secret.beginnings) this.#beginnings[byte] = 1;
    }
    this.#longest = Math.max(0, ...this.#all.secrets.map(({ maxBytes }) => maxBytes));
    this.#shortest = Math.min(REVEALING_LENGTH, ...candidates.map(({ length }) => length));
    this.#search = {
      answer: this.#searchFor(this.#sure, true),
      error: this.#searchFor(this.#all, true),
      connection: this.#searchFor(this.#sure, false),
    };
  }

  /** Whether there is nothing to redact. */
  get isIdle(): boolean {
    return this.#all.secrets.length === 0;
  }

  /** A whole body with each secret replaced by stars; the same object where there is none. */
  bytes(bytes: Buffer): Buffer {
    return this.#redacted(bytes, this.#all);
  }

  /** The same for a text, such as a header's value. */
  text(text: string): string {
    if (text.length < this.#shortest || !this.#all.needles.occurInText(text)) return text;
    return this.bytes(Buffer.from(text)).toString();
  }

  /**
   * The same for bytes that come in chunks.
   * @param kind - in an `error` more is searched for; of a `connection` (WebSocket) no bytes are held back for an escape,
   *   since the ends of its messages are not known
   */
  stream(kind: 'answer' | 'error' | 'connection'): RedactedStream {
    return new RedactedStream(this.#search[kind]);
  }

  #searchFor(what: SearchTerms, keepsEscapes: boolean): Search {
    return {
      keepsEscapes,
      blank: (bytes) => this.#redacted(bytes, what),
      mayEndOpen: (byte) => this.#alphabet[byte] === 1,
      openAt: (bytes) => this.#openAt(bytes, what),
    };
  }

  #redacted(bytes: Buffer, what: SearchTerms): Buffer {
    if (!what.needles.occurIn(bytes)) return bytes;
    let redacted: Buffer | undefined;
    for (let at = 0; at < bytes.length; at++) {
      const end = this.#beginnings[bytes[at] ?? 0] === 1 ? endOfSecret(bytes, at, what) : undefined;
      if (end === undefined) continue;
      redacted ??= Buffer.from(bytes);
      redacted.fill(STAR, at, end);
      at = end - 1;
    }
    return redacted ?? bytes;
  }

  /** A secret in whose middle the bytes end, if any. */
  #openAt(bytes: Buffer, { secrets }: SearchTerms): PartialMatch | undefined {
    let from = bytes.length;
    const least = Math.max(0, bytes.length - this.#longest);
    while (from > least && this.#alphabet[bytes[from - 1] ?? 0] === 1) from--;
    for (let at = from; at < bytes.length; at++) {
      if (this.#beginnings[bytes[at] ?? 0] !== 1) continue;
      const matches = secrets.map((secret) => secret.matchAt(bytes, at));
      const open = matches.filter(({ kind }) => kind === 'open').map(({ characters }) => characters);
      const characters = Math.max(...open);
      if (open.length > 0) return { at, characters, isEscaped: bytes.length - at > characters };
    }
    return undefined;
  }
}

/** Secrets, and a quick test for their absence. */
interface SearchTerms {
  readonly secrets: readonly QuotedSecret[];
  readonly needles: NeedleSet;
  /**
   * Long beginnings match, too. Not in good responses: tokens share beginnings (RFC 7519: a whole header and more), and a
   * response may well contain another one.
   */
  readonly cutOff: boolean;
}

function searchTerms(secrets: readonly QuotedSecret[], cutOff: boolean): SearchTerms {
  return { secrets, needles: new NeedleSet(secrets.flatMap((secret) => secret.needles(cutOff))), cutOff };
}

/** The beginning of a secret at the end of a chunk. */
interface PartialMatch {
  readonly at: number;
  /** Matched characters of the secret. */
  readonly characters: number;
  /** It contains an escape, of which no part may be passed on. */
  readonly isEscaped: boolean;
}

/** How a stream is searched. */
interface Search {
  blank(bytes: Buffer): Buffer;
  /** Whether a chunk with this last byte may end within a secret. */
  mayEndOpen(byte: number): boolean;
  openAt(bytes: Buffer): PartialMatch | undefined;
  /** Whether an escape at the end is held back, however short the match. */
  readonly keepsEscapes: boolean;
}

/**
 * Redacts secrets in bytes that come in chunks, wherever they are cut. A chunk is passed on at once, unless it ends within
 * what may be a secret: only that end is held back until more is known.
 */
export class RedactedStream {
  readonly #search: Search;
  /** The end of the last chunk, where a secret may have begun; its first `#passed` bytes have been passed on. */
  #tail: Buffer | undefined;
  #passed = 0;

  constructor(search: Search) {
    this.#search = search;
  }

  /** @returns what may be passed on: mostly the chunk itself, rarely nothing */
  push(chunk: Buffer): Buffer {
    const tail = this.#tail;
    const bytes = this.#search.blank(tail === undefined ? chunk : Buffer.concat([tail, chunk]));
    const from = this.#passed;
    this.#tail = undefined;
    this.#passed = 0;
    const last = bytes[bytes.length - 1] ?? 0;
    const open = this.#search.mayEndOpen(last) ? this.#search.openAt(bytes) : undefined;
    if (open === undefined) return from === 0 ? bytes : bytes.subarray(from);
    this.#tail = Buffer.from(bytes.subarray(open.at));
    const isHeldBack = open.characters > SHOWN_LENGTH || (open.isEscaped && this.#search.keepsEscapes);
    const end = isHeldBack ? Math.max(from, open.at) : bytes.length;
    this.#passed = end - open.at;
    return bytes.subarray(from, end);
  }

  /** At the end of the stream: what was held back. A truncated secret is redacted. */
  end(): Buffer {
    const tail = this.#tail;
    if (tail === undefined) return NOTHING;
    const rest = tail.subarray(this.#passed);
    const open = this.#search.openAt(tail);
    this.#tail = undefined;
    this.#passed = 0;
    return open !== undefined && open.characters >= REVEALING_LENGTH ? Buffer.alloc(rest.length, STAR) : rest;
  }
}

/** The end of the longest secret at an index; undefined where there is none. */
function endOfSecret(bytes: Buffer, at: number, { secrets, cutOff }: SearchTerms): number | undefined {
  let longest: SecretMatch | undefined;
  for (const secret of secrets) {
    const match = secret.matchAt(bytes, at);
    const counts = match.kind === 'whole' || (match.kind === 'prefix' && cutOff);
    if (counts && match.end > (longest?.end ?? at)) longest = match;
  }
  return longest?.end;
}

/**
 * Whether a text does not occur by chance. Servers that need no key are given words as keys (`not-needed`, `lm-studio`),
 * which their models may well write.
 */
function isSecretLooking(text: string): boolean {
  return text.length >= SURE_LENGTH || /\d/.test(text) || (/[a-z]/.test(text) && /[A-Z]/.test(text));
}

/** The base64 of a text, for each alignment in what was encoded, as in `Basic` credentials. */
function base64Of(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from('\0'.repeat(before) + text, 'latin1')
      .toString('base64')
      .replace(/=+$/, '');
    // Characters at both ends also depend on the neighbouring bytes: they are left out.
    const begin = Math.ceil((before * 8) / 6);
    return encoded.slice(begin, Math.floor(((before + text.length) * 8) / 6));
  });
}

const ofSecret = new WeakMap<Secret, Redactor>();

/** By key: the redactor of the last derived credential, such as an access token. */
const ofDerived = new WeakMap<Secret, { readonly text: string; readonly redactor: Redactor }>();

/**
 * The redactor for responses to requests with a credential; cached with it.
 * @param derived - the credential that was actually sent, such as an access token
 */
export function redactorFor(secret: Secret, derived?: string): Redactor {
  if (derived === undefined) {
    let plain = ofSecret.get(secret);
    if (plain === undefined) ofSecret.set(secret, (plain = new Redactor(secretsOf(secret))));
    return plain;
  }
  const kept = ofDerived.get(secret);
  if (kept?.text === derived) return kept.redactor;
  const redactor = new Redactor([...secretsOf(secret), derived]);
  ofDerived.set(secret, { text: derived, redactor });
  return redactor;
}

/** A credential, and each of its parts between colons. Service accounts are never sent themselves. */
function secretsOf(secret: Secret): readonly string[] {
  if (accountIn(secret) !== undefined) return [];
  const text = secret.reveal();
  return [text, ...text.split(':')];
}
