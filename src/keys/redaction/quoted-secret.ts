/** Letters and digits are not escaped by encoders; so many in a row are searched for. Characters. */
const ANCHOR_LENGTH = 8;

/** Backslashes before one character: JSON nested in JSON strings. */
const MAX_BACKSLASHES = 8;

/** Repeated URL encoding of a percent sign. */
const MAX_PERCENT_DEPTH = 3;

/** As in `&#x00000073;`. Digits. */
const MAX_ENTITY_DIGITS = 8;

/** The longest of the escapes above. Bytes. */
const MAX_CHARACTER_BYTES = MAX_BACKSLASHES + 'u0000'.length;

/** A beginning of this length is redacted, too, where the rest was cut off. Characters. */
export const REVEALING_LENGTH = 16;

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const AMPERSAND = 0x26;

/** Bytes that are searched for, to find where a secret may be. */
export interface Needle {
  readonly bytes: Buffer;
  /** A rare byte before them: a search for one byte is fast. */
  readonly sign?: number;
}

/** How far a secret matches at a position. */
export interface SecretMatch {
  /** `prefix`: at least `REVEALING_LENGTH` of its characters; `open`: the bytes end within it. */
  readonly kind: 'whole' | 'prefix' | 'open' | 'none';
  /** Index after the match. */
  readonly end: number;
  /** Matched characters of the secret. */
  readonly characters: number;
}

/**
 * A secret text, in the forms in which responses may quote it: plain, or with any of its characters escaped as in JSON
 * (`\u002d`, `\/`, also in nested JSON), URLs (`%2D`, `%252D`) or HTML (`&#45;`, `&#x2d;`).
 *
 * Bytes are only examined where a needle of it is found: a run of its letters and digits, which encoders leave as they
 * are, or the escape of such a letter, for encoders that escape everything. Not found: a text in which some letters and
 * digits are escaped and others are not, which no encoder does.
 */
export class QuotedSecret {
  readonly #codes: Uint8Array;
  readonly #isBase64: boolean;
  /** Occurs in it where it is plain, or only punctuation is escaped. */
  readonly #anchor: Buffer;
  /** The same for a truncated one. */
  readonly #prefixAnchor: Buffer;
  /** One of these occurs where all of it is escaped. */
  readonly #escaped: readonly Needle[];

  /**
   * @param text of printable ASCII; other characters are found in no form
   * @param isBase64 both alphabets match (`+/` and `-_`); full escaping is not searched for
   */
  constructor(text: string, isBase64 = false) {
    this.#codes = Buffer.from(text, 'latin1');
    this.#isBase64 = isBase64;
    this.#anchor = Buffer.from(anchorOf(text), 'latin1');
    this.#prefixAnchor = Buffer.from(anchorOf(text.slice(0, REVEALING_LENGTH)), 'latin1');
    this.#escaped = isBase64 ? [] : escapesOf(text);
  }

  /** The longest form of it. Bytes. */
  get maxBytes(): number {
    return this.#codes.length * MAX_CHARACTER_BYTES;
  }

