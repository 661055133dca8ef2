import { stringify } from 'yaml';
import { providerTypes } from '../catalog/provider-types.ts';
import { isMap } from './loose.ts';
import { standsInFile, written } from './plan.ts';
import type { Plan, PlannedClient, PlannedProvider, PlannedRoute, PlannedTarget, Text } from './plan.ts';

/** The cooldown of keys where no model for health checks is known. */
const COOLDOWN = '60s';

/** The files of secrets that a configuration names. */
export interface SecretNames {
  /** The file of a provider's keys, relative to the configuration; undefined where it has none. */
  readonly tokensFile: (provider: PlannedProvider) => string | undefined;
  /** The file of one secret, likewise. */
  readonly valueFile: (secret: string, wish: string) => string;
}

/** The text of the configuration, in the order in which a person would write it. */
export function renderConfig(plan: Plan, names: SecretNames, heading: readonly string[]): string {
  const usable = plan.providers.some(({ unusable }) => unusable === undefined);
  const providers = plan.providers.map((provider) => providerLines(provider, names));
  return [
    ...heading.map((line) => (line === '' ? '#' : `# ${line}`)),
    '',
    ...(plan.listen === undefined ? [] : [`listen: ${flow(plan.listen)}`, '']),
    ...(plan.limits === undefined ? [] : [`limits: ${flow(plan.limits)}`, '']),
    ...(plan.clients.length === 0
      ? []
      : ['clients:', ...plan.clients.map((client) => `  - ${flow(clientMap(client, names))}`), '']),
    ...(usable ? ['providers:'] : ['# Nothing here can run as it is.', 'providers: []']),
    ...providers.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])),
    '',
    ...(plan.routes.length === 0
      ? []
      : ['routes:', ...plan.routes.map((route) => `  - ${flow(routeMap(route))}`), '']),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

function clientMap({ name, group, key }: PlannedClient, names: SecretNames): object {
  return {
    name: written(name),
    ...(group !== undefined && { group: written(group) }),
    key: secretText(key, `client-${name}`, names),
  };
}

function secretText(text: Text, wish: string, names: SecretNames): string {
  return typeof text === 'string' ? `\${file:${names.valueFile(text, wish)}}` : text.written;
}

function providerLines(provider: PlannedProvider, names: SecretNames): readonly string[] {
  const { from, unusable } = provider;
  const comments = [from, ...(unusable === undefined ? [] : [`Not in use: ${unusable}.`])];
  const fields = Object.entries(providerMap(provider, names)).flatMap(([name, value]) =>
    fieldLines(name, value),
  );
  const lines = fields.map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`);
  return [
    ...comments.map((comment) => `  # ${oneLine(comment)}`),
    ...(unusable === undefined ? lines : lines.map((line) => `  #${line.slice(1)}`)),
  ];
}

/** A map of more than a few names is easier to read with a line each. */
function fieldLines(name: string, value: unknown): readonly string[] {
  if (name !== 'modelMapping' || !isMap(value) || Object.keys(value).length < 4)
    return [`${name}: ${flow(value)}`];
  return [
    `${name}:`,
    ...Object.entries(value).map(([model, target]) => `  ${scalar(model)}: ${flow(target)}`),
  ];
}

function providerMap(provider: PlannedProvider, names: SecretNames): Record<string, unknown> {
  const { id, type, options, secrets = {}, keys, modelMapping = {}, customSettings = [] } = provider;
  const inline = keys
    .filter((planned) => planned.disabled === undefined && !standsInFile(planned))
    .map(({ key, weight = 1, proxy }, index) => {
      const text = secretText(key, `${id}-${index + 1}`, names);
      if (weight === 1 && proxy === undefined) return text;
      return {
        key: text,
        ...(weight !== 1 && { weight }),
        ...(proxy !== undefined && { proxy: proxyText(proxy, `${id}-${index + 1}`, names) }),
      };
    });
  const file = names.tokensFile(provider);
  return {
    id,
    type,
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [name, writtenDeep(value)])),
    ...Object.fromEntries(
      Object.entries(secrets).map(([name, value]) => [name, secretText(value, `${id}-${name}`, names)]),
    ),
    ...(provider.proxy !== undefined && { proxy: proxyText(provider.proxy, id, names) }),
    ...(inline.length > 0 && { apiTokens: inline }),
    ...(file !== undefined && { apiTokensFile: file }),
    ...(Object.keys(modelMapping).length > 0 && { modelMapping: writtenDeep(modelMapping) }),
    ...(customSettings.length > 0 && {
      customSettings: customSettings.map(({ name, value, overwrite }) => ({
        name,
        value: writtenDeep(value),
        mode: 'raw',
        ...(!overwrite && { overwrite }),
      })),
    }),
    ...(inline.length > 0 || file !== undefined || Object.keys(secrets).length > 0
      ? { failover: failoverMap(provider) }
      : {}),
  };
}

function proxyText(proxy: string, place: string, names: SecretNames): unknown {
  return proxy === 'none' ? proxy : secretText(proxy, `${place}-proxy`, names);
}

/** A model for health checks is taken from the catalogue only where the vendor itself is asked: others may not have it. */
function failoverMap({ type, options, recovery = {} }: PlannedProvider): object {
  const isVendor = options['baseUrl'] === undefined;
  const known = isVendor ? providerTypes.get(type)?.healthCheckModel : undefined;
  const healthCheckModel = recovery.healthCheckModel ?? known;
  const cooldown = recovery.cooldown === undefined ? undefined : `${recovery.cooldown}s`;
  const cooldownDuration = cooldown ?? (healthCheckModel === undefined ? COOLDOWN : undefined);
  return {
    enabled: true,
    ...(healthCheckModel !== undefined && { healthCheckModel: written(healthCheckModel) }),
    ...(cooldownDuration !== undefined && { cooldownDuration }),
    ...(recovery.failureThreshold !== undefined && { failureThreshold: recovery.failureThreshold }),
  };
}

function routeMap({ model, paths, to, onContextLength }: PlannedRoute): object {
  return {
    ...(paths !== undefined && { paths }),
    ...(model !== undefined && { model: written(model) }),
    to:
      to.length === 0
        ? 'none'
        : to.map((step) => (step.length === 1 ? step.map(targetOf)[0] : step.map(targetOf))),
    ...(onContextLength !== undefined && { onContextLength }),
  };
}

function targetOf({ provider, model, weight = 1 }: PlannedTarget): unknown {
  if (weight === 1) return model === undefined ? provider : `${provider}/${written(model)}`;
  return { provider, ...(model !== undefined && { model: written(model) }), weight };
}

/** Texts within a value as the configuration has them. */
function writtenDeep(value: unknown): unknown {
  if (typeof value === 'string') return written(value);
  if (Array.isArray(value)) return value.map(writtenDeep);
  if (typeof value !== 'object' || value === null) return value;
  if ('written' in value) return value.written;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [written(name), writtenDeep(item)]));
}

/** A value in one line. */
function flow(value: unknown): string {
  if (typeof value === 'string') return scalar(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, item]) => `${scalar(name)}: ${flow(item)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** Bare where YAML reads it as the same text, in lists and maps too; quoted as JSON does it else. */
function scalar(text: string): string {
  const isBare = !/[,[\]{}]|:$/.test(text) && stringify(text, { lineWidth: 0 }) === `${text}\n`;
  return isBare ? text : JSON.stringify(text);
}

/** Names of sources may hold anything; a comment ends with its line. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
