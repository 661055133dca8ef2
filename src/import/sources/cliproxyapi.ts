import { usableKeys } from '../keys.ts';
import { flagOf, isMap, listOf, mapOf, numberOf, textOf, textsOf, wordsOf } from '../loose.ts';
import type { LooseMap } from '../loose.ts';
import { exactModel, isOfVendor, starPatternOf, starRegex, vendorPattern } from '../models.ts';
import type { NamedVendor } from '../models.ts';
import { ClientNames, ProviderNames } from '../names.ts';
import { Notes } from '../notes.ts';
import { ImportFailure } from '../plan.ts';
import type { Plan, PlannedKey, PlannedProvider, PlannedRoute, PlannedTarget } from '../plan.ts';
import { boundedWeights, grouped } from '../pools.ts';
import type { SourceFile } from '../source-file.ts';
import { readYaml } from '../yaml-source.ts';
import type { YamlSource } from '../yaml-source.ts';

/** A list of credentials in the file. */
interface Section {
  /** What its providers are called. */
  readonly name: string;
  readonly type: string;
  /** What its base URLs lack of one here. */
  readonly path: string;
  /** Whose models it serves where it names none. */
  readonly vendor?: NamedVendor;
  /** The address that need not be named. */
  readonly usual?: string;
}

const SECTIONS: Readonly<Record<string, Section>> = {
  'gemini-api-key': {
    name: 'gemini',
    type: 'gemini',
    path: '/v1beta',
    vendor: 'gemini',
    usual: 'https://generativelanguage.googleapis.com',
  },
  'claude-api-key': {
    name: 'claude',
    type: 'claude',
    path: '/v1',
    vendor: 'claude',
    usual: 'https://api.anthropic.com',
  },
  'codex-api-key': {
    name: 'codex',
    type: 'openai',
    path: '',
    vendor: 'openai',
    usual: 'https://api.openai.com/v1',
  },
  'xai-api-key': { name: 'xai', type: 'grok', path: '', vendor: 'grok', usual: 'https://api.x.ai/v1' },
  'vertex-api-key': { name: 'vertex', type: 'vertex', path: '', vendor: 'gemini' },
  'openai-compatibility': { name: 'compatible', type: 'openai-compatible', path: '' },
};

/** The models of an entry: what clients call them, and what the provider is asked for. */
interface Model {
  readonly alias: string;
  readonly name: string;
}

