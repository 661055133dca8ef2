import type { Path } from '../problem.ts';

/** What of a document has no effect, or another one than it says, by its path there, and why. */
export interface Note {
  readonly path: Path;
  readonly expected: string;
}

/** Where something stands in the configuration as the schema sees it, and in the document. */
export interface Place {
  readonly path: Path;
  readonly written: Path;
}

/** One reading of a document: what it left out, and where the rest of it was written. */
export class Reading {
  readonly notes: Note[] = [];
  /** Whether all of it is the plugin's, which is then read as the plugin reads it. */
  readonly isPlugins: boolean;
  readonly #at: Path;
  readonly #moved = new Map<string, Path>();

  /** @param at the path of the configuration in the document */
  constructor(at: Path, isPlugins: boolean) {
    this.#at = at;
    this.isPlugins = isPlugins;
  }

  /** Says what was expected in place of something that is not taken as it is. */
  note({ written }: Place, expected: string): void {
    this.notes.push({ path: written, expected });
  }

  /** The place of a field or an item, which may have been written under another name or index. */
  enter({ path, written }: Place, name: PropertyKey, writtenName: PropertyKey = name): Place {
    const place = { path: [...path, name], written: [...written, writtenName] };
    if (name !== writtenName) this.#moved.set(JSON.stringify(place.path), place.written);
    return place;
  }

  /** Where in the document something of the configuration stands. */
  toWritten(path: Path): Path {
    for (let length = path.length; length > 0; length--) {
      const written = this.#moved.get(JSON.stringify(path.slice(0, length)));
      if (written !== undefined) return [...written, ...path.slice(length)];
    }
    return [...this.#at, ...path];
  }
}
