import { basename } from 'node:path';
import type { Config } from '../schema/schema.ts';
import type { SourceDocument } from './document.ts';
import type { Path } from './problem.ts';
import type { TokenLine } from './token-files.ts';

/** Where the keys of a configuration are written. */
export interface KeyPlaces {
  readonly locate: SourceDocument['locate'];
  /** The configuration file; absent where the text has none. */
  readonly file: string | undefined;
  /** The line of a token that came from a file of tokens; undefined for one that stands in the configuration. */
  readonly tokenLine: (path: Path) => TokenLine | undefined;
  /** Where the providers stand, one `provider` or a list. */
  readonly providerPath: (index: number) => Path;
}

/**
 * Gives keys without a name an `origin`: the variable or file that a reference names (`OPENAI_KEY_1`), else the line
 * (`keys.txt:12`), with the column where several values stand on one. Keys of one value that holds several are numbered
 * from 1 (`OPENAI_KEYS[2]`). Keys that options of a type make stay without.
 */
export function withKeyOrigins(config: Config, places: KeyPlaces): Config {
  return {
    ...config,
    providers: config.providers.map((provider, index) => {
      const list = [...places.providerPath(index), 'apiTokens'];
      const origins = originsOf(provider.apiTokens.map((_, n) => placeOf([...list, n], places)));
      return {
        ...provider,
        apiTokens: provider.apiTokens.map((key, n) => {
          const origin = origins[n] ?? '';
          return key.name !== undefined || origin === '' ? key : { ...key, origin };
        }),
      };
    }),
  };
}

interface Place {
  /** What the one reference that makes up the value names; undefined where it is something else. */
  readonly reference: string | undefined;
  /** The last part of its path; undefined where the text has no file. */
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
}

function placeOf(path: Path, { locate, file, tokenLine }: KeyPlaces): Place | undefined {
  const inFile = tokenLine(path);
  if (inFile !== undefined)
    return { reference: undefined, file: basename(inFile.file), line: inFile.line, column: 1 };
  const { line, column, written: entry } = locate(path, 'value');
  const { written = entry } = locate([...path, 'key'], 'value');
  // What an option of the provider's type makes is not written in the list.
  if (written === undefined) return undefined;
  return { reference: referenceIn(written), file: file && basename(file), line, column };
}

/** Empty where nothing is known. */
function originsOf(places: readonly (Place | undefined)[]): readonly string[] {
  const columns = new Map<string, Set<number>>();
  const keysOfValue = new Map<string, number>();
  for (const place of places.filter((each) => each !== undefined)) {
    columns.set(lineOf(place), (columns.get(lineOf(place)) ?? new Set()).add(place.column));
    keysOfValue.set(valueOf(place), (keysOfValue.get(valueOf(place)) ?? 0) + 1);
  }
  const numbers = new Map<string, number>();
  return places.map((place) => {
    if (place === undefined) return '';
    const value = valueOf(place);
    const number = (numbers.get(value) ?? 0) + 1;
    numbers.set(value, number);
    const inFile = (columns.get(lineOf(place))?.size ?? 0) > 1 ? value : lineOf(place);
    const name = place.reference ?? (place.file === undefined ? '' : inFile);
    return name !== '' && (keysOfValue.get(value) ?? 0) > 1 ? `${name}[${number}]` : name;
  });
}

/** Such as `sparekey.yaml:12`. */
function lineOf({ file = '', line }: Place): string {
  return `${file}:${line}`;
}

/** Keys of one value stand at one place. */
function valueOf(place: Place): string {
  return `${lineOf(place)}:${place.column}`;
}

/** The name in a value that is one reference and nothing else: of a variable, or the last part of a file's path. */
function referenceIn(written: string): string | undefined {
  const [, name] = /^["']?\$\{([^{}]+)\}["']?$/.exec(written.trim()) ?? [];
  return name?.startsWith('file:') === true ? basename(name) : name;
}
