import { isMap, jsonOf, mapOf, textOf } from '../../loose.ts';
import { usableKeys } from '../../keys.ts';
import { exactModel, routableModels } from '../../models.ts';
import { ProviderNames } from '../../names.ts';
import { Notes } from '../../notes.ts';
import { ImportFailure } from '../../plan.ts';
import type { CustomSetting, Plan, PlannedProvider, PlannedRoute, PlannedTarget } from '../../plan.ts';
import { boundedWeights, grouped } from '../../pools.ts';
import type { SourceFile } from '../../source-file.ts';
import { openTables } from '../../tables.ts';
import type { Tables } from '../../tables.ts';
import { readChannel } from './channel.ts';
import type { Channel } from './channel.ts';
import { NEW_API_TYPES, ONE_API_TYPES } from './channel-types.ts';
import { readClients } from './clients.ts';
import { vendorWords } from './vendor-words.ts';

/** The two gateways with channels. */
export type ChannelProduct = 'one-api' | 'new-api';

/** A provider, and what its channels say of its place on routes. */
interface Pool {
  readonly provider: PlannedProvider;
  readonly models: readonly string[];
  readonly priority: number;
  /** Its share beside those of the same priority; 0: none where others have one. */
  readonly weight: number;
}

/** Columns that new-api has and one-api has not. */
const OF_NEW_API = ['auto_ban', 'channel_info', 'other_info', 'setting'];

/**
 * The channels of one-api or new-api as providers, its tokens as clients. Channels that differ in their keys alone are one
 * provider; priorities are steps of routes, weights shares in a step.
 * @param now - seconds since 1970
 */
export function readChannels(file: SourceFile, product: ChannelProduct, now: number): Plan {
  const tables = openTables(file, 'channels');
  try {
    checkProduct(tables, file, product);
    const notes = new Notes();
    const channels = [...tables.rows('channels')].map(readChannel);
    if (channels.length === 0) throw new ImportFailure(`${file.path} has no channels.`);
    const clients = readClients(tables, notes, now);
    noteGroups(channels, notes);
    const pools = poolsOf(channels, product, notes);
    return {
      clients,
      providers: pools.map(({ provider }) => provider),
      routes: routesOf(pools),
      notes: notes.list(),
    };
  } finally {
    tables.close();
  }
}

function checkProduct(tables: Tables, { path }: SourceFile, product: ChannelProduct): void {
  const columns = tables.columns('channels');
  if (columns.length === 0) {
    const hint =
      tables.columns('api_keys').length > 0
        ? ' It looks like one of gpt-load: sparekey import gpt-load.'
        : '';
    throw new ImportFailure(`${path} has no table of channels, so it is none of ${product}.${hint}`);
  }
  const isNewApi = OF_NEW_API.some((column) => columns.includes(column));
  if (product === 'one-api' && isNewApi)
    throw new ImportFailure(
      `${path} is of new-api, whose numbers mean other vendors: sparekey import new-api ${path}`,
    );
  if (product === 'new-api' && !isNewApi && columns.includes('config'))
    throw new ImportFailure(
      `${path} is of one-api, whose numbers mean other vendors: sparekey import one-api ${path}`,
    );
}

/** Groups say who may use a channel; here every client may use every route. */
function noteGroups(channels: readonly Channel[], notes: Notes): void {
  const groups = new Set(channels.flatMap((channel) => channel.groups));
  if (groups.size < 2) return;
  for (const { place, groups: own } of channels)
    notes.add(
      place,
      `group ${own.join(', ')}`,
      'here every client reaches every provider: for what others may not use, run a second gateway',
    );
}

function poolsOf(channels: readonly Channel[], product: ChannelProduct, notes: Notes): readonly Pool[] {
  const names = new ProviderNames(channels.flatMap(({ models }) => models));
  const alike = grouped(
    channels,
    ({ type, baseUrl, models, mapping, priority, weight, words, other, testModel, row }) => [
      type,
      baseUrl,
      models,
      mapping,
      priority,
      weight,
      words,
      other,
      testModel,
      row['param_override'],
      row['setting'],
    ],
  );
  return alike.flatMap((group) => {
    const pool = poolOf(group, product, names, notes);
    return pool === undefined ? [] : [pool];
  });
}

function poolOf(
  group: readonly Channel[],
  product: ChannelProduct,
  names: ProviderNames,
  notes: Notes,
): Pool | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const type = (product === 'one-api' ? ONE_API_TYPES : NEW_API_TYPES)[first.type];
  for (const channel of group) noteRest(channel, notes);
  if (type?.type === undefined) {
    for (const { place } of group)
      notes.add(place, `type ${first.type} (${type?.name ?? 'unknown'})`, 'Sparekey has no such provider');
    return undefined;
  }
  const whole = { ...first, keys: group.flatMap(({ keys }) => keys) };
  const { options, secrets, keys: written, mapping: own = {}, unusable } = vendorWords(whole, type, notes);
  const keys = usableKeys(written, first.place, notes);
  for (const { place, keys: its } of group)
    if (its.length === 0 && keys.length > 0)
      notes.add(place, 'no key', 'the others of its kind serve without it');
  const models = routableModels(first.models, first.place, notes);
  if (models.length === 0) notes.add(first.place, 'no models', 'no route leads to it: write one');
  const proxy = textOf(mapOf(jsonOf(first.row['setting']))['proxy']);
  const provider: PlannedProvider = {
    id: names.take(first.name),
    type: type.type,
    from: fromOf(group),
    options: { ...options, ...settingsOf(first) },
    ...(proxy !== undefined && { proxy }),
    ...(secrets !== undefined && { secrets }),
    keys,
    modelMapping: { ...resolved(first.mapping, product), ...own },
    customSettings: overridesOf(first, notes),
    recovery: first.testModel === undefined ? {} : { healthCheckModel: first.testModel },
    ...unusableFields(unusable ?? withoutKeys(keys, secrets), keys, whole),
  };
  const weight = product === 'one-api' ? group.length : first.weight * group.length;
  return { provider, models, priority: first.priority, weight };
}

