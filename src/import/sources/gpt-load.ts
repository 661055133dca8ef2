import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { flagOf, jsonOf, listOf, mapOf, numberOf, textMapOf, textOf, textsOf } from '../loose.ts';
import type { LooseMap } from '../loose.ts';
import { usableKeys } from '../keys.ts';
import { exactModel } from '../models.ts';
import { ClientNames, ProviderNames } from '../names.ts';
import { Notes } from '../notes.ts';
import { ImportFailure } from '../plan.ts';
import type {
  Plan,
  PlannedClient,
  PlannedKey,
  PlannedProvider,
  PlannedRoute,
  PlannedTarget,
} from '../plan.ts';
import { boundedWeights } from '../pools.ts';
import type { SourceFile } from '../source-file.ts';
import { openTables } from '../tables.ts';
import type { Tables } from '../tables.ts';

/** Its types of channels, and what their upstreams lack of a base URL here. */
const TYPES: Readonly<
  Record<string, { readonly type: string; readonly host: string; readonly path: string }>
> = {
  openai: { type: 'openai', host: 'https://api.openai.com', path: '/v1' },
  'openai-response': { type: 'openai', host: 'https://api.openai.com', path: '/v1' },
  anthropic: { type: 'claude', host: 'https://api.anthropic.com', path: '/v1' },
  gemini: { type: 'gemini', host: 'https://generativelanguage.googleapis.com', path: '/v1beta' },
};

/** The salt and the rounds by which ENCRYPTION_KEY becomes a key of AES-256-GCM. */
const SALT = 'gpt-load-encryption-v1';
const ROUNDS = 100_000;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A standard group, and the providers that its upstreams became. */
interface Served {
  readonly row: LooseMap;
  readonly name: string;
  readonly targets: readonly PlannedTarget[];
}

/**
 * The groups of gpt-load as providers, one for each upstream, and its paths `/proxy/GROUP` as routes: clients change the host of
 * their base URL alone. Read after version 1.4.9.
 * @param encryptionKey - its ENCRYPTION_KEY, where its keys are encrypted
 */
export function readGptLoad(file: SourceFile, encryptionKey: string | undefined): Plan {
  const tables = openTables(file, 'groups');
  try {
    if (tables.columns('groups').length === 0) {
      const hint = tables.columns('channels').length > 0 ? ' It looks like one of one-api or new-api.' : '';
      throw new ImportFailure(`${file.path} has no table of groups, so it is none of gpt-load.${hint}`);
    }
    return planOf(tables, file, encryptionKey);
  } finally {
    tables.close();
  }
}

function planOf(tables: Tables, file: SourceFile, encryptionKey: string | undefined): Plan {
  const notes = new Notes();
  const rows = [...tables.rows('groups')];
  if (rows.length === 0) throw new ImportFailure(`${file.path} has no groups.`);
  const settings = settingsOf(tables);
  const keys = keysByGroup(tables, encryptionKey);
  const names = new ProviderNames([]);
  const providers: PlannedProvider[] = [];
  const served = new Map<string, Served>();
  for (const row of rows.filter((each) => !isAggregate(each))) {
    const id = textOf(row['id']) ?? '';
    const found = providersOf(row, keys.get(id) ?? [], settings, names, notes);
    providers.push(...found.providers);
    served.set(id, { row, name: nameOf(row), targets: found.targets });
  }
  const standard = [...served.values()].flatMap((group) => routesOf(group));
  const members = [...tables.rows('group_sub_groups')];
  const aggregates = rows.filter(isAggregate).flatMap((row) => aggregateRoutes(row, members, served, notes));
  return {
    clients: clientsOf(rows, settings, notes),
    providers,
    routes: [...aggregates, ...standard],
    notes: notes.list(),
  };
}

function isAggregate(row: LooseMap): boolean {
  return textOf(row['group_type']) === 'aggregate';
}

function nameOf(row: LooseMap): string {
  return textOf(row['name']) ?? `group-${textOf(row['id'])}`;
}

function placeOf(row: LooseMap): string {
  return `group "${nameOf(row)}"`;
}

/** The settings of the whole, by their names. */
function settingsOf(tables: Tables): LooseMap {
  return Object.fromEntries(
    [...tables.rows('system_settings')].map((row) => [
      textOf(row['setting_key']) ?? '',
      row['setting_value'],
    ]),
  );
}

