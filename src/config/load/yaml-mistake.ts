import { isCollection, isScalar } from 'yaml';
import type { Document, ErrorCode, YAMLError } from 'yaml';
import { isKnownWord } from './shown-line.ts';
import { nodesOf } from './yaml-nodes.ts';
import { yamlSyntax } from './yaml-syntax.ts';

/*
 * What is wrong with a text that is no YAML, in the words of who wrote it. The parser goes on behind a mistake and finds others
 * that follow from it, and often notices one lines behind where it was made; its words may quote the text, and with it a secret.
 */

/** The one mistake to repair first. */
export interface YamlMistake {
  readonly offset: number;
  readonly expected: string;
}

/** Where the parser noticed a mistake. */
interface Site {
  readonly text: string;
  readonly yaml: Document;
  readonly code: ErrorCode;
  readonly offset: number;
  /** The line of it, and where that begins. */
  readonly line: string;
  readonly start: number;
}

/** What a mistake of one kind looks like: undefined for others. */
type Diagnosis = (site: Site) => YamlMistake | undefined;

/** The first mistake of a document, where it was probably made, and what to write there. */
export function firstMistake(text: string, yaml: Document, found: readonly YAMLError[]): YamlMistake {
  const [first] = found.toSorted((one, other) => one.pos[0] - other.pos[0]);
  if (first === undefined) throw new TypeError('no mistake was found');
  return explainMistake(text, yaml, first);
}

