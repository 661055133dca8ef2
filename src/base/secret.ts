import { inspect } from 'node:util';

/**
 * A credential that does not leak by accident: printed, serialised, inspected or put in a template it is `[secret]`. Only
 * `reveal` returns the text, where it is sent or compared.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  /** The last four characters, for people to tell keys apart; fewer or none where that would give away too much. */
  get hint(): string {
    return this.#text.length >= 16
      ? this.#text.slice(-4)
      : this.#text.length >= 8
        ? this.#text.slice(-2)
        : '';
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
