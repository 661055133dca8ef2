import type { Needle } from './quoted-secret.ts';

/** Shorter inputs are scanned byte by byte first, which is faster than a call of `indexOf`. Bytes. */
const TINY_BYTES = 96;

/** Up to this length one expression for all needles is faster than a search for each. Bytes. */
const SHORT_BYTES = 512;

/** Finds out quickly that bytes contain none of several needles, which is the usual case. */
export class NeedleSet {
  readonly #plain: readonly Buffer[];
  readonly #signs: readonly number[];
  readonly #signed: readonly Buffer[];
  /** First bytes of needles and signs. */
  readonly #first = new Uint8Array(256);
  /** On latin1 text: one character a byte. */
  readonly #inText: RegExp;

  constructor(needles: readonly Needle[]) {
    this.#plain = needles.filter(({ sign }) => sign === undefined).map(({ bytes }) => bytes);
    this.#signs = [...new Set(needles.flatMap(({ sign }) => sign ?? []))];
    this.#signed = needles.filter(({ sign }) => sign !== undefined).map(({ bytes }) => bytes);
    for (const { bytes, sign } of needles) this.#first[sign ?? bytes[0] ?? 0] = 1;
    const texts = needles.map(({ bytes }) => RegExp.escape(bytes.toString('latin1')));
    this.#inText = new RegExp(texts.length === 0 ? '(?!)' : texts.join('|'));
  }

  occurIn(bytes: Buffer): boolean {
    if (bytes.length <= TINY_BYTES && !this.#beginIn(bytes)) return false;
    if (bytes.length <= SHORT_BYTES) return this.#inText.test(bytes.toString('latin1'));
    for (const needle of this.#plain) if (bytes.indexOf(needle) >= 0) return true;
    for (const sign of this.#signs)
      if (bytes.indexOf(sign) >= 0) return this.#signed.some((needle) => bytes.indexOf(needle) >= 0);
    return false;
  }

  occurInText(text: string): boolean {
    return this.#inText.test(text);
  }

  #beginIn(bytes: Buffer): boolean {
    for (let at = 0; at < bytes.length; at++) if (this.#first[bytes[at] ?? 0] === 1) return true;
    return false;
  }
}
