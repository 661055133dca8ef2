import { providerTypes } from '../../catalog/provider-types.ts';
import type { ProviderType } from '../../catalog/row.ts';
import { keysIn, variablesOf } from './key-variables.ts';

/** A variable of the environment that was probably meant to hold keys, and holds none or is not read. */
export interface UnreadVariable {
  readonly name: string;
  /** Why it does not count, and what does: a clause that goes on from its name. */
  readonly why: string;
}

/** `OPENAI` of `OPENAI_KEY`, `OPENAI_APIKEY`, `openai_api_keys` and `OPENAI_API_KEY_2`. */
const KEY_VARIABLE = /^(?<maker>[A-Z\d_]*?[A-Z\d])_?(?:API)?_?(?:KEY|TOKEN)S?(?<number>_?\d+)?$/u;

/** Shorter words (`CO`, `HF`) are too common to mean a maker. Characters. */
const SHORTEST_WORD = 3;

const types = [...providerTypes.values()].filter(({ env }) => env !== undefined);
const readNames: ReadonlySet<string> = new Set(types.flatMap(variablesOf));
const typeByWord: ReadonlyMap<string, ProviderType> = new Map(
  types.flatMap((type) => wordsOf(type).map((word) => [word, type] as const)),
);

/**
 * The variables that hold no key though they seem to be meant for one: empty ones, and names near those that are read. One whose
 * keys are in use by the right name as well is left out. Never quotes a value.
 */
export function unreadVariables(
  env: Readonly<Record<string, string | undefined>>,
): readonly UnreadVariable[] {
  return Object.entries(env).flatMap(([name, value = '']): UnreadVariable[] => {
    if (readNames.has(name)) return keysIn(value).length > 0 ? [] : [{ name, why: 'is set, but empty' }];
    const { maker = '', number } = KEY_VARIABLE.exec(name.toUpperCase())?.groups ?? {};
    const type = typeByWord.get(maker.replaceAll('_', ''));
    if (type?.env === undefined) return [];
    const used = new Set(variablesOf(type).flatMap((each) => keysIn(env[each])));
    if (keysIn(value).every((key) => used.has(key))) return [];
    const why =
      number === undefined
        ? `is set, but ${type.env} is what is read`
        : `is set, but only ${type.env} is read: several keys stand in it with commas between them`;
    return [{ name, why }];
  });
}

/** The words by which people name a type in variables: as its own do, and its name here. */
function wordsOf(type: ProviderType): string[] {
  const inVariables = variablesOf(type).map((name) => KEY_VARIABLE.exec(name)?.groups?.['maker'] ?? '');
  return [...inVariables, type.type.toUpperCase()]
    .map((word) => word.replaceAll(/[_-]/gu, ''))
    .filter((word) => word.length >= SHORTEST_WORD);
}
