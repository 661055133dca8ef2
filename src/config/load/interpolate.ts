import { redactedText } from '../../keys/redaction/redacted-text.ts';
import type { FileText } from './read-files.ts';

/**
 * `${NAME}` in the configuration reads the environment, `${file:PATH}` a file.
 *
 * Braces may not stand in a plain YAML scalar within `{…}` or `[…]`, so references are first put into characters
 * that may, one for one: positions stay what they are in the file. They are expanded after parsing, in values
 * only: what the environment or a file says can never become YAML, nor a reference.
 */

/** Noncharacters, which Unicode reserves for a program's own use. */
const dollar = '\uFDD0';
const open = '\uFDD1';
const close = '\uFDD2';
const escape = '\uFDD3';

const reserved = /[\uFDD0-\uFDD3]/;
const written = /(\$?)\$\{([^\s{}]*)\}/g;
const hidden = /(\uFDD3?)\uFDD0\uFDD1([^\uFDD2]*)\uFDD2/g;
const variableName = /^[A-Za-z_]\w*$/;
const FILE = 'file:';

const REFERENCE = 'the name of an environment variable, or file: and a path without spaces, between ${ and }';

/** What references stand for. */
export interface References {
  readonly env: NodeJS.ProcessEnv;
  /** What the file of a `${file:PATH}` holds, PATH as it is written. */
  file(path: string): FileText;
}

/** The paths of all `${file:PATH}` in a text as they are written, in comments too. */
export function writtenFilePaths(text: string): readonly string[] {
  const names = Array.from(text.matchAll(written), ([, escaped, name = '']) => (escaped === '' ? name : ''));
  return names.filter((name) => name.startsWith(FILE)).map((name) => name.slice(FILE.length));
}

/** Where the first character stands that no configuration may have; undefined where there is none. */
export function findReserved(text: string): number | undefined {
  const at = text.search(reserved);
  return at < 0 ? undefined : at;
}

/** Hides the references from the YAML parser. The text keeps its length. */
export function hideReferences(text: string): string {
  return text.replaceAll(
    written,
    (_, escaped: string, name: string) => `${escaped === '' ? '' : escape}${dollar}${open}${name}${close}`,
  );
}

/** The text as it was written. */
export function showReferences(text: string): string {
  return text.replaceAll(escape, '$').replaceAll(dollar, '$').replaceAll(open, '{').replaceAll(close, '}');
}

/** A text with its references expanded, or what is wrong with one of them, which never quotes a value. */
export type Expansion = { readonly ok: true; readonly text: string } | FailedExpansion;

interface FailedExpansion {
  readonly ok: false;
  readonly expected: string;
  /** The first variable that is not set, where that is what is wrong. */
  readonly variable?: string;
}

/**
 * Puts what they stand for in place of hidden references. `$${NAME}` stands for `${NAME}` itself; `${1}` is left alone, since
 * the targets of `modelMapping` may say it.
 */
export function expandReferences(text: string, references: References): Expansion {
  let failure: FailedExpansion | undefined;
  if (text.includes('${'))
    failure = { ok: false, expected: `${REFERENCE}, or $\${ for the two characters themselves` };
  const expanded = text.replaceAll(hidden, (reference: string, escaped: string, name: string) => {
    if (escaped !== '') return `\${${name}}`;
    if (/^\d+$/.test(name)) return showReferences(reference);
    const meaning = name.startsWith(FILE)
      ? fileMeaning(name.slice(FILE.length), references)
      : variableMeaning(name, references);
    if (meaning.ok) return meaning.text;
    failure ??= meaning;
    return '';
  });
  return failure ?? { ok: true, text: expanded };
}

function variableMeaning(name: string, { env }: References): Expansion {
  const text = Object.hasOwn(env, name) ? env[name] : undefined;
  // A key may stand where its variable's name belongs.
  if (!variableName.test(name) || (text === undefined && redactedText(name) !== name))
    return { ok: false, expected: REFERENCE };
  return text === undefined
    ? { ok: false, expected: `the environment variable ${name}, which is not set`, variable: name }
    : { ok: true, text };
}

/** The file's text without the newline that editors and `echo` end it with. */
function fileMeaning(path: string, references: References): Expansion {
  if (path === '') return { ok: false, expected: REFERENCE };
  const read = references.file(path);
  return read.ok ? { ok: true, text: read.text.replace(/\r?\n$/, '') } : read;
}
