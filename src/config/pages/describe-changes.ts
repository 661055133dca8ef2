import { isDeepStrictEqual } from 'node:util';
import { isSame } from '../same.ts';
import type { Config, ProviderConfig } from '../schema/schema.ts';

/** Names of one kind in a line; the rest are counted. */
const MAX_NAMES = 5;
/** Providers of which a line says what changed in them; the rest are counted. */
const MAX_PROVIDERS = 10;

/**
 * What another configuration changes, in a line for people: names and counts, no secret. `nothing changed` where it says
 * the same. Where a key is written makes no difference.
 */
export function describeChanges(before: Config, after: Config): string {
  const parts = [
    ...providerChanges(before, after),
    ...listChanges('client', clientsOf(before), clientsOf(after)),
    ...listChanges('route', routesOf(before), routesOf(after)),
    ...(isReordered(routesOf(before), routesOf(after)) ? ['routes reordered'] : []),
    ...fieldChanges('limits', before.limits, after.limits),
    ...fieldChanges('', optionsOf(before), optionsOf(after)),
  ];
  return parts.length === 0 ? 'nothing changed' : parts.join('; ');
}

/** Items by what makes each the same one. */
type Items = ReadonlyMap<string, Item>;

interface Item {
  readonly name: string;
  readonly facts: unknown;
}

function listChanges(noun: string, before: Items, after: Items): string[] {
  const isKept = (id: string): boolean => before.has(id) && after.has(id);
  const changes = [
    ['added', [...after].filter(([id]) => !before.has(id))],
    ['removed', [...before].filter(([id]) => !after.has(id))],
    ['changed', [...after].filter(([id, { facts }]) => isKept(id) && !isSame(before.get(id)?.facts, facts))],
  ] as const;
  return changes.flatMap(([what, items]) =>
    items.length === 0
      ? []
      : [`${counted(items.length, noun)} ${what}${namesText(items.map(([, item]) => item))}`],
  );
}

/** Of routes that match alike the first counts. */
function isReordered(before: Items, after: Items): boolean {
  const kept = [...after.keys()].filter((id) => before.has(id));
  return !isDeepStrictEqual(
    kept,
    [...before.keys()].filter((id) => after.has(id)),
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** In brackets; those that have no name are not shown. */
function namesText(items: readonly Item[]): string {
  const names = items.map(({ name }) => name).filter((name) => name !== '');
  if (names.length === 0) return '';
  const more = items.length - Math.min(names.length, MAX_NAMES);
  return ` (${names.slice(0, MAX_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}

/** Which fields differ. */
function fieldChanges(owner: string, before: object, after: object): string[] {
  const names = changedFields(before, after);
  if (names.length === 0) return [];
  return [owner === '' ? `${names.join(', ')} changed` : `${owner} changed (${names.join(', ')})`];
}

function changedFields(before: object, after: object): readonly string[] {
  const [one, other] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => !isSame(one.get(name), other.get(name)));
}

function providerChanges(before: Config, after: Config): string[] {
  // What changed within one is said of it alone.
  const whole = listChanges('provider', providersOf(before), providersOf(after));
  const old = new Map(before.providers.map((provider) => [provider.id, provider]));
  const both = after.providers.flatMap((provider) => {
    const previous = old.get(provider.id);
    if (previous === undefined) return [];
    const parts = changesWithin(previous, provider, before, after);
    return parts.length === 0 ? [] : [`provider ${provider.id}: ${parts.join(', ')}`];
  });
  const more = both.length - MAX_PROVIDERS;
  return [
    ...whole,
    ...both.slice(0, MAX_PROVIDERS),
    ...(more > 0 ? [`${counted(more, 'more provider')} changed`] : []),
  ];
}

function providersOf({ providers }: Config): Items {
  return new Map(providers.map(({ id }) => [id, { name: id, facts: undefined }]));
}

function changesWithin(before: ProviderConfig, after: ProviderConfig, old: Config, now: Config): string[] {
  const names = changedFields(optionsOfProvider(before, old), optionsOfProvider(after, now));
  return [
    ...(names.length === 0 ? [] : [`${names.join(', ')} changed`]),
    ...listChanges('key', keysOf(before), keysOf(after)),
  ];
}

/** Without its keys, and without the rules that all providers have. */
function optionsOfProvider(
  { apiTokens: _tokens, verdicts, ...rest }: ProviderConfig,
  { verdicts: shared }: Config,
) {
  return { ...rest, verdicts: verdicts.slice(0, verdicts.length - shared.length) };
}

function keysOf({ apiTokens }: ProviderConfig): Items {
  return new Map(
    apiTokens.map(({ key, origin = '', ...facts }) => [key.reveal(), { name: facts.name ?? origin, facts }]),
  );
}

function clientsOf({ clients = [] }: Config): Items {
  return new Map(clients.map((client) => [client.key.reveal(), { name: client.name, facts: client }]));
}

/** Routes have no names: one is the same where it is for the same requests, and the same one of several for those. */
function routesOf({ routes }: Config): Items {
  const seen = new Map<string, number>();
  return new Map(
    routes.map(({ model, hosts = [], paths = [], ...facts }) => {
      const name = [model, ...hosts, ...paths].join(' ');
      const number = (seen.get(name) ?? 0) + 1;
      seen.set(name, number);
      return [`${name}\n${number}`, { name, facts }];
    }),
  );
}

function optionsOf({
  providers: _providers,
  clients: _clients,
  routes: _routes,
  limits: _limits,
  ...rest
}: Config) {
  return rest;
}
