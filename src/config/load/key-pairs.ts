import { resolve } from 'node:path';
import type { z } from 'zod';
import { Secret } from '../../base/secret.ts';
import { checkPair } from '../../listener/key-pair.ts';
import type { Path } from './problem.ts';
import { isMap, replaceAt } from './token-files.ts';
import type { FileText } from './token-files.ts';

/**
 * `tls` of the listeners: the texts of the certificate and the key take the places of their paths before anything is
 * validated, so that a configuration holds all that it takes to listen.
 */

/** Where a pair may stand. */
const PLACES: readonly Path[] = [['tls'], ['admin', 'tls']];

const PARTS = ['cert', 'key'] as const;

/** A configuration that holds its pairs. */
export interface WithKeyPairs {
  readonly value: unknown;
  readonly issues: readonly z.core.$ZodIssue[];
  /** Pairs that can be used, and that clients will refuse. */
  readonly warnings: readonly { readonly path: Path; readonly expected: string }[];
}

/** The files of all pairs, as absolute paths. */
export function namedPairFiles(config: unknown, folder: string): readonly string[] {
  return PLACES.flatMap((place) => pathsAt(config, place).map(({ path }) => resolve(folder, path)));
}

/**
 * Puts the texts of `files`, which go by their absolute paths, in place of the paths.
 * @param now - gives the milliseconds since the epoch by which certificates are valid or not
 */
export function addKeyPairs(
  config: unknown,
  folder: string,
  files: ReadonlyMap<string, FileText>,
  now: () => number,
): WithKeyPairs {
  let value = config;
  const issues: z.core.$ZodIssue[] = [];
  const warnings: { path: Path; expected: string }[] = [];
  for (const place of PLACES) {
    const texts = new Map<string, string>();
    const report = (part: string, message: string): void =>
      void issues.push({ code: 'custom', path: [...place, part], message, input: undefined });
    for (const { part, path } of pathsAt(config, place)) {
      const absolute = resolve(folder, path);
      const file = path.includes('-----BEGIN')
        ? ({ ok: false, expected: 'the path of a file in PEM, and not what it holds' } as const)
        : (files.get(absolute) ?? { ok: false, expected: `the file ${absolute}, which was not read` });
      if (!file.ok) {
        report(part, file.expected);
        continue;
      }
      texts.set(part, file.text);
      value = replaceAt(value, [...place, part], file.text);
    }
    const [cert, key] = PARTS.map((part) => texts.get(part));
    if (cert === undefined || key === undefined) continue;
    const found = checkPair({ cert, key: new Secret(key) }, now());
    for (const { part, expected } of found.problems) report(part, expected);
    for (const { part, expected } of found.warnings) warnings.push({ path: [...place, part], expected });
  }
  return { value, issues, warnings };
}

/** The paths of a pair. What is none is left for the schema to find. */
function pathsAt(config: unknown, place: Path): readonly { part: string; path: string }[] {
  const pair = place.reduce<unknown>((at, name) => (isMap(at) ? at[String(name)] : undefined), config);
  if (!isMap(pair)) return [];
  return PARTS.flatMap((part) => {
    const path = pair[part];
    return typeof path === 'string' && path.trim() !== '' ? [{ part, path }] : [];
  });
}
