import { formatProxy } from '../../base/proxy-address.ts';
import { certificatesOf, dayOf, nameOf } from '../../listener/key-pair.ts';
import { redactedText, withoutKeys } from '../../keys/redaction/redacted-text.ts';
import { formatAddress, formatDuration } from '../schema/notations.ts';
import type { Config, ProviderConfig } from '../schema/schema.ts';

/** A summary of a configuration, for people, in lines. No secrets, in names neither; of keys only their hints. */
export function describeConfig(config: Config): string[] {
  return [
    ...describeGateway(config),
    ...[...config.routes.map(describeRoute), ...describeLastRoute(config)].map(withoutKeys),
  ];
}

/** The part of the summary that is not about routes. */
export function describeGateway(config: Config): string[] {
  const lines = [
    `listens on ${formatAddress(config.listen)}${describeTls(config.tls)}${describeClients(config)}`,
    ...describeWorkers(config),
    `admin on ${formatAddress(config.admin.listen)}${describeTls(config.admin.tls)}, ${config.admin.token === undefined ? 'without' : 'with'} a token`,
    `state in ${describeState(config.state)}`,
    ...describeResources(config),
    ...config.providers.flatMap((provider) => describeProvider(provider, config)),
  ];
  return lines.map(withoutKeys);
}

/** Where models go that no route names; nothing where one names them all. */
export function describeLastRoute({ routes, activeProviderId }: Config): string[] {
  const namesAll = routes.some(
    ({ model, hosts, paths }) => model === '*' && hosts === undefined && paths === undefined,
  );
  if (activeProviderId === undefined || namesAll) return [];
  return [`route all ${routes.length === 0 ? '' : 'other '}models to ${activeProviderId}`];
}

function describeRoute({ model, hosts, paths, to }: Config['routes'][number]): string {
  const at =
    hosts === undefined ? '' : ` at ${hosts.map((host) => (host === '*' ? 'any host' : host)).join(' or ')}`;
  const under = paths === undefined ? '' : ` under ${paths.map((path) => path || '/').join(' or ')}`;
  const where = to.length === 0 ? 'nobody: refused with 404' : to.map(describeStep).join(', then ');
  return `route ${model}${at}${under} to ${where}`;
}

function describeStep(equals: Config['routes'][number]['to'][number]): string {
  const all = equals.map(({ provider, model, weight }) => {
    const name = model === undefined ? provider : `${provider}/${model}`;
    return equals.length === 1 ? name : `${name} (weight ${weight})`;
  });
  return all.join(' or ');
}

function describeWorkers({ workers }: Config): string[] {
  if (workers === 1) return [];
  return [workers === 'auto' ? 'a worker for each processor' : `${workers} workers`];
}

function describeTls(tls: Config['tls']): string {
  if (tls === undefined) return '';
  const [own] = certificatesOf(tls.cert);
  return own === undefined ? '' : ` with TLS (certificate of ${nameOf(own)} until ${dayOf(own.validToDate)})`;
}

function describeState(state: Config['state']): string {
  switch (state.kind) {
    case 'memory':
      return 'memory (forgotten at a stop)';
    case 'sqlite':
      return state.path;
    case 'redis':
      return `${state.url}, under the prefix ${state.prefix}`;
  }
}

function describeClients({ clients }: Config): string {
  return clients === undefined ? ', open to anybody on this machine' : `, for ${names(clients)}`;
}

function names(clients: NonNullable<Config['clients']>): string {
  return clients.length === 0 ? 'nobody: clients is empty' : clients.map(({ name }) => name).join(', ');
}

/** How long is nobody's concern; that it is not at all may be. */
function describeResources({ resourceAffinity }: Config): string[] {
  return resourceAffinity === 0 ? ['which key made a file, batch or response is not remembered'] : [];
}

function describeProvider(provider: ProviderConfig, { clients }: Config): string[] {
  const { id, type, baseUrl } = provider;
  const isOpen = clients === undefined;
  return [
    `provider ${id}: ${type} at ${redactedText(baseUrl)}`,
    `  ${describeKeys(provider, isOpen)}`,
    `  ${describeFailover(provider)}`,
    ...describeProxies(provider),
    ...(provider.affinity === 'session'
      ? ['  each conversation stays with one key while that is in service']
      : []),
  ];
}

function describeProxies({ proxy, apiTokens }: ProviderConfig): string[] {
  const withOwn = apiTokens.filter((token) => token.proxy !== undefined).length;
  const own =
    withOwn === 0 ? '' : `; ${withOwn} ${withOwn === 1 ? 'key has its' : 'keys have their'} own way`;
  if (proxy === undefined || proxy === 'none') return withOwn === 0 ? [] : [`  reached directly${own}`];
  return [`  reached by the proxy ${formatProxy(proxy)}${own}`];
}

/** The most keys of a pool that are listed. */
const KEYS_SHOWN = 8;

/** @param isOpen - there are no `clients`, so that a client's credential is the provider's */
function describeKeys({ apiTokens: keys }: ProviderConfig, isOpen: boolean): string {
  if (keys.length === 0) return isOpen ? "no keys: the client's own credential is passed on" : 'no keys';
  const shown = keys.slice(0, KEYS_SHOWN).map(({ key, name, origin }) => {
    const hint = key.hint === '' ? '…' : `…${key.hint}`;
    const called = name ?? origin;
    return called === undefined ? hint : `${called} (${hint})`;
  });
  const more = keys.length > KEYS_SHOWN ? `, and ${keys.length - KEYS_SHOWN} more` : '';
  return `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}: ${shown.join(', ')}${more}`;
}

function describeFailover({ failover }: ProviderConfig): string {
  if (!failover.enabled) return 'failover off';
  const { failureThreshold, successThreshold, healthCheckModel, cooldownDuration } = failover;
  const interval = formatDuration(failover.healthCheckInterval);
  const slowest = formatDuration(failover.healthCheckMaxInterval);
  const waysBack = [
    ...(healthCheckModel === undefined
      ? []
      : [
          `after ${successThreshold} passed ${successThreshold === 1 ? 'check' : 'checks'} with ${healthCheckModel} (every ${interval} to ${slowest})`,
        ]),
    ...(cooldownDuration === 0 ? [] : [`after ${formatDuration(cooldownDuration)}`]),
  ];
  return `failover on: out after ${failureThreshold} failures in a row, back ${waysBack.join(' or ')}`;
}
