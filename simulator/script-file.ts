import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { Script } from './behaviour.ts';
import { formatPath, problemsOf, scriptSchema } from './script-schema.ts';

/** A script that cannot be played; `problems` names each place and what is wrong there. */
export class ScriptError extends Error {
  readonly problems: readonly string[];

  constructor(source: string, problems: readonly string[]) {
    super([`${source} is not a valid script:`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.name = 'ScriptError';
    this.problems = problems;
  }
}

/**
 * Reads a script file, YAML or JSON.
 * @throws ScriptError where it cannot be read or is not valid
 */
export async function readScript(path: string): Promise<Script> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ScriptError(path, [error instanceof Error ? error.message : String(error)]);
  }
  return parseScript(text, path);
}

/**
 * @param source names the text in errors
 * @throws ScriptError with every problem, its line and column
 */
export function parseScript(text: string, source: string): Script {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => `${lineOf(lines, pos[0])}: ${message}`);
    throw new ScriptError(source, problems);
  }
  const value: unknown = document.toJS();
  const result = scriptSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = problemsOf(result.error, value).map(
    ({ path, message }) =>
      `${lineOf(lines, offsetOf(document, path))}: ${formatPath(path) || 'the file'}: ${message}`,
  );
  throw new ScriptError(source, problems);
}

function lineOf(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}`;
}

/** Where a value begins; for one that is missing, where the nearest thing around it does. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      return Number(node.range[0]);
    }
  }
  return 0;
}