  /** Every byte that may occur in any form of it. */
  get alphabet(): readonly number[] {
    const own = [...this.#codes].flatMap((code) => (this.#isBase64 ? bothAlphabets(code) : [code]));
    return [...own, ...Buffer.from('\\%&#;uUxX0123456789abcdefABCDEF')];
  }

  /** Every byte that any form of it may begin with. */
  get beginnings(): readonly number[] {
    const first = this.#codes[0] ?? 0;
    return [...(this.#isBase64 ? bothAlphabets(first) : [first]), BACKSLASH, PERCENT, AMPERSAND];
  }

  /** One of these occurs in every form of it; with `cutOff` also in a truncated one. */
  needles(cutOff: boolean): readonly Needle[] {
    const escaped = cutOff ? this.#escaped : this.#escaped.filter(({ sign }) => sign !== AMPERSAND);
    return [{ bytes: this.#anchor }, ...(cutOff ? [{ bytes: this.#prefixAnchor }] : []), ...escaped];
  }

  /** Matches any form of it at index `at`. */
  matchAt(bytes: Buffer, at: number): SecretMatch {
    let end = at;
    for (let characters = 0; characters < this.#codes.length; characters++) {
      const next = this.#endOfCharacter(bytes, end, this.#codes[characters] ?? 0);
      if (next === 'open') return { kind: 'open', end: bytes.length, characters };
      if (next === 'none')
        return { kind: characters >= REVEALING_LENGTH ? 'prefix' : 'none', end, characters };
      end = next;
    }
    return { kind: 'whole', end, characters: this.#codes.length };
  }

  /** The index after one character at `at`; `open` where the bytes end within it. */
  #endOfCharacter(bytes: Buffer, at: number, code: number): number | 'open' | 'none' {
    const byte = bytes[at];
    if (byte === undefined) return 'open';
    if (byte === code || (this.#isBase64 && bothAlphabets(byte).includes(code))) return at + 1;
    switch (byte) {
      case BACKSLASH:
        return endOfBackslashEscape(bytes, at, code);
      case PERCENT:
        return endOfPercentEscape(bytes, at, code);
      case AMPERSAND:
        return endOfHtmlEscape(bytes, at, code);
      default:
        return 'none';
    }
  }
}

function endOfBackslashEscape(bytes: Buffer, at: number, code: number): number | 'open' | 'none' {
  let next = at;
  while (bytes[next] === BACKSLASH && next - at < MAX_BACKSLASHES) next++;
  if (next === bytes.length) return 'open';
  if (bytes[next] === 0x75) return endOfHex(bytes, next + 1, 4, code);
  return bytes[next] === code ? next + 1 : 'none';
}

function endOfPercentEscape(bytes: Buffer, at: number, code: number): number | 'open' | 'none' {
  let next = at + 1;
  for (let depth = 0; depth < MAX_PERCENT_DEPTH && bytes[next] === 0x32 && bytes[next + 1] === 0x35; depth++)
    next += 2;
  return endOfHex(bytes, next, 2, code);
}

function endOfHtmlEscape(bytes: Buffer, at: number, code: number): number | 'open' | 'none' {
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

/** The index after hexadecimal digits with the value `code`. */
function endOfHex(bytes: Buffer, at: number, digits: number, code: number): number | 'open' | 'none' {
  const text = bytes.toString('latin1', at, at + digits).toLowerCase();
  const wanted = code.toString(16).padStart(digits, '0');
  if (text.length < digits) return wanted.startsWith(text) ? 'open' : 'none';
  return text === wanted ? at + digits : 'none';
}

function bothAlphabets(code: number): readonly number[] {
  if (code === 0x2b || code === 0x2d) return [0x2b, 0x2d];
  return code === 0x2f || code === 0x5f ? [0x2f, 0x5f] : [code];
}

/** Part of its longest run of letters and digits that begins with a character that is rare in text. */
function anchorOf(text: string): string {
  const runs = text.match(/[A-Za-z0-9]+/g) ?? [text];
  const run = runs.reduce((best, each) => (each.length > best.length ? each : best));
  const beginnings = run.slice(0, Math.max(1, run.length - ANCHOR_LENGTH + 1));
  const starts = RARE.map((rare) => beginnings.search(rare));
  const start = starts.find((at) => at >= 0) ?? 0;
  return run.slice(start, start + ANCHOR_LENGTH);
}

/** Characters by how rare they are in the output of models and APIs. */
const RARE = [/[JKQVXYZ]/, /[A-Z]/, /[0-9]/] as const;

/**
 * Escapes of one of its letters or digits, for encoders that escape everything: of one whose code has only decimal digits
 * in hexadecimal, so that its case does not matter.
 */
function escapesOf(text: string): readonly Needle[] {
  const plain = /[0-9A-IP-Ya-ip-y]/.exec(text)?.[0];
  if (plain === undefined) return [];
  const code = plain.charCodeAt(0);
  const hex = code.toString(16);
  const escapes = [
    [BACKSLASH, `u00${hex}`],
    [PERCENT, `%${hex}`],
    [PERCENT, `%25${hex}`],
    [AMPERSAND, `&#${code};`],
    [AMPERSAND, `&#x${hex};`],
  ] as const;
  return escapes.map(([sign, escape]) => ({ sign, bytes: Buffer.from(escape, 'latin1') }));
}
