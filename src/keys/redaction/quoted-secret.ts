/** A run of letters and digits is written as it is by whatever escapes. Of it so many characters are searched for. */
const ANCHOR_LENGTH = 8;

/** More backslashes than this before one character are no escape of JSON in JSON in JSON. */
const MAX_BACKSLASHES = 8;

/** A percent sign may itself be encoded, up to so many times. */
const MAX_PERCENT_DEPTH = 3;

/** `&#x00000073;` and no longer. Digits. */
const MAX_ENTITY_DIGITS = 8;

/** The longest of the escapes above. Bytes. */
const MAX_CHARACTER_BYTES = MAX_BACKSLASHES + 'u0000'.length;

/** So much of a beginning nobody should see, even where the rest was cut off. Characters. */
export const REVEALING_LENGTH = 16;

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const AMPERSAND = 0x26;

/** Bytes that show where a secret may be. */
export interface Needle {
  readonly bytes: Buffer;
  /** A byte that stands before them, and is itself seldom anywhere: looking for one byte is fast. */
  readonly sign?: number;
}

/** How a secret stands at a place in some bytes. */
export interface SecretMatch {
  /** `begun`: something else follows on a beginning of it that tells enough; `open`: the bytes end before it does. */
  readonly kind: 'whole' | 'begun' | 'open' | 'none';
  /** Behind what stands there. */
  readonly end: number;
  /** Of the secret's characters, so many are there. */
  readonly characters: number;
}

/**
 * One text that must not be seen, in the forms in which answers quote things: plain, or with any of its characters
 * escaped as JSON does (`\u002d`, `\/`, also within JSON that is itself a string), as URLs do (`%2D`, `%252D`) or as
 * HTML does (`&#45;`, `&#x2d;`).
 *
 * To be cheap where it does not occur, bytes are only looked at closely where a mark of it is found: a run of its
 * letters and digits, which no encoder touches, or an escape of such a letter, for those that escape everything.
 * Not found: a text of whose letters and digits some are escaped and some are not. Nobody writes that by accident.
 */
export class QuotedSecret {
  readonly #codes: Uint8Array;
  readonly #isBase64: boolean;
  /** Stands in it wherever it is plain, or only its signs are escaped. */
  readonly #anchor: Buffer;
  /** The same for a beginning that was cut off. */
  readonly #early: Buffer;
  /** One of these stands where all of it is escaped. */
  readonly #escaped: readonly Needle[];

  /**
   * @param text of printable ASCII; other characters are found in no form
   * @param isBase64 its two alphabets are one: `+/` and `-_`; and nobody escapes all of it
   */
  constructor(text: string, isBase64 = false) {
    this.#codes = Buffer.from(text, 'latin1');
    this.#isBase64 = isBase64;
    this.#anchor = Buffer.from(anchorOf(text), 'latin1');
    this.#early = Buffer.from(anchorOf(text.slice(0, REVEALING_LENGTH)), 'latin1');
    this.#escaped = isBase64 ? [] : escapesOf(text);
  }

  /** No form of it is longer. */
  get maxBytes(): number {
    return this.#codes.length * MAX_CHARACTER_BYTES;
  }