/** Credentials that differ in nothing but themselves. */
interface Entry {
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

/** A provider on routes. */
interface Pool extends Entry {
  readonly id: string;
  /** Its share beside those of the same priority. */
  readonly share: number;
}

/**
 * The API keys of CLIProxyAPI as providers, by the models that they name or that their vendor is known by. Its logins are files
 * elsewhere, and are not read. Read after version 7.2.
 */
export function readCliProxyApi(file: SourceFile): Plan {
  const source = readYaml(file, 'CLIProxyAPI');
  const { value } = source;
  if ('model_list' in value)
    throw new ImportFailure(
      `${file.path} is a configuration of LiteLLM: sparekey import litellm ${file.path}`,
    );
  const notes = new Notes();
  const isWeighted = textOf(mapOf(value['routing'])['strategy']) === 'weighted-round-robin';
  const entries = entriesOf(source, isWeighted, notes);
  if (entries.length === 0)
    throw new ImportFailure(
      `${file.path} has no API keys of providers (gemini-api-key, claude-api-key, codex-api-key, openai-compatibility, …): its logins are OAuth, and cannot be carried.`,
    );
  const names = new ProviderNames(
    entries.flatMap(({ models, prefix }) => [
      ...models.map(({ alias }) => alias),
      ...(prefix === undefined ? [] : [`${prefix}/`]),
    ]),
  );
  const pools = entries.map((entry): Pool => {
    const keys = usableKeys(entry.keys, entry.place, notes);
    const share = isWeighted ? keys.reduce((sum, { weight = 1 }) => sum + weight, 0) : keys.length;
    return { ...entry, keys, id: names.take(entry.name), share };
  });
  const clients = new ClientNames();
  const callers = [...new Set(textsOf(value['api-keys']))].map((key) => ({
    name: clients.take('client'),
    key,
  }));
  noteRest(source, notes);
  const limits = limitsOf(value);
  return {
    ...listenOf(value, callers.length > 0),
    ...(Object.keys(limits).length > 0 && { limits }),
    clients: callers,
    providers: pools.map((pool) => providerOf(pool, value)),
    routes: routesOf(pools.filter(isUsable), value),
    notes: notes.list(),
  };
}

function isUsable({ disabled, share, keys, section }: Pool): boolean {
  return !disabled && (share > 0 || (keys.length === 0 && section.type === 'openai-compatible'));
}

function entriesOf(source: YamlSource, isWeighted: boolean, notes: Notes): readonly Entry[] {
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
function proxyOf(value: unknown): string | undefined {
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

function providerOf(pool: Pool, value: LooseMap): PlannedProvider {
  const { id, section, place, keys, baseUrl, prefix, models } = pool;
  const isSticky = flagOf(mapOf(value['routing'])['session-affinity']) === true;
  const most = numberOf(value['max-retry-credentials']) ?? 0;
  const isUsual = baseUrl === undefined || baseUrl === section.usual;
  const unusable = unusableBecause(pool);
  const proxy = proxyOf(value['proxy-url']);
  return {
    id,
    type: section.type,
    from: place,
    ...(proxy !== undefined && { proxy }),
    ...(unusable !== undefined && { unusable }),
    options: {
      ...(!isUsual && { baseUrl: `${baseUrl}${section.path}` }),
      ...(isSticky && { affinity: 'session' }),
      ...(most > 0 && { attempts: Math.min(32, most) }),
    },
    keys,
    ...(prefix !== undefined &&
      models.length === 0 && { modelMapping: { [`~${starRegex(`${prefix}/*`)}`]: '$1' } }),
  };
}

function unusableBecause(pool: Pool): string | undefined {
  if (pool.disabled) return 'it is disabled there';
  if (pool.section.type === 'openai-compatible' && pool.baseUrl === undefined) return 'it names no base-url';
  return isUsable(pool) ? undefined : 'it has no key';
}

/** Names with their providers first, then what is excluded, then all that a vendor is known by. */
function routesOf(pools: readonly Pool[], value: LooseMap): readonly PlannedRoute[] {
  const order = textOf(mapOf(value['routing'])['strategy']) === 'fill-first' ? 'fill' : 'share';
  const forced = flagOf(value['force-model-prefix']) === true;
  const open = pools.filter(({ models }) => models.length === 0);
  const named = new Map<string, { pool: Pool; model?: string }[]>();
  const put = (asked: string, pool: Pool, model?: string): void => {
    const known = named.get(asked) ?? [];
    known.push(model === undefined || model === asked ? { pool } : { pool, model });
    named.set(asked, known);
  };
  for (const pool of pools)
    for (const { alias, name } of pool.models) {
      if (isExcluded(name, pool)) continue;
      if (pool.prefix === undefined || !forced) put(alias, pool, name);
      if (pool.prefix !== undefined) put(`${pool.prefix}/${alias}`, pool, name);
    }
  const unprefixed = open.filter(({ prefix }) => prefix === undefined || !forced);
  const servesByName = (vendor: NamedVendor): readonly Pool[] =>
    unprefixed.filter(({ section }) => section.vendor === vendor);
  // Who names no models serves those of its vendor, beside who names them.
  for (const asked of named.keys())
    for (const pool of unprefixed)
      if (
        pool.section.vendor !== undefined &&
        isOfVendor(asked, pool.section.vendor) &&
        !isExcluded(asked, pool)
      )
        put(asked, pool);
  const vendors = [...new Set(unprefixed.flatMap(({ section }) => section.vendor ?? []))];
  const targets = (those: readonly Pool[]): PlannedTarget[][] =>
    stepsOf(
      those.map((pool) => ({ pool })),
      order,
    );
  return [
    ...[...named].map(([asked, serving]) => ({ model: exactModel(asked), to: stepsOf(serving, order) })),
    ...vendors.flatMap((vendor) =>
      [...new Set(servesByName(vendor).flatMap(({ excluded }) => excluded))].map((pattern) => ({
        model: starPatternOf(pattern, vendor),
        to: targets(servesByName(vendor).filter(({ excluded }) => !excluded.includes(pattern))),
      })),
    ),
    ...grouped(
      open.filter(({ prefix }) => prefix !== undefined),
      ({ prefix }) => prefix,
    ).map((those) => ({
      model: `${those[0]?.prefix}/*`,
      to: targets(those),
    })),
    ...vendors.map((vendor) => ({ model: vendorPattern(vendor), to: targets(servesByName(vendor)) })),
  ];
}

function isExcluded(model: string, { excluded }: Pool): boolean {
  return excluded.some((pattern) => new RegExp(starRegex(pattern), 'i').test(model));
}

/** Priorities are steps; equals share, or are filled one after the other. */
function stepsOf(
  serving: readonly { readonly pool: Pool; readonly model?: string }[],
  order: 'fill' | 'share',
): PlannedTarget[][] {
  const byPriority = grouped(serving, ({ pool }) => pool.priority).toSorted(
    (one, other) => (other[0]?.pool.priority ?? 0) - (one[0]?.pool.priority ?? 0),
  );
  return byPriority.flatMap((equals) => {
    const weights = boundedWeights(equals.map(({ pool }) => pool.share || 1));
    const targets = equals.map(({ pool, model }, index) => ({
      provider: pool.id,
      ...(model !== undefined && { model }),
      ...(order === 'share' && { weight: weights[index] ?? 1 }),
    }));
    return order === 'fill' ? targets.map((target) => [target]) : [targets];
  });
}

function listenOf(value: LooseMap, hasClients: boolean): { readonly listen?: string } {
  const port = numberOf(value['port']);
  if (port === undefined) return {};
  const host = hasClients ? (textOf(value['host']) ?? '') : '127.0.0.1';
  return { listen: `${host.includes(':') ? `[${host}]` : host}:${port}` };
}

function limitsOf(value: LooseMap): LooseMap {
  const ping = numberOf(mapOf(value['streaming'])['keepalive-seconds']) ?? 0;
  const wait = (numberOf(value['request-retry']) ?? 0) > 0 ? (numberOf(value['max-retry-interval']) ?? 0) : 0;
  return {
    ...(ping > 0 && { streamPing: `${ping}s` }),
    ...(wait > 0 && { waitForKey: `${Math.min(3600, wait)}s` }),
  };
}

const NOT_OF_ENTRIES: readonly (readonly [field: string, why: string])[] = [
  ['headers', 'requests have no headers of the configuration; passHeaders lets those of clients pass'],
  ['request-scoped-errors', 'the rules for each vendor say whose fault an answer is; verdicts adds to them'],
  ['cloak', 'requests go as clients write them; claudeCodeMode is for OAuth tokens of Claude Code'],
  ['fingerprint-profile', 'requests go as clients write them'],
  ['disable-cooling', 'failing keys leave and come back: failover.enabled is the switch'],
];

function noteEntry(item: LooseMap, where: string, notes: Notes): void {
  const parts = [item, ...listOf(item['api-key-entries']).map(mapOf)];
  for (const [field, why] of NOT_OF_ENTRIES)
    if (parts.some((part) => isSet(part[field]))) notes.add(where, field, why);
}

/** What is carried, or says nothing of how requests are served. */
const SILENT: ReadonlySet<string> = new Set([
  ...Object.keys(SECTIONS),
  ...wordsOf(`
    generative-language-api-key api-keys host port proxy-url routing streaming request-retry max-retry-interval
    max-retry-credentials force-model-prefix debug logging-to-file request-log logs-max-total-size-mb
    error-logs-max-files usage-statistics-enabled commercial-mode ws-auth
    redis-usage-queue-retention-seconds auth-auto-refresh-workers save-cooldown-status quota-exceeded
  `),
]);

const KNOWN: Readonly<Record<string, string>> = {
  'auth-dir': 'logins by OAuth (Gemini CLI, Claude Code, Codex, …) are no API keys: use keys of the vendors',
  'remote-management': 'the admin API has a listener and a token of its own: admin.listen, admin.token',
  tls: 'write it by hand as tls, or put a proxy with TLS in front',
  payload: 'customSettings of a provider sets fields of all its requests',
  'interactions-api-key': 'Sparekey has no Interactions API; the keys serve as gemini-api-key',
};

function noteRest({ value, place }: YamlSource, notes: Notes): void {
  for (const [field, content] of Object.entries(value))
    if (!SILENT.has(field) && isSet(content))
      notes.add(place(field), field, KNOWN[field] ?? 'it has no counterpart here');
}

/** Whether a value says anything: not what is off, empty, or a default that switches nothing on. */
function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isSet);
  if (isMap(value)) {
    if ((value['enable'] ?? value['enabled']) === false) return false;
    return Object.values(value).some(isSet);
  }
  return value !== undefined && value !== null && value !== false && value !== '' && value !== 0;
}
