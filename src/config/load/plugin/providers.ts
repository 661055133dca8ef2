import { providerTypes, typesWithOption } from '../../../catalog/provider-types.ts';
import { describeOption, fieldNamesAt, itemsOf, keywordsOf, schemaAt } from '../../schema/introspect.ts';
import type { Schema } from '../../schema/introspect.ts';
import { singleProvider } from '../../schema/provider.ts';
import { vendorFields } from '../../schema/vendor-fields.ts';
import { KEY_OPTIONS } from '../../schema/vendor-options.ts';
import { fieldNamesFor } from '../issues.ts';
import { meantName } from '../nearest.ts';
import { isBlank, isBlankList, isFields } from './fields.ts';
import type { Fields } from './fields.ts';
import type { Place, Reading } from './reading.ts';
import { readTokens } from './tokens.ts';
import { readScalar } from './values.ts';
import { ALIASES, PROVIDER_WORDS } from './words.ts';
import type { Words } from './words.ts';

/*
 * Providers as the plugin writes them, as the schema wants them: names of its older versions, single values where lists are meant,
 * and in a configuration that is the plugin's also what it does not read, which is left out with a note.
 */

/** Types of which the plugin uses `apiTokens` alone where there are any. */
const TOKENS_FIRST: ReadonlySet<string> = new Set(['bedrock', 'vertex']);

/** A provider as the schema wants it. */
export function readProvider(provider: Fields, place: Place, reading: Reading): Fields {
  const written = spellings(provider, place, reading);
  const named = Object.fromEntries([...written].map(([name, as]) => [name, provider[as]]));
  if (isBlankBesideOthers(named)) delete named['apiTokens'];
  const ignored = reading.isPlugins ? ignoredOptions(named) : new Map<string, string>();
  const known = fieldNamesFor(named['type'], fieldNamesAt(singleProvider, []));
  const entries = Object.entries(named).flatMap(([name, value]) => {
    const at = reading.enter(place, name, written.get(name));
    const why = ignored.get(name);
    if (why === undefined) return readField(name, value, singleProvider, PROVIDER_WORDS, at, reading, known);
    reading.note(at, `nothing, since ${why}`);
    return [];
  });
  return Object.fromEntries(entries);
}

/** The schema's names of the options that are given, and how they are written. */
function spellings(provider: Fields, place: Place, reading: Reading): ReadonlyMap<string, string> {
  const written = new Map<string, string>();
  for (const as of Object.keys(provider).toSorted((one, other) => rank(one) - rank(other))) {
    if (reading.isPlugins && isBlank(provider[as])) continue;
    const name = ALIASES.get(as) ?? as;
    const earlier = written.get(name);
    if (earlier === undefined) written.set(name, as);
    else reading.note(reading.enter(place, as), `nothing, since ${earlier} goes before it`);
  }
  return written;
}

/** Of two words for one thing the schema's counts, but for the one that the plugin reads first. */
function rank(name: string): number {
  if (name === 'claudeVersion') return 0;
  return ALIASES.has(name) ? 2 : 1;
}

/** One empty token where another credential stands beside, as an example of the plugin's documentation has it. */
function isBlankBesideOthers({ apiTokens, ...provider }: Fields): boolean {
  const isEmpty =
    apiTokens === '' || (Array.isArray(apiTokens) && apiTokens.length === 1 && apiTokens[0] === '');
  return isEmpty && KEY_OPTIONS.some(({ parts }) => parts.some((part) => !isBlank(provider[part])));
}

