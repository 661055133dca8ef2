import { inspect } from 'node:util';

/**
 * A credential that does not leave by accident: printed, serialised, inspected or put in a template it is
 * `[secret]`. Only `reveal` gives the text, to the place that puts it on the wire or compares it.
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
