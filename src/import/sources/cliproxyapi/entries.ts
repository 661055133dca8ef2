import { flagOf, isMap, listOf, mapOf, numberOf, textOf, textsOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import type { Notes } from '../../notes.ts';
import type { PlannedKey } from '../../plan.ts';
import { grouped } from '../../pools.ts';
import type { YamlSource } from '../../yaml-source.ts';
import { SECTIONS } from './sections.ts';
import type { Section } from './sections.ts';
import { noteEntry } from './uncarried.ts';

/** The models of an entry: what clients call them, and what the provider is asked for. */
interface Model {
  readonly alias: string;
  readonly name: string;
}

/** Credentials that differ in nothing but themselves. */
export interface Entry {
  readonly section: Section;
  readonly place: string;
  readonly name: string;
  readonly keys: readonly PlannedKey[];
  readonly baseUrl: string | undefined;
  readonly prefix: string | undefined;
  readonly models: readonly Model[];
  readonly excluded: readonly string[];
  readonly priority: number;
  readonly disabled: boolean;
}

/** All credentials of the file; notes say what of them is not carried. @param isWeighted - whether weights count there */
export function entriesOf(source: YamlSource, isWeighted: boolean, notes: Notes): readonly Entry[] {
  const { value, place } = source;
  const old = textsOf(value['generative-language-api-key']).map((key) => ({ 'api-key': key }));
  const lists: LooseMap = {
    ...value,
    ...(old.length > 0 && { 'gemini-api-key': [...listOf(value['gemini-api-key']), ...old] }),
  };
  return Object.entries(SECTIONS).flatMap(([list, section]) => {
    const single = listOf(lists[list]).flatMap((item, index) => {
      if (!isMap(item)) return [];
      const where = place(list, index);
      noteEntry(item, where, notes);
      return [readEntry(item, section, where, isWeighted)];
    });
    const alike = grouped(single, (entry) => ({ ...entry, keys: null, place: null }));
    return alike.flatMap((group) => {
      const [first] = group;
      return first === undefined ? [] : [{ ...first, keys: group.flatMap(({ keys }) => keys) }];
    });
  });
}

/** @param isWeighted - whether weights count there */
function readEntry(item: LooseMap, section: Section, place: string, isWeighted: boolean): Entry {
  const inner = listOf(item['api-key-entries']).map(mapOf);
  const keys = [item, ...inner, ...textsOf(item['api-keys']).map((key): LooseMap => ({ 'api-key': key }))];
  return {
    section,
    place,
    name: textOf(item['name']) ?? section.name,
    keys: keys.flatMap((entry) => {
      const key = textOf(entry['api-key']);
      if (key === undefined) return [];
      const proxy = proxyOf(entry['proxy-url'] ?? item['proxy-url']);
      return [{ key, from: place, ...(proxy !== undefined && { proxy }), ...shareOf(entry, isWeighted) }];
    }),
    baseUrl: textOf(item['base-url'])?.replace(/\/+$/, ''),
    prefix: textOf(item['prefix'])?.replace(/^\/|\/$/g, ''),
    models: listOf(item['models']).flatMap((model) => {
      const name = textOf(mapOf(model)['name']);
      return name === undefined ? [] : [{ name, alias: textOf(mapOf(model)['alias']) ?? name }];
    }),
    excluded: textsOf(item['excluded-models']),
    priority: numberOf(item['priority']) ?? 0,
    disabled: flagOf(item['disabled']) === true,
  };
}

/** `direct` and `none` say that a key goes by no proxy, whatever holds for all. */
export function proxyOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === 'direct' ? 'none' : text;
}

/** Up to a million there, up to a thousand here; nothing excludes it. */
function shareOf(
  entry: LooseMap,
  isWeighted: boolean,
): { readonly weight?: number; readonly disabled?: string } {
  const weight = numberOf(entry['weight']) ?? 1;
  if (!isWeighted || weight === 1) return {};
  return weight > 0 ? { weight: Math.min(1000, weight) } : { disabled: 'its weight excludes it there' };
}