/** What to write in place of what the parser refuses. */
export function explainMistake(text: string, yaml: Document, { code, pos }: YAMLError): YamlMistake {
  // A tag without a value is text that begins with a character of YAML's own.
  if (code === 'TAG_RESOLVE_FAILED' && /^[ \r]*(?:$|\n| #)/.test(text.slice(pos[1], pos[1] + 100)))
    return { offset: pos[1], expected: quotesAround('!') };
  const offset = Math.min(pos[0], text.trimEnd().length);
  const site = { text, yaml, code, offset, ...lineAt(text, offset) };
  for (const diagnose of DIAGNOSES) {
    const mistake = diagnose(site);
    if (mistake !== undefined) return mistake;
  }
  return { offset, expected: yamlSyntax[code] };
}

/** In this order: what can be seen in the line goes before what the parser makes of it. */
const DIAGNOSES: readonly Diagnosis[] = [
  tabAsIndentation,
  mergeConflict,
  documentMarker,
  openReference,
  openQuote,
  unclosedCollection,
  missingSpaceBehindDash,
  missingSpaceBehindColon,
  indicatorAtStart,
  textBehindQuote,
  closingNothing,
  missingComma,
  missingColon,
  valueBesideBlock,
  colonInValue,
  commentWithoutSpace,
  otherIndentation,
];

function lineAt(text: string, offset: number): { readonly line: string; readonly start: number } {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', start);
  return { line: text.slice(start, end < 0 ? undefined : end).replace(/\r$/, ''), start };
}

function tabAsIndentation({ line, start }: Site): YamlMistake | undefined {
  const tab = /^ *\t/.exec(line);
  if (tab === null) return undefined;
  return { offset: start + tab[0].length - 1, expected: 'spaces for indentation, and no tab' };
}

function mergeConflict({ line, start }: Site): YamlMistake | undefined {
  if (!/^(?:<{7}|={7}|>{7})(?: |$)/.test(line)) return undefined;
  return { offset: start, expected: 'one version alone: these are the marks of a merge conflict' };
}

function documentMarker({ line, start, code }: Site): YamlMistake | undefined {
  if (code !== 'MISSING_CHAR' || !/^--- +\S/.test(line)) return undefined;
  return { offset: start + 4, expected: 'a new line behind ---, which begins another document' };
}

/** Whole references are hidden from the parser. */
function openReference({ line, start }: Site): YamlMistake | undefined {
  const at = line.search(/\$\{[^\s{}]*$|\$\{[^\s{}]*(?=[^\s{}\w])/);
  return at < 0 ? undefined : { offset: start + at, expected: 'a closing } for this ${' };
}

/** The parser says where it gave up, which is at the end of the file or in another text. */
function openQuote({ text, yaml, code, offset }: Site): YamlMistake | undefined {
  if (code !== 'MISSING_CHAR' && code !== 'UNEXPECTED_TOKEN') return undefined;
  const open = nodesOf(yaml).findLast((node) => {
    if (!isScalar(node) || !String(node.type).startsWith('QUOTE_')) return false;
    const [start = 0, end = 0] = node.range ?? [];
    const source = text.slice(start, end);
    const isClosed = source.length > 1 && source.endsWith(source.charAt(0)) && !source.includes('\n');
    return start < offset && offset <= Math.max(end, text.trimEnd().length) && !isClosed;
  });
  const start = open?.range?.[0];
  if (start === undefined) return undefined;
  return { offset: start, expected: `a closing ${text.charAt(start)} on the same line for this one` };
}

/** The innermost of those that are open. */
function unclosedCollection({ text, yaml, code, offset }: Site): YamlMistake | undefined {
  if (code !== 'BAD_INDENT' && code !== 'MISSING_CHAR') return undefined;
  const open = nodesOf(yaml).findLast((node) => {
    if (!isCollection(node) || node.flow !== true) return false;
    const [start = 0, end = 0] = node.range ?? [];
    const bracket = text.charAt(start);
    return start < offset && /[[{]/.test(bracket) && text.charAt(end - 1) !== closing(bracket);
  });
  const start = open?.range?.[0];
  if (start === undefined) return undefined;
  const bracket = text.charAt(start);
  const found = text.charAt(offset);
  return found === ']' || found === '}'
    ? { offset, expected: `${closing(bracket)} in place of ${found}, for the ${bracket} before it` }
    : { offset: start, expected: `a closing ${closing(bracket)} for this ${bracket}` };
}

function closing(bracket: string): string {
  return bracket === '[' ? ']' : '}';
}

function missingSpaceBehindDash({ line, start, code }: Site): YamlMistake | undefined {
  const dash = /^ *(?:- +)*-(?=[^\s-])/.exec(line);
  if (dash === null || code === 'DUPLICATE_KEY') return undefined;
  return { offset: start + dash[0].length, expected: 'a space behind the -' };
}

function missingSpaceBehindColon({ line, start, code }: Site): YamlMistake | undefined {
  if (!LINES_WITHOUT_COLON.has(code)) return undefined;
  const field = /^ *(?:- +)*(\w+):(?=\S)/.exec(line);
  if (field === null) return undefined;
  return { offset: start + field[0].length, expected: `a space behind the colon${example(field[1], ': …')}` };
}

/** Codes of lines that should be a field and are none. */
const LINES_WITHOUT_COLON: ReadonlySet<ErrorCode> = new Set([
  'MULTILINE_IMPLICIT_KEY',
  'MISSING_CHAR',
  'BLOCK_AS_IMPLICIT_KEY',
  'UNEXPECTED_TOKEN',
]);

/** What to write, where the name is one that may be shown. */
function example(name: string | undefined, rest: string): string {
  return name !== undefined && isKnownWord(name) ? ` (${name}${rest})` : '';
}

/** Characters that begin something else than text to YAML. */
function indicatorAtStart({ line, start, code, offset }: Site): YamlMistake | undefined {
  if (code === 'DUPLICATE_KEY') return undefined;
  const at = offset - start;
  const found = [...line.matchAll(/(?<=^ *|[:,[{-] *)[@`*&!%|>](?=\S|$| )/g)].findLast(
    ({ index }) => index <= at,
  );
  if (found === undefined || /["'#]/.test(line.slice(found.index, at))) return undefined;
  const [character] = found;
  if (/[|>]/.test(character) && !/[|>][-+\d]* +[^\s#]/.test(line.slice(found.index))) return undefined;
  return { offset: start + found.index, expected: quotesAround(character) };
}

/** The words for text that begins with a character of YAML's own. */
export function quotesAround(character: string): string {
  return `quotes around what begins with ${character}, such as "${character}…"`;
}

function textBehindQuote({ text, code, offset, start }: Site): YamlMistake | undefined {
  if (code !== 'UNEXPECTED_TOKEN' && code !== 'MISSING_CHAR') return undefined;
  const before = text.slice(start, offset).trimEnd();
  const quote = before.at(-1);
  if (quote !== '"' && quote !== "'") return undefined;
  // Another value, or a comment, which is another mistake.
  if (/["'#]/.test(text.charAt(offset))) return undefined;
  const within = quote === '"' ? String.raw`\"` : "''";
  return {
    offset,
    expected: `nothing behind the closing ${quote}; within such quotes a ${quote} is written ${within}`,
  };
}

function closingNothing({ text, code, offset }: Site): YamlMistake | undefined {
  const found = text.charAt(offset);
  if (code !== 'UNEXPECTED_TOKEN' || (found !== ']' && found !== '}')) return undefined;
  return { offset, expected: `no ${found} here, since nothing is open that it closes` };
}

function missingComma({ text, yaml, code, offset, line, start }: Site): YamlMistake | undefined {
  if (code !== 'MISSING_CHAR' && code !== 'BLOCK_IN_FLOW') return undefined;
  const isInFlow = nodesOf(yaml).some((node) => {
    const [from = 0, , to = 0] = node.range ?? [];
    return isCollection(node) && node.flow === true && from < offset && offset <= to;
  });
  if (!isInFlow || text.charAt(offset) === '#') return undefined;
  // The parser took two items for one text, and stands at its beginning.
  const next = code === 'BLOCK_IN_FLOW' ? /\s(\w+):\s/.exec(line.slice(offset - start)) : null;
  const at = next === null ? offset : offset + next.index + 1;
  return { offset: at, expected: `a comma before this${example(next?.[1], ': …')}` };
}

function missingColon({ line, start, code }: Site): YamlMistake | undefined {
  if (code !== 'MULTILINE_IMPLICIT_KEY' && code !== 'MISSING_CHAR') return undefined;
  const field = /^ *(?:- +)*(\w+)( *=)?/.exec(line);
  if (field === null || /: /.test(line)) return undefined;
  const [whole, name, equals] = field;
  const offset = start + whole.length;
  return equals === undefined
    ? { offset, expected: `a colon, a space and a value behind the name${example(name, ': …')}` }
    : { offset: offset - 1, expected: `a colon in place of =${example(name, ': …')}` };
}

/** A value with lines below it that stand deeper. */
function valueBesideBlock({ text, code, offset, line, start }: Site): YamlMistake | undefined {
  if (code !== 'BLOCK_AS_IMPLICIT_KEY' || /:(?:\s|$)/.test(line.slice(offset - start))) return undefined;
  const next = lineAt(text, text.indexOf('\n', start) + 1);
  const indent = /^ */.exec(next.line)?.[0].length ?? 0;
  const field = /^ *(?:- +)*/.exec(line)?.[0].length ?? 0;
  const number = text.slice(0, start).split('\n').length;
  return {
    offset: next.start + indent,
    expected: /^ *-(?: |$)/.test(next.line)
      ? `no value in line ${number}, if this list is the value`
      : `${spaces(field)} before this, as line ${number} has before its field, or no value in line ${number}`,
  };
}

function spaces(count: number): string {
  return count === 1 ? '1 space' : `${count} spaces`;
}

function colonInValue({ code, offset, line, start }: Site): YamlMistake | undefined {
  if (code !== 'BLOCK_AS_IMPLICIT_KEY') return undefined;
  const name = /(\w+): *$/.exec(line.slice(0, offset - start))?.[1];
  return { offset, expected: `quotes around a text with a colon in it${example(name, ': "…"')}` };
}

function commentWithoutSpace({ text, code, offset }: Site): YamlMistake | undefined {
  if (code !== 'MISSING_CHAR' || text.charAt(offset) !== '#') return undefined;
  return { offset, expected: 'a space before the # of a comment, or quotes around all of the value' };
}

/** A line that stands at no column of those above it. */
function otherIndentation({ text, code, line, start }: Site): YamlMistake | undefined {
  const isItem = /^ *-(?: |$)/.test(line);
  if (!MISPLACED.has(code) && !(code === 'MULTILINE_IMPLICIT_KEY' && isItem)) return undefined;
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  const columns = new Set<number>();
  for (const above of text.slice(0, start).split('\n')) {
    const [, own = '', dashes = ''] = /^( *)((?:- +)*)(?=[^\s#])/.exec(above) ?? [];
    if (above.trim() === '' || above.trim().startsWith('#')) continue;
    // What stands deeper has ended.
    for (const column of columns) if (column > own.length) columns.delete(column);
    columns.add(own.length);
    if (dashes !== '') columns.add(own.length + dashes.length);
  }
  if (columns.size === 0) return undefined;
  if (columns.has(indent)) {
    const expected = isItem
      ? 'a field here, and no item of a list, as the lines above at this indentation are fields'
      : '"- " before this, or another indentation, as the lines above at this one are items of a list';
    return { offset: start + indent, expected };
  }
  const known = [...columns].toSorted((one, other) => one - other);
  const last = known.pop();
  const all = known.length === 0 ? String(last) : `${known.join(', ')} or ${last}`;
  return { offset: start + indent, expected: `${all} spaces before this, as lines above it have` };
}

/** Codes of lines that belong to nothing. */
const MISPLACED: ReadonlySet<ErrorCode> = new Set(['BAD_INDENT', 'MISSING_CHAR', 'UNEXPECTED_TOKEN']);

/**
 * What is wrong with what the parser takes for the name of a field; undefined where nothing is.
 * @returns `field`: the name that was meant, where one can be told
 */
export function fieldNameMistake(
  name: string,
  hasValue: boolean,
): { readonly expected: string; readonly field: readonly string[] } | undefined {
  if (/^[^\S ]/.test(name))
    return { expected: 'plain spaces for indentation, and no other white space', field: [] };
  if (name.startsWith('//')) return { expected: '# before a comment', field: [] };
  const field = /^(\w+):\S/.exec(name)?.[1];
  if (hasValue || field === undefined) return undefined;
  return { expected: `a space behind the colon${example(field, ': …')}`, field: [field] };
}
