import { LineCounter, isAlias, isCollection, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Scalar } from 'yaml';
import { expandReferences, findReserved, hideReferences, showReferences } from './interpolate.ts';
import type { References } from './interpolate.ts';
import type { Path } from './problem.ts';
import { yamlSyntax } from './yaml-syntax.ts';

/** A configuration file as plain data, and the position of each value in its text. */
export interface SourceDocument {
  /** The data, of several documents a list of each one's; undefined where the text cannot be read as YAML. */
  readonly value: unknown;
  /** Mistakes of the text itself: syntax, repeated fields, references to the environment and to files. */
  readonly problems: readonly TextProblem[];
  /** The position of what is nearest to a path. */
  readonly locate: (path: Path, part: 'field' | 'value') => Position;
}

/** A mistake at a path; the path is empty where the parser knows none. */
export interface TextProblem {
  readonly path: Path;
  readonly expected: string;
  readonly line: number;
  readonly column: number;
}

/** A position in the text, line and column counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** The scalar there as it was written; absent where there is none at the path itself. */
  readonly written?: string;
}

/** How often one document may refer to its anchors, all expansion counted. */
const MAX_ALIAS_COUNT = 100;

/**
 * Reads YAML 1.2 and puts what they stand for in place of references such as `${NAME}`. Several documents are read as a list of them.
 * Never throws for what it is given.
 */
export function readDocument(text: string, references: References): SourceDocument {
  const lines = new LineCounter();
  const documents = parseAllDocuments(hideReferences(text), {
    lineCounter: lines,
    // `<<` is of YAML 1.1, and what files for Kubernetes say is merged.
    merge: true,
    prettyErrors: false,
    // Its warnings quote the text, and go to the standard error of the process.
    logLevel: 'error',
  });
  const problems: TextProblem[] = [];
  const reporting =
    (within: Path): Report =>
    (offset, expected, path = []) => {
      const whole = path.length === 0 ? [] : [...within, ...path];
      problems.push({ path: whole, expected, ...position(lines, offset) });
    };

  const reserved = findReserved(text);
  if (reserved !== undefined)
    reporting([])(reserved, 'no characters that Unicode sets aside (U+FDD0 to U+FDD3)');
  const isSole = documents.length < 2;
  const values = Array.from(documents, (yaml, index) => {
    const report = reporting(isSole ? [] : [index]);
    // Several errors at one character are reported as one.
    const mistakes = new Map(
      [...yaml.warnings, ...yaml.errors.toReversed()].map((each) => [each.pos[0], each]),
    );
    for (const [offset, { code }] of mistakes) report(offset, yamlSyntax[code]);
    const readable = reserved === undefined && yaml.errors.every(({ code }) => code === 'DUPLICATE_KEY');
    if (!readable) return undefined;
    expandScalars(yaml, references, report);
    return toData(yaml, report);
  });
  return {
    value: isSole
      ? documents.length === 0
        ? null
        : values[0]
      : values.includes(undefined)
        ? undefined
        : values,
    problems,
    locate: (path, part) => {
      const [index, ...within] = isSole ? [0, ...path] : path;
      const yaml = documents[Number(index ?? 0)];
      if (yaml === undefined) return position(lines, 0);
      return locate(yaml, lines, isSole ? 0 : (startOf(yaml.contents) ?? 0), within, part);
    },
  };
}

/** One as the parser made it. */
type YamlDocument = Document | Document.Parsed;

type Report = (offset: number, expected: string, path?: Path) => void;

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Expands every value in place. What an anchor holds is expanded once, however many aliases show it. */
function expandScalars(yaml: YamlDocument, references: References, report: Report): void {
  const walk = (node: unknown, path: Path): void => {
    if (isMap(node))
      for (const { key, value } of node.items) {
        if (isScalar(key) && typeof key.value === 'string') key.value = showReferences(key.value);
        walk(value, isMergeKey(key) ? path : [...path, fieldName(key)]);
      }
    else if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    else if (isScalar(node)) expandScalar(node, path);
  };
  const expandScalar = (scalar: Scalar, path: Path): void => {
    if (typeof scalar.value !== 'string') return;
    const expansion = expandReferences(scalar.value, references);
    if (!expansion.ok) report(scalar.range?.[0] ?? 0, expansion.expected, path);
    scalar.value = expansion.ok ? expansion.text : showReferences(scalar.value);
  };
  walk(yaml.contents, []);
}

/** `<<`, which the parser makes a symbol of. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

function fieldName(key: unknown): string {
  return String(isScalar(key) ? (key.value ?? '') : key);
}

function toData(yaml: YamlDocument, report: Report): unknown {
  try {
    return yaml.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // How the parser refuses aliases: without their anchor, within it, or too many. Else it has found something to merge.
    const expected =
      error instanceof ReferenceError
        ? `aliases that each come after their anchor, and at most ${MAX_ALIAS_COUNT} of them`
        : 'a map, or an alias of one, behind each <<';
    report(0, expected);
    return undefined;
  }
}

function locate(
  yaml: YamlDocument,
  lines: LineCounter,
  begin: number,
  path: Path,
  part: 'field' | 'value',
): Position {
  let node: unknown = yaml.contents;
  let start = begin;
  for (const [depth, name] of path.entries()) {
    const child = childOf(node, name, yaml);
    if (child === undefined) return position(lines, start);
    node = child.value;
    const ownStart = startOf(node) ?? start;
    const atField = isCollection(node) || (part === 'field' && depth === path.length - 1);
    start = atField ? (child.fieldStart ?? ownStart) : ownStart;
  }
  const scalar = isAlias(node) ? node.resolve(yaml) : node;
  const found = position(lines, start);
  return isScalar(scalar) ? { ...found, written: showReferences(scalar.source ?? '') } : found;
}

/** What a map or list has under a name or index, merged or not, and where its field name stands if it has one. */
function childOf(
  aliased: unknown,
  name: PropertyKey,
  yaml: YamlDocument,
): { value: unknown; fieldStart?: number } | undefined {
  const node = isAlias(aliased) ? aliased.resolve(yaml) : aliased;
  if (isSeq(node)) {
    const value = node.items[Number(name)];
    return value === undefined ? undefined : { value };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.findLast(({ key }) => !isMergeKey(key) && fieldName(key) === String(name));
  if (pair === undefined) {
    const merged = node.items.filter(({ key }) => isMergeKey(key)).flatMap(({ value }) => mergedMaps(value));
    return merged.map((map) => childOf(map, name, yaml)).find((child) => child !== undefined);
  }
  const fieldStart = startOf(pair.key);
  return { value: pair.value, ...(fieldStart === undefined ? {} : { fieldStart }) };
}

/** What stands behind `<<`: a map or a list of them, the first of which counts. */
function mergedMaps(value: unknown): readonly unknown[] {
  return isSeq(value) ? value.items : [value];
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined;
}
