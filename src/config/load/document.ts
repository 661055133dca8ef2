import { LineCounter, isAlias, isCollection, isMap, isScalar, isSeq, parseAllDocuments, YAMLSeq } from 'yaml';
import type { Document, Pair, Scalar, YAMLMap } from 'yaml';
import { expandReferences, findReserved, hideReferences, showReferences } from './interpolate.ts';
import type { References } from './interpolate.ts';
import type { Path } from './problem.ts';
import { splitTokens } from './token-files.ts';
import { showLine } from './shown-line.ts';
import { explainMistake, fieldNameMistake, firstMistake, quotesAround } from './yaml-mistake.ts';
import { nodesOf } from './yaml-nodes.ts';

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
  /** The environment variable that is missing, where it is one. */
  readonly variable?: string;
  readonly line: number;
  readonly column: number;
  /** The line, without what may be a secret. */
  readonly lineText?: string;
}

/** A position in the text, line and column counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** The scalar there as it was written; absent where there is none at the path itself. */
  readonly written?: string;
}

/** How often one document may refer to an anchor, all expansion counted. */
const MAX_ALIAS_COUNT = 100;

/** Of all anchors together: for each alias the parser looks at all anchors, which takes minutes for tens of thousands. */
const MAX_ALIASES = 1_000;

/**
 * Reads YAML 1.2 and puts what they stand for in place of references such as `${NAME}`. Several documents are read as a list of them.
 * Never throws for what it is given.
 */
