import { redactedText } from '../../keys/redaction/redacted-text.ts';

/**
 * `${NAME}` in the configuration reads the environment.
 *
 * Braces may not stand in a plain YAML scalar within `{…}` or `[…]`, so references are first put into characters
 * that may, one for one: positions stay what they are in the file. They are expanded after parsing, in values
 * only: what the environment says can never become YAML.
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
export type Expansion =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly expected: string };

/**
 * Puts the environment's values in place of hidden references. `$${NAME}` stands for `${NAME}` itself; `${1}`
 * is left alone, since the targets of `modelMapping` may say it.
 */
export function expandReferences(text: string, env: NodeJS.ProcessEnv): Expansion {
  let expected: string | undefined;
  if (text.includes('${'))
    expected =
      'the name of an environment variable between ${ and }, or $${ for the two characters themselves';
  const expanded = text.replaceAll(hidden, (reference: string, escaped: string, name: string) => {
    if (escaped !== '') return `\${${name}}`;
    if (/^\d+$/.test(name)) return showReferences(reference);
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    // A key may stand where its variable's name belongs.
    if (!variableName.test(name) || (value === undefined && redactedText(name) !== name))
      expected ??= 'the name of an environment variable between ${ and }';
    else if (value === undefined) expected ??= `the environment variable ${name}, which is not set`;
    return value ?? '';
  });
  return expected === undefined ? { ok: true, text: expanded } : { ok: false, expected };
}
