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
 * (`keys.txt:12`), with the column where several keys stand on one. Keys that options of a type make stay without.
 */
export function withKeyOrigins(config: Config, places: KeyPlaces): Config {
  return {
    ...config,
    providers: config.providers.map((provider, index) => {
      const list = [...places.providerPath(index), 'apiTokens'];
      const found = provider.apiTokens.map((_, n) => placeOf([...list, n], places));
      const isShared = repeated(found.map((place) => place?.line));
      return {
        ...provider,
        apiTokens: provider.apiTokens.map((key, n) => {
          const place = found[n];
          if (key.name !== undefined || place === undefined) return key;
          const { reference, line = '', column } = place;
          const origin = reference ?? (isShared(line) && column !== undefined ? `${line}:${column}` : line);
          return origin === '' ? key : { ...key, origin };
        }),
      };
    }),
  };
}

interface Place {
  /** What the one reference that makes up the value names. */
  readonly reference?: string;
  /** Such as `sparekey.yaml:12`. */
  readonly line?: string;
  readonly column?: number;
}

function placeOf(path: Path, { locate, file, tokenLine }: KeyPlaces): Place | undefined {
  const inFile = tokenLine(path);
  if (inFile !== undefined) return { line: `${basename(inFile.file)}:${inFile.line}` };
  const entry = locate(path, 'value');
  const { written = entry.written } = locate([...path, 'key'], 'value');
  // What an option of the provider's type makes is not written in the list.
  if (written === undefined) return undefined;
  const reference = referenceIn(written);
  return {
    ...(reference !== undefined && { reference }),
    ...(file !== undefined && { line: `${basename(file)}:${entry.line}`, column: entry.column }),
  };
}

/** The name in a value that is one reference and nothing else: of a variable, or the last part of a file's path. */
function referenceIn(written: string): string | undefined {
  const [, name] = /^["']?\$\{([^{}]+)\}["']?$/.exec(written.trim()) ?? [];
  return name?.startsWith('file:') === true ? basename(name) : name;
}

/** Tells which values occur more than once. */
function repeated<T>(values: readonly T[]): (value: T) => boolean {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return (value) => (counts.get(value) ?? 0) > 1;
}
