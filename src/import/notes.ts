import type { Note } from './plan.ts';

/** Places named of one note; the others are counted. */
const MAX_PLACES = 1000;

/** Why headers that a configuration adds to requests are not carried. */
export const NO_HEADERS =
  'requests have no headers of the configuration; passHeaders lets those of clients pass';

/** Gathers what is not carried, by what it is. */
export class Notes {
  readonly #notes = new Map<string, { what: string; why: string; places: string[] }>();

  /** @param place - a line of the file, or the name of a record */
  add(place: string, what: string, why: string): void {
    const key = `${what}\n${why}`;
    const known = this.#notes.get(key) ?? { what, why, places: [] };
    this.#notes.set(key, known);
    if (known.places.length < MAX_PLACES && !known.places.includes(place)) known.places.push(place);
  }

  list(): readonly Note[] {
    return [...this.#notes.values()];
  }
}