function keysByGroup(
  tables: Tables,
  encryptionKey: string | undefined,
): ReadonlyMap<string, readonly PlannedKey[]> {
  const decrypt = decrypter(encryptionKey);
  const groups = new Map<string, PlannedKey[]>();
  for (const row of tables.rows('api_keys')) {
    const group = textOf(row['group_id']) ?? '';
    const written = textOf(row['key_value']);
    if (written === undefined) continue;
    const key: PlannedKey = {
      key: decrypt(written, textOf(row['key_hash'])),
      from: textOf(row['notes']) ?? '',
      ...(textOf(row['status']) === 'invalid' && { disabled: 'gpt-load found it invalid' }),
    };
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [key]);
    else known.push(key);
  }
  return groups;
}

/** Reads keys as they stand in the database. Whether one is encrypted is told by its hash, which is a plain one where not. */
function decrypter(encryptionKey: string | undefined): (written: string, hash: string | undefined) => string {
  let derived: Buffer | undefined;
  return (written, hash) => {
    const isHex = written.length > 2 * (NONCE_BYTES + TAG_BYTES) && /^(?:[\da-f]{2})+$/.test(written);
    const isPlain = !isHex || hash === createHash('sha256').update(written).digest('hex');
    if (isPlain) return written;
    if (encryptionKey === undefined)
      throw new ImportFailure('The keys are encrypted: set ENCRYPTION_KEY to what gpt-load runs with.');
    derived ??= pbkdf2Sync(encryptionKey, SALT, ROUNDS, 32, 'sha256');
    const bytes = Buffer.from(written, 'hex');
    const decipher = createDecipheriv('aes-256-gcm', derived, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return (
        decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      throw new ImportFailure('ENCRYPTION_KEY is not the one that the keys were encrypted with.');
    }
  };
}

function providersOf(
  row: LooseMap,
  written: readonly PlannedKey[],
  settings: LooseMap,
  names: ProviderNames,
  notes: Notes,
): { readonly providers: readonly PlannedProvider[]; readonly targets: readonly PlannedTarget[] } {
  const place = placeOf(row);
  const channel = textOf(row['channel_type']) ?? '';
  const type = TYPES[channel];
  if (type === undefined) {
    notes.add(place, `channel_type ${channel}`, 'Sparekey has no such provider');
    return { providers: [], targets: [] };
  }
  noteRest(row, settings, notes);
  const keys = usableKeys(written, place, notes);
  const upstreams = listOf(jsonOf(row['upstreams']))
    .map(mapOf)
    .map(({ url, weight }) => ({ url: textOf(url)?.replace(/\/+$/, ''), weight: numberOf(weight) ?? 1 }))
    .filter(({ url, weight }) => url !== undefined && weight > 0);
  const weights = boundedWeights(upstreams.map(({ weight }) => weight));
  const unusable = unusableBecause(keys, upstreams.length);
  const first = names.take(nameOf(row));
  const proxy = textOf(settingOf(row, settings, 'proxy_url'));
  const providers = (upstreams.length === 0 ? [{ url: undefined }] : upstreams).map(
    ({ url }, index): PlannedProvider => ({
      id: index === 0 ? first : names.take(nameOf(row)),
      type: type.type,
      from: `${place}${upstreams.length > 1 ? `, upstream ${index + 1}` : ''}`,
      ...(unusable !== undefined && { unusable }),
      options: {
        ...(url !== undefined && url !== type.host && { baseUrl: `${url}${type.path}` }),
        ...optionsOf(row, settings),
      },
      ...(proxy !== undefined && { proxy }),
      keys: index === 0 ? (unusable === undefined ? keys : keys.map(({ key }) => ({ key }))) : [],
      ...(index > 0 && { keysOf: first }),
      modelMapping: textMapOf(row['model_redirect_rules']),
      customSettings: Object.entries(mapOf(jsonOf(row['param_overrides']))).map(([name, value]) => ({
        name,
        value,
        overwrite: true,
      })),
      recovery: recoveryOf(row, settings),
    }),
  );
  const targets = providers.map(({ id }, index) => ({ provider: id, weight: weights[index] ?? 1 }));
  return { providers, targets: unusable === undefined ? targets : [] };
}

function unusableBecause(keys: readonly PlannedKey[], upstreams: number): string | undefined {
  if (upstreams === 0) return 'it has no upstream with a weight';
  if (keys.length === 0) return 'it has no keys';
  return keys.every(({ disabled }) => disabled !== undefined)
    ? 'gpt-load found all of its keys invalid'
    : undefined;
}

/** What a group says itself, or else the whole. */
function settingOf(row: LooseMap, settings: LooseMap, name: string): unknown {
  return mapOf(jsonOf(row['config']))[name] ?? settings[name];
}

function optionsOf(row: LooseMap, settings: LooseMap): LooseMap {
  const seconds = (name: string): string | undefined => {
    const value = numberOf(settingOf(row, settings, name));
    return value === undefined || value <= 0 ? undefined : `${value}s`;
  };
  const connectTimeout = seconds('connect_timeout');
  const firstOutputTimeout = seconds('response_header_timeout');
  const retries = numberOf(settingOf(row, settings, 'max_retries'));
  return {
    ...(connectTimeout !== undefined && { connectTimeout }),
    ...(firstOutputTimeout !== undefined && { firstOutputTimeout }),
    ...(retries !== undefined && { attempts: Math.min(32, retries + 1) }),
  };
}

function recoveryOf(row: LooseMap, settings: LooseMap): NonNullable<PlannedProvider['recovery']> {
  const healthCheckModel = textOf(row['test_model']);
  const threshold = numberOf(settingOf(row, settings, 'blacklist_threshold'));
  return {
    ...(healthCheckModel !== undefined && { healthCheckModel }),
    ...(threshold !== undefined && threshold > 0 && { failureThreshold: threshold }),
  };
}

function noteRest(row: LooseMap, settings: LooseMap, notes: Notes): void {
  const place = placeOf(row);
  if (listOf(jsonOf(row['header_rules'])).length > 0)
    notes.add(
      place,
      'header_rules',
      'requests have no headers of the configuration; passHeaders lets those of clients pass',
    );
  if (numberOf(settingOf(row, settings, 'blacklist_threshold')) === 0)
    notes.add(
      place,
      'blacklist_threshold: 0',
      'here failing keys always leave: set failover.enabled to false where they must not',
    );
  const statuses = textOf(mapOf(jsonOf(row['config']))['failover_status_codes']);
  if (statuses !== undefined)
    notes.add(
      place,
      'failover_status_codes',
      'the rules for each vendor say whose fault an answer is; failoverOnStatus would overrule them',
    );
}

/** A group's path leads to its providers; where redirects are strict, only for the models that they name. */
function routesOf({ row, name, targets }: Served): readonly PlannedRoute[] {
  const paths = [`/proxy/${name}`];
  const to = targets.length === 0 ? [] : [targets];
  if (flagOf(row['model_redirect_strict']) !== true) return [{ paths, to }];
  const models = Object.keys(textMapOf(row['model_redirect_rules']));
  return [...models.map((model) => ({ paths, model: exactModel(model), to })), { paths, to: [] }];
}

/** A group of groups shares its requests among them by their weights. */
function aggregateRoutes(
  row: LooseMap,
  members: readonly LooseMap[],
  served: ReadonlyMap<string, Served>,
  notes: Notes,
): readonly PlannedRoute[] {
  const own = members
    .filter(
      (member) => textOf(member['group_id']) === textOf(row['id']) && (numberOf(member['weight']) ?? 0) > 0,
    )
    .flatMap((member) => {
      const group = served.get(textOf(member['sub_group_id']) ?? '');
      return group === undefined || group.targets.length === 0
        ? []
        : [{ group, weight: numberOf(member['weight']) ?? 1 }];
    });
  if (own.length === 0) notes.add(placeOf(row), 'a group of groups', 'none of its groups can serve');
  const shares = own.flatMap(({ group, weight }) => {
    const sum = group.targets.reduce((all, target) => all + (target.weight ?? 1), 0);
    return group.targets.map((target) => ({ ...target, weight: (weight * (target.weight ?? 1)) / sum }));
  });
  const weights = boundedWeights(shares.map(({ weight }) => weight));
  const to = shares.map((target, index) => ({ ...target, weight: weights[index] ?? 1 }));
  return [{ paths: [`/proxy/${nameOf(row)}`], to: to.length === 0 ? [] : [to] }];
}

/** The keys that callers have: those of the whole, and those of one group. */
function clientsOf(rows: readonly LooseMap[], settings: LooseMap, notes: Notes): readonly PlannedClient[] {
  const names = new ClientNames();
  const seen = new Set<string>();
  const fresh = (key: string): boolean => !seen.has(key) && seen.add(key).size > 0;
  const common = textsOf(settings['proxy_keys'])
    .filter(fresh)
    .map((key) => ({ name: names.take('proxy'), key }));
  const own = rows.flatMap((row) => {
    const keys = textsOf(row['proxy_keys']).filter(fresh);
    if (keys.length > 0)
      notes.add(
        placeOf(row),
        'proxy_keys of one group',
        'every client may call every path: take those out of clients that must not',
      );
    return keys.map((key) => ({ name: names.take(nameOf(row)), key }));
  });
  return [...common, ...own];
}
