import { posix } from 'node:path';
import { read } from './files.ts';

/** One import or re-export of a source file. */
export interface Import {
  /** A path from the project's top folder for a file of ours, else the name of a package or built-in module. */
  readonly target: string;
  readonly ours: boolean;
  /** Gone at run time: it can bring neither code nor I/O with it. */
  readonly typeOnly: boolean;
}

/** Statements stand at the start of a line and strings in single quotes: the formatter sees to both. */
const STATEMENT = /^(?:import|export)\s+(?<type>type\s)?(?:[^;'"]*?\sfrom\s+)?'(?<from>[^']+)';/gm;
const CALL = /\bimport\(\s*'(?<from>[^']+)'/g;

export function importsOf(path: string): Import[] {
  const text = read(path);
  return [...text.matchAll(STATEMENT), ...text.matchAll(CALL)].map(({ groups }) => {
    const from = groups?.['from'] ?? '';
    const ours = from.startsWith('.');
    return {
      target: ours ? posix.join(posix.dirname(path), from) : from,
      ours,
      typeOnly: groups?.['type'] !== undefined,
    };
  });
}