export function readDocument(text: string, references: References): SourceDocument {
  const lines = new LineCounter();
  const hidden = hideReferences(text);
  const documents = parseAllDocuments(hidden, {
    lineCounter: lines,
    // `<<` is of YAML 1.1, and what files for Kubernetes say is merged.
    merge: true,
    // Names that stand twice are found below, with the line of the first.
    uniqueKeys: false,
    prettyErrors: false,
    // Its warnings quote the text, and go to the standard error of the process.
    logLevel: 'error',
  });
  const problems: TextProblem[] = [];
  const reporting =
    (within: Path): Report =>
    (offset, expected, path = [], variable) => {
      const whole = path.length === 0 ? [] : [...within, ...path];
      const missing = variable === undefined ? {} : { variable };
      problems.push({ path: whole, expected, ...missing, ...position(lines, offset) });
    };

  const reserved = findReserved(text);
  if (reserved !== undefined)
    reporting([])(reserved, 'no characters that Unicode sets aside (U+FDD0 to U+FDD3)');
  // Behind the first mistake of structure the parser finds others that follow from it.
  const broken = documents.find(({ errors }) => errors.length > 0);
  if (reserved !== undefined || broken !== undefined) {
    if (broken !== undefined) problems.push(structuralProblem(hidden, broken, lines));
    return { value: undefined, problems: problems.slice(0, 1), locate: () => position(lines, 0) };
  }

  const isSole = documents.length < 2;
  const values = Array.from(documents, (yaml, index) => {
    const report = reporting(isSole ? [] : [index]);
    for (const warning of yaml.warnings) {
      const { offset, expected } = explainMistake(hidden, yaml, warning);
      report(offset, expected);
    }
    checkFields(yaml, lines, report);
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

/** A text that is no YAML, by its first mistake. */
function structuralProblem(text: string, yaml: YamlDocument, lines: LineCounter): TextProblem {
  const { offset, expected } = firstMistake(text, yaml, [...yaml.warnings, ...yaml.errors]);
  const at = position(lines, offset);
  const shown = showLine(showReferences(text.split('\n')[at.line - 1] ?? ''));
  return { path: [], expected, ...at, ...(shown !== undefined && { lineText: shown }) };
}

/** One as the parser made it. */
type YamlDocument = Document | Document.Parsed;

type Report = (offset: number, expected: string, path?: Path, variable?: string) => void;

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** What is YAML and yet a slip: names that stand twice or have swallowed their value, and values that are none. */
function checkFields(yaml: YamlDocument, lines: LineCounter, report: Report): void {
  const walk = (node: unknown, path: Path): void => {
    if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    if (isScalar(node) && node.anchor !== undefined && node.source === '')
      report(node.range?.[0] ?? 0, quotesAround('&'), path);
    if (!isMap(node)) return;
    const lineOf = new Map<string, number>();
    for (const pair of node.items) {
      if (isMergeKey(pair.key)) continue;
      const offset = startOf(pair.key) ?? 0;
      const name = fieldName(pair.key);
      const line = lineOf.get(name);
      lineOf.set(name, line ?? position(lines, offset).line);
      const mistake = pairMistake(pair);
      if (mistake !== undefined) report(offset, mistake.expected, [...path, ...mistake.field]);
      else if (line !== undefined)
        report(offset, `once: it is already used on line ${line}`, [...path, name]);
      else walk(pair.value, [...path, name]);
    }
  };
  walk(yaml.contents, []);
}

/** @returns what is expected, and of which field where that can be said */
function pairMistake({ key, value }: Pair): { readonly expected: string; readonly field: Path } | undefined {
  if (isCollection(key)) return { expected: quotesAround(isMap(key) ? '{' : '['), field: [] };
  return fieldNameMistake(fieldName(key), value !== null);
}

/** Expands every value in place. What an anchor holds is expanded once, however many aliases show it. */
function expandScalars(yaml: YamlDocument, references: References, report: Report): void {
  const walk = (node: unknown, path: Path): void => {
    if (isMap(node))
      for (const pair of node.items) {
        const { key, value } = pair;
        if (isScalar(key) && typeof key.value === 'string') key.value = showReferences(key.value);
        walk(value, isMergeKey(key) ? path : [...path, fieldName(key)]);
        if (TOKENS.has(fieldName(key))) splitItems(pair);
      }
    else if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    else if (isScalar(node)) expandScalar(node, path);
  };
  const expandScalar = (scalar: Scalar, path: Path): void => {
    if (typeof scalar.value !== 'string') return;
    const expansion = expandReferences(scalar.value, references);
    if (!expansion.ok) report(scalar.range?.[0] ?? 0, expansion.expected, path, expansion.variable);
    scalar.value = expansion.ok ? expansion.text : showReferences(scalar.value);
  };
  walk(yaml.contents, []);
}

/** The options that hold tokens. */
const TOKENS: ReadonlySet<string> = new Set(['apiToken', 'apiTokens']);

/** Makes several items of one that is a list of tokens, all of them where it stands. What an alias may show stays one. */
function splitItems(pair: Pair): void {
  const list = pair.value;
  if (isSeq(list)) list.items = list.items.flatMap(splitItem);
  const items = splitItem(list);
  if (items.length < 2 || !isScalar(list)) return;
  const made = new YAMLSeq();
  made.items = [...items];
  if (list.range) made.range = list.range;
  pair.value = made;
}

function splitItem(item: unknown): readonly unknown[] {
  if (!isScalar(item) || typeof item.value !== 'string' || item.anchor !== undefined) return [item];
  const tokens = splitTokens(item.value);
  if (tokens.length === 1) return [item];
  return tokens.map((token) => Object.assign(item.clone(), { value: token }));
}

/** `<<`, which the parser makes a symbol of. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

function fieldName(key: unknown): string {
  return String(isScalar(key) ? (key.value ?? '') : key);
}

function toData(yaml: YamlDocument, report: Report): unknown {
  const faulty = findFaultyAlias(yaml);
  if (faulty !== undefined) {
    report(faulty.offset ?? 0, faulty.expected);
    return undefined;
  }
  try {
    return yaml.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // How the parser refuses aliases: within their anchor, or too many. Else it has found something to merge.
    const expected =
      error instanceof ReferenceError
        ? `aliases that are not within what they stand for, and at most ${MAX_ALIAS_COUNT} of them`
        : 'a map, or an alias of one, behind each <<';
    report(0, expected);
    return undefined;
  }
}

/** Where an alias stands that has no anchor before it, or is one too many. */
function findFaultyAlias(yaml: YamlDocument): { offset: number | undefined; expected: string } | undefined {
  const anchors = new Set<string>();
  let aliases = 0;
  for (const node of nodesOf(yaml)) {
    if (isAlias(node)) {
      const offset = node.range?.[0];
      if (!anchors.has(node.source)) return { offset, expected: `${quotesAround('*')}, or its anchor above` };
      if (++aliases > MAX_ALIASES) return { offset, expected: `at most ${MAX_ALIASES} aliases` };
    }
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.add(node.anchor);
  }
  return undefined;
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
  const pair = pairsOf(node).get(String(name));
  if (pair === undefined) {
    const merged = node.items.filter(({ key }) => isMergeKey(key)).flatMap(({ value }) => mergedMaps(value));
    return merged.map((map) => childOf(map, name, yaml)).find((child) => child !== undefined);
  }
  const fieldStart = startOf(pair.key);
  return { value: pair.value, ...(fieldStart === undefined ? {} : { fieldStart }) };
}

/** The fields of a map by their names, of those that stand twice the last. Mistakes are located by it, of which there may be many. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  let pairs = pairsByMap.get(map);
  if (pairs === undefined) {
    const own = map.items.filter(({ key }) => !isMergeKey(key));
    pairsByMap.set(map, (pairs = new Map(own.map((pair) => [fieldName(pair.key), pair]))));
  }
  return pairs;
}

const pairsByMap = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** What stands behind `<<`: a map or a list of them, the first of which counts. */
function mergedMaps(value: unknown): readonly unknown[] {
  return isSeq(value) ? value.items : [value];
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined;
}
