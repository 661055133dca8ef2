import { usableKeys } from '../../keys.ts';
import { isMap, listOf, mapOf, numberOf, textOf, wordsOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import { starRegex } from '../../models.ts';
import { ProviderNames } from '../../names.ts';
import { Notes } from '../../notes.ts';
import { ImportFailure, written } from '../../plan.ts';
import type { Plan, PlannedClient, PlannedProvider, Recovery, Text } from '../../plan.ts';
import { grouped } from '../../pools.ts';
import type { SourceFile } from '../../source-file.ts';
import { readYaml } from '../../yaml-source.ts';
import type { YamlSource } from '../../yaml-source.ts';
import { readDeployment } from './deployment.ts';
import type { Connection } from './connection.ts';
import type { Deployment } from './deployment.ts';
import { valuesOf } from './values.ts';
import { routesOf } from './routes.ts';
import type { Placed } from './routes.ts';

/**
 * The deployments of LiteLLM's proxy as providers: those that are reached alike and serve the same are one, with a pool of their
 * keys. Read after version 1.80.
 */
export function readLiteLlm(file: SourceFile): Plan {
  const source = readYaml(file, 'LiteLLM');
  const { value, place } = source;
  const items = listOf(value['model_list']);
  if (items.length === 0)
    throw new ImportFailure(
      `${file.path} has no model_list, so it is none of LiteLLM's.${hintOf(value, file)}`,
    );
  const notes = new Notes();
  const values = valuesOf(value);
  const deployments = items.flatMap((item, index) => {
    const deployment = isMap(item)
      ? readDeployment(item, (...path) => place('model_list', index, ...path), values, notes)
      : undefined;
    return deployment === undefined ? [] : [deployment];
  });
  const names = new ProviderNames([...deployments.map(({ asked }) => asked), ...aliasNames(value)]);
  const pools = poolsOf(deployments).map((pool) => ({
    pool,
    provider: providerOf(pool, names, source, notes),
  }));
  const placed = pools.flatMap(({ pool, provider }): Placed[] =>
    provider.unusable === undefined
      ? pool.map((deployment) => ({
          deployment,
          provider: provider.id,
          keys: Math.max(1, provider.keys.length),
        }))
      : [],
  );
  noteRest(source, notes);
  return {
    clients: clientsOf(value, values.text),
    providers: pools.map(({ provider }) => provider),
    routes: routesOf(placed, source, notes),
    notes: notes.list(),
  };
}

function hintOf(value: LooseMap, { path }: SourceFile): string {
  return 'auth-dir' in value || 'api-keys' in value
    ? ` It looks like one of CLIProxyAPI: sparekey import cliproxyapi ${path}`
    : '';
}

function aliasNames(value: LooseMap): readonly string[] {
  return Object.keys(mapOf(mapOf(value['router_settings'])['model_group_alias']));
}

/**
 * Deployments that one provider can stand for. A key belongs to one pool, by all that it serves: where keys of one address
 * serve different models, or with other weights, they are several.
 */
function poolsOf(deployments: readonly Deployment[]): readonly (readonly Deployment[])[] {
  const byKey = grouped(deployments, (deployment) => [
    deployment.connection,
    keyText(deployment.key),
    wildcard(deployment),
  ]);
  const pools = grouped(byKey, (group) => [
    group[0]?.connection,
    group[0] === undefined ? null : wildcard(group[0]),
    group
      .map(({ asked, model, order, weight }) => JSON.stringify([asked, model, order, weight]))
      .toSorted((one, other) => (one < other ? -1 : 1)),
  ]);
  return pools.map((groups) => groups.flat());
}

/** A pattern is a provider of its own: what it makes of names is the provider's modelMapping. */
function wildcard({ asked, model }: Deployment): unknown {
  return asked.includes('*') ? [asked, model] : null;
}

function keyText(key: Text | undefined): string {
  return key === undefined ? '' : `${typeof key}:${written(key)}`;
}

function providerOf(
  pool: readonly Deployment[],
  names: ProviderNames,
  source: YamlSource,
  notes: Notes,
): PlannedProvider {
  const [first] = pool;
  if (first === undefined) throw new TypeError('a pool without a deployment');
  const { connection, asked, model } = first;
  const places = [...new Set(pool.map(({ place }) => place))];
  const settings = settingsOf(source.value);
  const keys = usableKeys(
    pool.flatMap(({ key, place }) => (key === undefined ? [] : [{ key, from: place }])),
    first.place,
    notes,
  );
  return {
    id: names.take(nameOf(connection)),
    type: connection.type,
    from:
      places.length > 4
        ? `${places.slice(0, 3).join(', ')} and ${places.length - 3} more`
        : places.join(', '),
    ...(connection.unusable !== undefined && { unusable: connection.unusable }),
    options: { ...connection.options, ...settings.options(connection.options) },
    keys,
    ...(asked.includes('*') && { modelMapping: wildcardMapping(asked, model) }),
    customSettings: connection.customSettings,
    recovery: settings.recovery,
  };
}

/** What is compatible is known by where it is. */
function nameOf({ vendor, type, options: { baseUrl } }: Connection): string {
  if (type !== 'openai-compatible') return vendor.replaceAll('_', '-');
  const host = typeof baseUrl === 'string' ? (URL.parse(baseUrl)?.hostname ?? '') : '';
  return /^[\d.]+$|^\[|^localhost$|^$/.test(host) ? 'local' : host;
}

/** The stars of a pattern are put where those of the model are. */
function wildcardMapping(asked: string, model: string): Readonly<Record<string, string>> {
  if (asked === model) return {};
  let group = 0;
  return { [`~${starRegex(asked)}`]: model.replaceAll('*', () => `$${++group}`) };
}

/** What the whole says of retries and cooldowns. */
function settingsOf(value: LooseMap): {
  readonly options: (own: LooseMap) => LooseMap;
  readonly recovery: Recovery;
} {
  const both: LooseMap = { ...mapOf(value['litellm_settings']), ...mapOf(value['router_settings']) };
  const retries = numberOf(both['num_retries']);
  const timeout = numberOf(both['timeout'] ?? both['request_timeout']);
  const cooldown = numberOf(both['cooldown_time']);
  const fails = numberOf(both['allowed_fails']);
  return {
    options: (own) => ({
      ...(retries !== undefined && own['attempts'] === undefined && { attempts: Math.min(32, retries + 1) }),
      ...(timeout !== undefined &&
        timeout > 0 &&
        own['firstOutputTimeout'] === undefined && { firstOutputTimeout: `${timeout}s` }),
    }),
    recovery: {
      ...(cooldown !== undefined && cooldown > 0 && { cooldown }),
      ...(fails !== undefined && fails >= 0 && { failureThreshold: fails + 1 }),
    },
  };
}

function clientsOf(value: LooseMap, text: (value: unknown) => Text | undefined): readonly PlannedClient[] {
  const key = text(mapOf(value['general_settings'])['master_key']);
  return key === undefined ? [] : [{ name: 'master', key }];
}

/** Settings that are carried, or say nothing of how requests are served. */
const SILENT: ReadonlySet<string> = new Set(
  wordsOf(`
    num_retries timeout request_timeout cooldown_time allowed_fails fallbacks default_fallbacks
    context_window_fallbacks model_group_alias master_key set_verbose json_logs drop_params
    enable_pre_call_checks debug_level
  `),
);

const KNOWN: Readonly<Record<string, string>> = {
  routing_strategy: 'keys and providers are chosen by weight, load and what is left of their limits',
  content_policy_fallbacks: 'content that a model refuses is answered so; no other model is asked',
  database_url:
    'virtual keys, teams, budgets and models of the database are not read: make clients of those that call',
  redis_host: 'state: redis://HOST:PORT/0 shares what is known of keys between machines',
  cache: 'answers are not kept',
  cache_params: 'answers are not kept',
  success_callback: 'the log has a line for each request',
  failure_callback: 'the log has a line for each request',
  callbacks: 'the log has a line for each request',
  retry_policy: 'the rules for each vendor say what is tried again',
  allowed_fails_policy: 'the rules for each vendor say what counts against a key; failureThreshold how often',
  disable_cooldowns: 'failing keys leave and come back: failover.enabled is the switch',
};

/** The parts of a file, and whether their settings are noted one by one. */
const PARTS: Readonly<Record<string, boolean>> = {
  router_settings: true,
  litellm_settings: true,
  general_settings: true,
};

function noteRest({ value, place }: YamlSource, notes: Notes): void {
  for (const [part, settings] of Object.entries(value)) {
    if (['model_list', 'environment_variables', 'credential_list'].includes(part)) continue;
    if (PARTS[part] !== true) {
      const why =
        part === 'include' ? 'files are not followed: import each by itself' : 'it has no counterpart here';
      notes.add(place(part), part, why);
      continue;
    }
    for (const [name, setting] of Object.entries(mapOf(settings)))
      if (!SILENT.has(name) && setting !== null && setting !== false && textOf(setting) !== '')
        notes.add(place(part, name), name, KNOWN[name] ?? 'it has no counterpart here');
  }
}