function fromOf(group: readonly Channel[]): string {
  const [first, second] = group;
  const places = [first, second].flatMap((channel) => (channel === undefined ? [] : [channel.place]));
  return group.length > 2 ? `${places[0]} and ${group.length - 1} more` : places.join(', ');
}

/** Why a pool without a key in use cannot serve. */
function withoutKeys(keys: PlannedProvider['keys'], secrets: object | undefined): string | undefined {
  if (secrets !== undefined) return undefined;
  if (keys.length === 0) return 'the source says no key of it';
  const [{ disabled } = {}] = keys;
  return keys.every((key) => key.disabled !== undefined) ? disabled : undefined;
}

/** A provider that is not in use keeps its keys as they would be used. */
function unusableFields(
  why: string | undefined,
  keys: PlannedProvider['keys'],
  { place }: Channel,
): Partial<PlannedProvider> {
  if (why === undefined) return {};
  return { unusable: why, keys: keys.map(({ key }) => ({ key, from: place })) };
}

/** new-api goes on from name to name; one-api stops at the first. */
function resolved(
  mapping: Readonly<Record<string, string>>,
  product: ChannelProduct,
): Record<string, string> {
  const last = (target: string, seen: ReadonlySet<string>): string => {
    const next = mapping[target];
    return next === undefined || seen.has(next) ? target : last(next, new Set([...seen, next]));
  };
  return Object.fromEntries(
    Object.entries(mapping).map(([model, target]) => [
      model,
      product === 'one-api' ? target : last(target, new Set([model, target])),
    ]),
  );
}

/** Of the settings of new-api those that have a word here. */
function settingsOf({ row }: Channel): Readonly<Record<string, unknown>> {
  const setting = mapOf(jsonOf(row['setting']));
  return setting['thinking_to_content'] === true ? { reasoningContentMode: 'concat' } : {};
}

function overridesOf({ row, place }: Channel, notes: Notes): readonly CustomSetting[] {
  const override = jsonOf(row['param_override']);
  if (!isMap(override) || Object.keys(override).length === 0) return [];
  if ('operations' in override) {
    notes.add(
      place,
      'param_override with operations',
      'only fields that are set are carried: customSettings has no conditions',
    );
    return [];
  }
  return Object.entries(override).map(([name, value]) => ({ name, value, overwrite: true }));
}

/** What has no counterpart, column by column. */
const UNCARRIED: readonly (readonly [column: string, why: string])[] = [
  [
    'header_override',
    'requests have no headers of the configuration; passHeaders lets those of clients pass',
  ],
  ['status_code_mapping', 'statuses are not rewritten; verdicts say what one means'],
  ['openai_organization', 'a key belongs to its organisation: make one for that which is meant'],
  ['system_prompt', 'put it into a file, and name its URL as context'],
];

function noteRest({ row, place }: Channel, notes: Notes): void {
  for (const [column, why] of UNCARRIED) {
    const value = textOf(row[column]);
    if (value !== undefined && value !== '{}') notes.add(place, column, why);
  }
  const setting = mapOf(jsonOf(row['setting']));
  if (textOf(setting['system_prompt']) !== undefined)
    notes.add(place, 'setting.system_prompt', 'put it into a file, and name its URL as context');
}

/** A route for each model, whose steps are the priorities of those that serve it. */
function routesOf(pools: readonly Pool[]): readonly PlannedRoute[] {
  const byModel = new Map<string, Pool[]>();
  for (const pool of pools) {
    if (pool.provider.unusable !== undefined) continue;
    for (const model of pool.models) {
      const serving = byModel.get(model);
      if (serving === undefined) byModel.set(model, [pool]);
      else serving.push(pool);
    }
  }
  return [...byModel].map(([model, serving]) => ({ model: exactModel(model), to: stepsOf(serving) }));
}

function stepsOf(pools: readonly Pool[]): PlannedTarget[][] {
  const byPriority = grouped(pools, ({ priority }) => priority).toSorted(
    (one, other) => (other[0]?.priority ?? 0) - (one[0]?.priority ?? 0),
  );
  return byPriority.flatMap((equals) => {
    const weighted = equals.filter(({ weight }) => weight > 0);
    // Without a share beside those that have one a channel is never asked first.
    const parts =
      weighted.length === 0
        ? [equals]
        : [weighted, ...equals.filter(({ weight }) => weight <= 0).map((one) => [one])];
    return parts.map(targetsOf);
  });
}

function targetsOf(equals: readonly Pool[]): PlannedTarget[] {
  const weights = boundedWeights(
    equals.map(({ weight, provider }) => (weight > 0 ? weight : provider.keys.length || 1)),
  );
  return equals.map(({ provider }, index) => ({ provider: provider.id, weight: weights[index] ?? 1 }));
}
