import { NeedleSet } from './needles.ts';
import { QuotedSecret, REVEALING_LENGTH } from './quoted-secret.ts';
import type { SecretMatch } from './quoted-secret.ts';
import type { Secret } from '../../base/secret.ts';
import { accountIn } from '../service-account.ts';

/** A shorter text is no credential, and may stand anywhere by chance. Characters. */
const MIN_LENGTH = 8;

/** A text of this length is a credential even if it is all small letters. Characters. */
const SURE_LENGTH = 24;

/**
 * So much of a secret's beginning, at the end of a piece, is not held back: it gives nothing away, and most that look
 * like it are none. As many as a key's hint shows. Characters.
 */
const SHOWN_LENGTH = 4;

/** What stands in the place of each byte. The length stays, so that lengths that were announced stay true. */
const STAR = 0x2a;

const NOTHING = Buffer.alloc(0);

/** Takes the secrets of one attempt out of what its provider says. */
export class Redactor {
  /** What is looked for in good answers. */
  readonly #sure: SearchTerms;
  /** The same, and more, where nothing but a provider's words can be lost: in errors and headers. */
  readonly #all: SearchTerms;
  readonly #alphabet = new Uint8Array(256);
  readonly #beginnings = new Uint8Array(256);
  readonly #longest: number;
  readonly #shortest: number;
  /** Made once: a request has a stream of its own, which should cost little. */
  readonly #looking: Readonly<Record<'answer' | 'error' | 'connection', Search>>;

