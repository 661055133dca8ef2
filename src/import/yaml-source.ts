import { isMap as isYamlMap, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { isMap } from './loose.ts';
import type { LooseMap } from './loose.ts';
import { ImportFailure } from './plan.ts';
import type { SourceFile } from './source-file.ts';

/** How often a file may refer to its anchors, all expansion counted. */
const MAX_ALIAS_COUNT = 1000;

/** A configuration in YAML, and where in it things stand. */
export interface YamlSource {
  readonly value: LooseMap;
  /** `line 12`, of the value at a path; of the nearest above it that is there, else. */
  readonly place: (...path: readonly (string | number)[]) => string;
}

/** @throws ImportFailure where it is no YAML, or no map */
export function readYaml(file: SourceFile, product: string): YamlSource {
  if (file.kind === 'sqlite')
    throw new ImportFailure(`${file.path} is an SQLite database; ${product} has its configuration in YAML.`);
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, uniqueKeys: false, merge: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new ImportFailure(
      `${file.path}:${line}:${col}: ${error.message.split('\n')[0]?.replace(/:$/, '')}`,
    );
  }
  const value = dataOf(document, file.path);
  if (!isMap(value)) throw new ImportFailure(`${file.path} is no configuration of ${product}: it is no map.`);
  const place: YamlSource['place'] = (...path) => {
    for (let length = path.length; length > 0; length--) {
      const offset = offsetOf(document.contents, path.slice(0, length));
      if (offset !== undefined) return `line ${lines.linePos(offset).line}`;
    }
    return 'line 1';
  };
  return { value, place };
}

/** The parser finds aliases that stand for nothing, or for too much, and what cannot be merged, only here. */
function dataOf(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  } catch (error) {
    const why =
      error instanceof ReferenceError
        ? `an alias (*NAME) has no anchor (&NAME) before it, or there are more than ${MAX_ALIAS_COUNT} of them`
        : 'what stands behind a << is no map';
    throw new ImportFailure(`${path} cannot be read as YAML: ${why}.`);
  }
}

/** Where the last part of a path begins: the name of a field, or an item. */
function offsetOf(root: unknown, path: readonly (string | number)[]): number | undefined {
  let node = root;
  let offset: number | undefined;
  for (const part of path) {
    if (isYamlMap(node)) {
      const pair = node.items.find(({ key }) => String(key) === String(part));
      offset = startOf(pair?.key);
      node = pair?.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = startOf(node);
    } else return undefined;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isMap(node) && Array.isArray(node['range']) ? Number(node['range'][0]) : undefined;
}
