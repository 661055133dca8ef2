import type { Needle } from './quoted-secret.ts';

/** Up to this the bytes are looked at one by one first: shorter than any call. Bytes. */
const TINY_BYTES = 96;

/** Up to this one expression for all marks is faster than a search for each, as for most frames of a stream. Bytes. */
const SHORT_BYTES = 512;

/** Tells at a glance that bytes hold none of several marks, which is so nearly always. */
export class NeedleSet {
  readonly #plain: readonly Buffer[];
  readonly #signs: readonly number[];
  readonly #signed: readonly Buffer[];
  /** The bytes that a mark or its sign begins with. */
  readonly #first = new Uint8Array(256);
  /** One character a byte. */
  readonly #inText: RegExp;

  constructor(marks: readonly Needle[]) {
    this.#plain = marks.filter(({ sign }) => sign === undefined).map(({ bytes }) => bytes);
    this.#signs = [...new Set(marks.flatMap(({ sign }) => sign ?? []))];
    this.#signed = marks.filter(({ sign }) => sign !== undefined).map(({ bytes }) => bytes);
    for (const { bytes, sign } of marks) this.#first[sign ?? bytes[0] ?? 0] = 1;
    const texts = marks.map(({ bytes }) => RegExp.escape(bytes.toString('latin1')));
    this.#inText = new RegExp(texts.length === 0 ? '(?!)' : texts.join('|'));
  }

  occurIn(bytes: Buffer): boolean {
    if (bytes.length <= TINY_BYTES && !this.#beginIn(bytes)) return false;
    if (bytes.length <= SHORT_BYTES) return this.#inText.test(bytes.toString('latin1'));
    for (const mark of this.#plain) if (bytes.indexOf(mark) >= 0) return true;
    for (const sign of this.#signs)
      if (bytes.indexOf(sign) >= 0) return this.#signed.some((mark) => bytes.indexOf(mark) >= 0);
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