/** Options that the plugin reads and has no use for, beside others or with this type, and why. */
function ignoredOptions(provider: Fields): ReadonlyMap<string, string> {
  const { type, apiTokens = [], basePathHandling } = provider;
  const row = typeof type === 'string' ? providerTypes.get(type) : undefined;
  const ignored = new Map<string, string>();
  if (row === undefined) return ignored;
  const handlings = keywordsOf(schemaAt(singleProvider, ['basePathHandling']) ?? singleProvider);
  if (basePathHandling !== undefined && handlings?.includes(basePathHandling) === false)
    for (const option of ['basePath', 'basePathHandling'])
      if (option in provider) ignored.set(option, 'there is no such handling, and without one paths stay');
  const { options = [], baseUrlOptions = [], keyOptions } = row;
  for (const option of Object.keys(vendorFields))
    if (option in provider && !options.includes(option))
      ignored.set(option, `${option} is for type: ${typesWithOption(option).join(', ')} only`);
  const [first, ...others] = baseUrlOptions.filter(
    ({ option, besideBaseUrl }) => besideBaseUrl !== true && option in provider,
  );
  for (const { option } of others) ignored.set(option, `${first?.option} goes before it`);
  if (TOKENS_FIRST.has(row.type) && !(Array.isArray(apiTokens) && apiTokens.length === 0))
    for (const option of keyOptions?.parts ?? [])
      if (option in provider) ignored.set(option, 'apiTokens go before it');
  return ignored;
}

/** The fields of a map, by the words that the plugin knows in it. */
function readMap(map: Fields, schema: Schema, words: Words, place: Place, reading: Reading): Fields {
  return Object.fromEntries(
    Object.entries(map).flatMap(([name, value]) =>
      readField(name, value, schema, words, reading.enter(place, name), reading),
    ),
  );
}

/**
 * One field of a map; none where it is as good as absent, or nobody reads it.
 * @param known - the names that one nobody reads may have been meant to be
 */
export function readField(
  name: string,
  value: unknown,
  schema: Schema,
  words: Words,
  place: Place,
  reading: Reading,
  known: readonly string[] = fieldNamesAt(schema, []),
): [string, unknown][] {
  const option = schemaAt(schema, [name]);
  // Of a setting any value is one.
  if (option !== undefined && describeOption(option).kind?.kind === 'any value') return [[name, value]];
  if (reading.isPlugins && isBlank(value)) return [];
  if (option === undefined && reading.isPlugins) {
    const near = meantName(name, known);
    const meant = near === undefined ? '' : `; did you mean ${near}?`;
    reading.note(place, `a known option (this one is ignored)${meant}`);
    return [];
  }
  // What Sparekey alone knows is as it has always been, and what nobody knows is for the schema to find.
  if (option === undefined || !words.names.has(name)) return [[name, value]];
  const read = readOption(name, value, option, words.within.get(name), place, reading);
  return read === undefined ? [] : [[name, read]];
}

function readOption(
  name: string,
  value: unknown,
  option: Schema,
  inside: Words | undefined,
  place: Place,
  reading: Reading,
): unknown {
  const items = itemsOf(option);
  if (items !== undefined && name === 'apiTokens') return readTokens(value, items, place, reading);
  if (items !== undefined) {
    const isOptional = describeOption(option).default === undefined;
    return readList(name, value, items, isOptional, inside, place, reading);
  }
  if (inside === undefined) return readScalar(name, option, value, place, reading);
  // The plugin's documentation writes the one context as a list of one.
  const map: unknown = name === 'context' && Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (isFields(map)) return readMap(map, option, inside, place, reading);
  if (!reading.isPlugins || name === 'context') return map;
  if (!isBlankList(map)) reading.note(place, 'a map; as it is it means nothing');
  return undefined;
}

/** @param isOptional none is not the same as an empty one to the schema, and is to the plugin */
function readList(
  name: string,
  value: unknown,
  items: Schema,
  isOptional: boolean,
  inside: Words | undefined,
  place: Place,
  reading: Reading,
): unknown {
  if (isOptional && (value === null || isBlankList(value))) return undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const read: unknown[] = [];
  for (const [index, item] of list.entries()) {
    const at = reading.enter(place, read.length, index);
    if (name === 'contextCleanupCommands' && item === '') continue;
    if (reading.isPlugins && name === 'customSettings' && !isSetting(item))
      reading.note(at, 'a setting with the name of a field and a value; without them it has no effect');
    else if (reading.isPlugins && isBlank(item))
      reading.note(at, 'an item that is not empty; it is left out');
    else
      read.push(
        isFields(item) && inside !== undefined
          ? readMap(item, items, inside, at, reading)
          : readScalar(name, items, item, at, reading),
      );
  }
  return isOptional && reading.isPlugins && read.length === 0 ? undefined : read;
}

function isSetting(item: unknown): boolean {
  return isFields(item) && !isBlank(item['name']) && item['value'] !== undefined;
}
