import { chinaTypes } from './rows/china.ts';
import { commonTypes } from './rows/common.ts';
import { ownTypes } from './rows/own.ts';
import { worldTypes } from './rows/world.ts';
import type { ProviderType } from './row.ts';

/** Every type, those that most configurations have first: the first one of the environment is the active one. */
const all = [
  ...commonTypes,
  ...[...worldTypes, ...chinaTypes, ...ownTypes].toSorted((one, other) => (one.type < other.type ? -1 : 1)),
];

/** Every provider type this version can speak to, by its name in the configuration. */
export const providerTypes: ReadonlyMap<string, ProviderType> = new Map(all.map((row) => [row.type, row]));

/** The type that people call so, in whatever case and with whatever between its words; undefined where there is none. */
export function typeCalled(name: string): string | undefined {
  const plain = plainName(name);
  return all.find(({ type, alsoCalled = [] }) => plainName(type) === plain || alsoCalled.includes(plain))
    ?.type;
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z\d]/g, '');
}

/** The row of a type that a configuration may name. Throws a `TypeError` for any other. */
export function providerTypeOf(type: string): ProviderType {
  const row = providerTypes.get(type);
  if (row === undefined) throw new TypeError(`no type of provider: ${type}`);
  return row;
}

/**
 * Whether chats of OpenAI's clients are fitted to what a type takes: it speaks that dialect, is not OpenAI, and it is known who
 * answers.
 */
export function fitsChats(type: string): boolean {
  const { speaks, chatsAsWritten } = providerTypeOf(type);
  return speaks === undefined && chatsAsWritten !== true;
}

/** The types that know an option which only some do. */
export function typesWithOption(option: string): readonly string[] {
  return all.filter(({ options = [] }) => options.includes(option)).map(({ type }) => type);
}