  /** Every byte that any form of it may hold. */
  get alphabet(): readonly number[] {
    const own = [...this.#codes].flatMap((code) => (this.#isBase64 ? bothAlphabets(code) : [code]));
    return [...own, ...Buffer.from('\\%&#;uUxX0123456789abcdefABCDEF')];
  }

  /** Every byte that any form of it may begin with. */
  get beginnings(): readonly number[] {
    const first = this.#codes[0] ?? 0;
    return [...(this.#isBase64 ? bothAlphabets(first) : [first]), BACKSLASH, PERCENT, AMPERSAND];
  }

  /** Bytes without which it stands nowhere: of a `cutOff` one, whose rest is missing, as well. */
  needles(cutOff: boolean): readonly Needle[] {
    const signs = cutOff ? this.#escaped : this.#escaped.filter(({ sign }) => sign !== AMPERSAND);
    return [{ bytes: this.#anchor }, ...(cutOff ? [{ bytes: this.#early }] : []), ...signs];
  }

  /** Says whether it stands at `at`, in whatever form. */
  matchAt(bytes: Buffer, at: number): SecretMatch {
    let end = at;
    for (let characters = 0; characters < this.#codes.length; characters++) {
      const next = this.#behind(bytes, end, this.#codes[characters] ?? 0);
      if (next === 'open') return { kind: 'open', end: bytes.length, characters };
      if (next === 'none')
        return { kind: characters >= REVEALING_LENGTH ? 'begun' : 'none', end, characters };
      end = next;
    }
    return { kind: 'whole', end, characters: this.#codes.length };
  }

  /** Where one character ends that stands at `at`; `open` where the bytes end before that is known. */
  #behind(bytes: Buffer, at: number, code: number): number | 'open' | 'none' {
    const byte = bytes[at];
    if (byte === undefined) return 'open';
    if (byte === code || (this.#isBase64 && bothAlphabets(byte).includes(code))) return at + 1;
    switch (byte) {
      case BACKSLASH:
        return behindBackslash(bytes, at, code);
      case PERCENT:
        return behindPercent(bytes, at, code);
      case AMPERSAND:
        return behindAmpersand(bytes, at, code);
      default:
        return 'none';
    }
  }
}

function behindBackslash(bytes: Buffer, at: number, code: number): number | 'open' | 'none' {
  let next = at;
  while (bytes[next] === BACKSLASH && next - at < MAX_BACKSLASHES) next++;
  if (next === bytes.length) return 'open';
  if (bytes[next] === 0x75) return behindHex(bytes, next + 1, 4, code);
  return bytes[next] === code ? next + 1 : 'none';
}

function behindPercent(bytes: Buffer, at: number, code: number): number | 'open' | 'none' {
  let next = at + 1;
  for (let depth = 0; depth < MAX_PERCENT_DEPTH && bytes[next] === 0x32 && bytes[next + 1] === 0x35; depth++)
    next += 2;
  return behindHex(bytes, next, 2, code);
}

function behindAmpersand(bytes: Buffer, at: number, code: number): number | 'open' | 'none' {
  const text = bytes.toString('latin1', at + 1, at + 1 + 3 + MAX_ENTITY_DIGITS);
  const entity = /^#(?:x([0-9a-f]+)|(\d+));/i.exec(text);
  if (entity === null)
    return at + 1 + text.length === bytes.length && /^(?:#(?:x[0-9a-f]*|\d*))?$/i.test(text)
      ? 'open'
      : 'none';
  const [all, hex, decimal = ''] = entity;
  const meant = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return meant === code ? at + 1 + all.length : 'none';
}

/** Behind a number of hexadecimal digits that mean `code`. */
function behindHex(bytes: Buffer, at: number, digits: number, code: number): number | 'open' | 'none' {
  const text = bytes.toString('latin1', at, at + digits).toLowerCase();
  const wanted = code.toString(16).padStart(digits, '0');
  if (text.length < digits) return wanted.startsWith(text) ? 'open' : 'none';
  return text === wanted ? at + digits : 'none';
}

function bothAlphabets(code: number): readonly number[] {
  if (code === 0x2b || code === 0x2d) return [0x2b, 0x2d];
  return code === 0x2f || code === 0x5f ? [0x2f, 0x5f] : [code];
}

/** Of its longest run of letters and digits, or the first of those, a part that begins with what is seldom in text. */
function anchorOf(text: string): string {
  const runs = text.match(/[A-Za-z0-9]+/g) ?? [text];
  const run = runs.reduce((best, each) => (each.length > best.length ? each : best));
  const beginnings = run.slice(0, Math.max(1, run.length - ANCHOR_LENGTH + 1));
  const starts = SELDOM.map((seldom) => beginnings.search(seldom));
  const start = starts.find((at) => at >= 0) ?? 0;
  return run.slice(start, start + ANCHOR_LENGTH);
}

/** Characters by how seldom they are in what models and APIs say. */
const SELDOM = [/[JKQVXYZ]/, /[A-Z]/, /[0-9]/] as const;

/**
 * Escapes of one of its letters or digits, as all of them are written where all are escaped: of one whose number is
 * the same in capitals and in small letters.
 */
function escapesOf(text: string): readonly Needle[] {
  const plain = /[0-9A-IP-Ya-ip-y]/.exec(text)?.[0];
  if (plain === undefined) return [];
  const code = plain.charCodeAt(0);
  const hex = code.toString(16);
  const written = [
    [BACKSLASH, `u00${hex}`],
    [PERCENT, `%${hex}`],
    [PERCENT, `%25${hex}`],
    [AMPERSAND, `&#${code};`],
    [AMPERSAND, `&#x${hex};`],
  ] as const;
  return written.map(([sign, mark]) => ({ sign, bytes: Buffer.from(mark, 'latin1') }));
}
