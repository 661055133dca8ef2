import { vendorFields } from '../schema/vendor-fields.ts';

/** How often an option is wanted, which says where it is written of. */
export type OptionGroup = 'everyday' | 'seldom' | 'plugin' | 'vendor';

/** What most people set at some time, by map. A map that is not here is wanted as seldom as what leads to it. */
const EVERYDAY: Readonly<Record<string, readonly string[]>> = {
  '': [
    'listen',
    'admin',
    'state',
    'workers',
    'clients',
    'log',
    'limits',
    'provider',
    'providers',
    'routes',
    'activeProviderId',
  ],
  admin: ['listen', 'token'],
  'clients[]': ['name', 'group', 'key'],
  log: ['level', 'format'],
  limits: ['body', 'memory', 'waitForKey', 'streamPing', 'drain'],
  'providers[]': [
    'id',
    'type',
    'baseUrl',
    'apiTokens',
    'apiTokensFile',
    'proxy',
    'modelMapping',
    'failover',
    'affinity',
    'attempts',
    'deadline',
    'connectTimeout',
    'firstOutputTimeout',
    'idleTimeout',
  ],
  'providers[].apiTokens[]': ['key', 'name', 'weight', 'quotaDomain', 'models'],
  'providers[].failover': [
    'enabled',
    'failureThreshold',
    'successThreshold',
    'healthCheckModel',
    'healthCheckInterval',
    'healthCheckBudget',
    'cooldownDuration',
  ],
  'routes[]': ['model', 'to', 'message', 'onContextLength'],
  'routes[].to[]': ['provider', 'model', 'weight', 'contextWindow'],
};

/** Options of `providers[]` that are here because the Higress plugin has them, and that hold wherever they are written. */
const PLUGIN: readonly string[] = [
  'customSettings',
  'context',
  'contextCleanupCommands',
  'mergeConsecutiveMessages',
  'reasoningContentMode',
  'promoteThinkingOnEmpty',
  'hiclawMode',
  'disableStreamUsageStats',
  'logUpstreamErrorResponseBody',
  'basePath',
  'basePathHandling',
  'providerBasePath',
  'providerDomain',
  'timeout',
  'firstByteTimeout',
];

/** Every path and name above, for the test that each is an option. */
export const NAMED_OPTIONS: readonly (readonly [path: string, name: string])[] = [
  ...Object.entries(EVERYDAY).flatMap(([path, names]) => names.map((name) => [path, name] as const)),
  ...PLUGIN.map((name) => ['providers[]', name] as const),
];

/** @param path - of the map that the option stands in, such as `providers[].failover`; empty for the whole */
export function groupOf(path: string, name: string): OptionGroup {
  if (path === 'providers[]') {
    if (Object.hasOwn(vendorFields, name)) return 'vendor';
    if (PLUGIN.includes(name)) return 'plugin';
  }
  return EVERYDAY[path]?.includes(name) === true ? 'everyday' : 'seldom';
}

/** Whether a map has options that most people set. */
export function hasEveryday(path: string): boolean {
  return Object.hasOwn(EVERYDAY, path);
}
