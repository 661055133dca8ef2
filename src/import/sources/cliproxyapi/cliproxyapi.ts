import { usableKeys } from '../../keys.ts';
import { flagOf, mapOf, numberOf, textOf, textsOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import { starRegex } from '../../models.ts';
import { ClientNames, ProviderNames } from '../../names.ts';
import { Notes } from '../../notes.ts';
import { ImportFailure } from '../../plan.ts';
import type { Plan, PlannedProvider } from '../../plan.ts';
import type { SourceFile } from '../../source-file.ts';
import { readYaml } from '../../yaml-source.ts';
import { entriesOf, proxyOf } from './entries.ts';
import { routesOf } from './routes.ts';
import type { Pool } from './routes.ts';
import { noteRest } from './uncarried.ts';

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