  /** @param texts credentials, and parts of such */
  constructor(texts: readonly string[]) {
    const long = [...new Set(texts)].filter((text) => text.length >= MIN_LENGTH);
    const sure = long.filter(isSecretLooking);
    const secrets = sure.map((text) => new QuotedSecret(text));
    const more = [
      ...long.filter((text) => !sure.includes(text)).map((text) => new QuotedSecret(text)),
      ...long.flatMap(base64Of).map((text) => new QuotedSecret(text, true)),
    ];
    this.#sure = searchTerms(secrets, false);
    this.#all = searchTerms([...secrets, ...more], true);
    for (const secret of this.#all.secrets) {
      for (const byte of secret.alphabet) this.#alphabet[byte] = 1;
      for (const byte of secret.beginnings) this.#beginnings[byte] = 1;
    }
    this.#longest = Math.max(0, ...this.#all.secrets.map(({ maxBytes }) => maxBytes));
    this.#shortest = Math.min(REVEALING_LENGTH, ...long.map(({ length }) => length));
    this.#looking = {
      answer: this.#looks(this.#sure, true),
      error: this.#looks(this.#all, true),
      connection: this.#looks(this.#sure, false),
    };
  }

  /** Whether there is nothing to look for. */
  get isIdle(): boolean {
    return this.#all.secrets.length === 0;
  }

  /** Bytes that came as a whole, with stars in the place of each secret. The same bytes where there is none. */
  bytes(bytes: Buffer): Buffer {
    return this.#blanked(bytes, this.#all);
  }

  /** The same for a text, such as a header's value. */
  text(text: string): string {
    if (text.length < this.#shortest || !this.#all.needles.occurInText(text)) return text;
    return this.bytes(Buffer.from(text)).toString();
  }

  /**
   * The same for bytes that come in pieces.
   * @param kind an `error` of a provider's is looked through for more; of a `connection` that was joined no byte is kept
   *   for an escape that may begin with it, since nobody knows where its messages end
   */
  stream(kind: 'answer' | 'error' | 'connection'): RedactedStream {
    return new RedactedStream(this.#looking[kind]);
  }

  #looks(what: SearchTerms, keepsEscapes: boolean): Search {
    return {
      keepsEscapes,
      blank: (bytes) => this.#blanked(bytes, what),
      mayEndOpen: (byte) => this.#alphabet[byte] === 1,
      openAt: (bytes) => this.#openAt(bytes, what),
    };
  }

  #blanked(bytes: Buffer, what: SearchTerms): Buffer {
    if (!what.needles.occurIn(bytes)) return bytes;
    let blanked: Buffer | undefined;
    for (let at = 0; at < bytes.length; at++) {
      const end = this.#beginnings[bytes[at] ?? 0] === 1 ? endOf(bytes, at, what) : undefined;
      if (end === undefined) continue;
      blanked ??= Buffer.from(bytes);
      blanked.fill(STAR, at, end);
      at = end - 1;
    }
    return blanked ?? bytes;
  }

  /** Where a secret begins that these bytes end in the middle of. */
  #openAt(bytes: Buffer, { secrets }: SearchTerms): PartialMatch | undefined {
    let from = bytes.length;
    const least = Math.max(0, bytes.length - this.#longest);
    while (from > least && this.#alphabet[bytes[from - 1] ?? 0] === 1) from--;
    for (let at = from; at < bytes.length; at++) {
      if (this.#beginnings[bytes[at] ?? 0] !== 1) continue;
      const standings = secrets.map((secret) => secret.matchAt(bytes, at));
      const open = standings.filter(({ kind }) => kind === 'open').map(({ characters }) => characters);
      const characters = Math.max(...open);
      if (open.length > 0) return { at, characters, isEscaped: bytes.length - at > characters };
    }
    return undefined;
  }
}

/** Secrets, and what shows at a glance that they are not there. */
interface SearchTerms {
  readonly secrets: readonly QuotedSecret[];
  readonly needles: NeedleSet;
  /**
   * A beginning counts as well, whatever follows on it. Not in good answers: tokens begin alike when they were made
   * alike (RFC 7519: by a whole header and more), and an answer may well hold somebody's.
   */
  readonly cutOff: boolean;
}

function searchTerms(secrets: readonly QuotedSecret[], cutOff: boolean): SearchTerms {
  return { secrets, needles: new NeedleSet(secrets.flatMap((secret) => secret.needles(cutOff))), cutOff };
}

/** The beginning of a secret at the end of some bytes. */
interface PartialMatch {
  readonly at: number;
  /** Of the secret's characters, so many are there. */
  readonly characters: number;
  /** Some of what stands there is an escape, which is whole or is none. */
  readonly isEscaped: boolean;
}

/** What looks at the pieces. */
interface Search {
  blank(bytes: Buffer): Buffer;
  /** Whether bytes that end with this one may end in the middle of a secret. */
  mayEndOpen(byte: number): boolean;
  openAt(bytes: Buffer): PartialMatch | undefined;
  /** Whether an escape at the end is kept, however short what it belongs to. */
  readonly keepsEscapes: boolean;
}

/**
 * Takes secrets out of bytes that come in pieces, wherever they are cut. A piece passes as it is and at once unless it
 * ends in the middle of what may be a secret: that end is kept until it is known, and no other byte waits for anything.
 */
export class RedactedStream {
  readonly #looking: Search;
  /** The end of what came, where a secret may have begun; of these bytes the first `#passed` have been passed on. */
  #tail: Buffer | undefined;
  #passed = 0;

  constructor(looking: Search) {
    this.#looking = looking;
  }

  /** Takes a piece. @returns what may be passed on: often the piece itself, seldom nothing */
  push(piece: Buffer): Buffer {
    const tail = this.#tail;
    const bytes = this.#looking.blank(tail === undefined ? piece : Buffer.concat([tail, piece]));
    const from = this.#passed;
    this.#tail = undefined;
    this.#passed = 0;
    const last = bytes[bytes.length - 1] ?? 0;
    const open = this.#looking.mayEndOpen(last) ? this.#looking.openAt(bytes) : undefined;
    if (open === undefined) return from === 0 ? bytes : bytes.subarray(from);
    this.#tail = Buffer.from(bytes.subarray(open.at));
    const isKept = open.characters > SHOWN_LENGTH || (open.isEscaped && this.#looking.keepsEscapes);
    const end = isKept ? Math.max(from, open.at) : bytes.length;
    this.#passed = end - open.at;
    return bytes.subarray(from, end);
  }

  /** Gives what was kept, when nothing more comes. Of a secret that was cut off stars are left. */
  end(): Buffer {
    const tail = this.#tail;
    if (tail === undefined) return NOTHING;
    const rest = tail.subarray(this.#passed);
    const open = this.#looking.openAt(tail);
    this.#tail = undefined;
    this.#passed = 0;
    return open !== undefined && open.characters >= REVEALING_LENGTH ? Buffer.alloc(rest.length, STAR) : rest;
  }
}

/** Where the secret that stands at a place ends; undefined where none does. */
function endOf(bytes: Buffer, at: number, { secrets, cutOff }: SearchTerms): number | undefined {
  let longest: SecretMatch | undefined;
  for (const secret of secrets) {
    const standing = secret.matchAt(bytes, at);
    const counts = standing.kind === 'whole' || (standing.kind === 'begun' && cutOff);
    if (counts && standing.end > (longest?.end ?? at)) longest = standing;
  }
  return longest?.end;
}

/**
 * Whether a text is one that nobody says by chance. Servers that want no key are given words as keys (`not-needed`,
 * `lm-studio`), which their models may well say.
 */
function isSecretLooking(text: string): boolean {
  return text.length >= SURE_LENGTH || /\d/.test(text) || (/[a-z]/.test(text) && /[A-Z]/.test(text));
}

/** What stands of a text in base64, wherever in what is encoded it begins: as in `Basic` credentials. */
function base64Of(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from('\0'.repeat(before) + text, 'latin1')
      .toString('base64')
      .replace(/=+$/, '');
    // The characters at either end also depend on what stands before and behind.
    const begin = Math.ceil((before * 8) / 6);
    return encoded.slice(begin, Math.floor(((before + text.length) * 8) / 6));
  });
}

const ofSecret = new WeakMap<Secret, Redactor>();

/** What was made of a key last, such as a token: it may serve for an hour. */
const ofDerived = new WeakMap<Secret, { readonly text: string; readonly redactor: Redactor }>();

/**
 * What takes a credential out of the answers to requests that carry it; kept with it.
 * @param derived what was made of it for this request, such as an access token
 */
export function redactorFor(secret: Secret, derived?: string): Redactor {
  if (derived === undefined) {
    let plain = ofSecret.get(secret);
    if (plain === undefined) ofSecret.set(secret, (plain = new Redactor(partsOf(secret))));
    return plain;
  }
  const kept = ofDerived.get(secret);
  if (kept?.text === derived) return kept.redactor;
  const redactor = new Redactor([...partsOf(secret), derived]);
  ofDerived.set(secret, { text: derived, redactor });
  return redactor;
}

/** A credential as a whole, and where it has several with colons between them each. Service accounts never travel. */
function partsOf(secret: Secret): readonly string[] {
  if (accountIn(secret) !== undefined) return [];
  const text = secret.reveal();
  return [text, ...text.split(':')];
}
