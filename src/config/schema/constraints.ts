import { providerTypes, typesWithOption } from '../../catalog/provider-types.ts';
import type { ProviderType } from '../../catalog/row.ts';
import type { Secret } from '../../base/secret.ts';
import { credentialMistake, isVendorsOwn } from './credential-form.ts';
import { formatAddress, isLoopback } from './notations.ts';
import type { ListenAddress } from '../../listener/listen.ts';
import { vendorFields } from './vendor-fields.ts';
import { BASE_URL_OPTIONS, KEY_OPTIONS, keysFromOptions } from './vendor-options.ts';
import { vendorProblems } from './vendor-constraints.ts';
import type { VendorFields } from './vendor-constraints.ts';

/**
 * The rules between options. Each runs even where other options are faulty, so that all mistakes are reported at
 * once; a rule looks only at options in which no mistake was found.
 */

/** What a rule needs of zod's refinement context. */
interface Context {
  readonly issues: readonly { readonly code?: string | undefined; readonly path?: Path | undefined }[];
  addIssue(issue: { code: 'custom'; path: PropertyKey[]; message: string }): void;
}

type Path = readonly PropertyKey[];

/** Lets a rule see every map, whatever mistakes were found in it before. */
export const onMaps = {
  when: ({ value }: { value: unknown }): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** The same for lists. */
export const onLists = { when: ({ value }: { value: unknown }): boolean => Array.isArray(value) };

/** No mistake was found at, above or below this path. Unknown fields above it do not matter. */
function hasNoIssue(context: Context, ...path: Path): boolean {
  return !context.issues.some(
    ({ code, path: faulty = [] }) => code !== 'unrecognized_keys' && isSamePath(path, faulty),
  );
}

/** One path is a prefix of the other, or they are equal. */
function isSamePath(one: Path, other: Path): boolean {
  return one.every((part, depth) => depth >= other.length || other[depth] === part);
}

/** No mistake was found in a list as such; its items may have some. No item stands at -1. */
function listHasNoIssue(context: Context, ...path: Path): boolean {
  return hasNoIssue(context, ...path, -1);
}

function addProblem(context: Context, path: Path, expected: string): void {
  context.addIssue({ code: 'custom', path: [...path], message: expected });
}

/**
 * Reports every later item that says in `field` what an earlier one does. Pools are large, and all of their
 * keys may be faulty, so mistakes are gone through once and not for each item.
 */
function checkUnique<Item>(
  items: readonly Item[],
  context: Context,
  field: Path,
  what: string,
  valueOf: (item: Item) => string,
): void {
  const faulty = new Set(
    context.issues
      .map(({ path = [] }) => path)
      .filter(([, ...rest]) => isSamePath(field, rest))
      .map(([index]) => index),
  );
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (faulty.has(index)) continue;
    const value = valueOf(item);
    if (seen.has(value)) addProblem(context, [index, ...field], `${what} that no earlier item has`);
    seen.add(value);
  }
}

/** No token stands twice in a pool. */
export function checkTokens(tokens: readonly { key: Secret }[], context: Context): void {
  checkUnique(tokens, context, [], 'a token', ({ key }) => key.reveal());
}

/** Clients differ in name and key. */
export function checkClients(clients: readonly { name: string; key: Secret }[], context: Context): void {
  checkUnique(clients, context, ['name'], 'a name', ({ name }) => name);
  checkUnique(clients, context, ['key'], 'a key', ({ key }) => key.reveal());
}

/** Verdict rules of a list differ in id. */
export function checkRules(rules: readonly { id: string }[], context: Context): void {
  checkUnique(rules, context, ['id'], 'an id', ({ id }) => id);
}

/** A message is for those whom a route refuses. */
export function checkRoute(
  { to, message }: { readonly to: readonly unknown[]; readonly message?: string },
  context: Context,
): void {
  if (message !== undefined && hasNoIssue(context, 'to') && to.length > 0)
    addProblem(context, ['message'], 'to: none beside it, since only a refusal has a message');
}

/** Providers differ in id. */
export function checkProviders(providers: readonly { id: string }[], context: Context): void {
  checkUnique(providers, context, ['id'], 'an id', ({ id }) => id);
}

interface FailoverFields {
  readonly enabled: boolean;
  readonly healthCheckInterval: number;
  readonly healthCheckMaxInterval?: number;
  readonly healthCheckModel?: string;
  readonly cooldownDuration: number;
}

/** A key that goes out of service can come back, and waits grow. */
export function checkFailover(failover: FailoverFields, context: Context): void {
  const recoveryFields = ['enabled', 'healthCheckModel', 'cooldownDuration'];
  if (
    recoveryFields.every((field) => hasNoIssue(context, field)) &&
    failover.enabled &&
    failover.healthCheckModel === undefined &&
    failover.cooldownDuration === 0
  )
    addProblem(
      context,
      [],
      'healthCheckModel or cooldownDuration beside enabled: true, so that keys can come back',
    );
  if (
    hasNoIssue(context, 'healthCheckInterval') &&
    hasNoIssue(context, 'healthCheckMaxInterval') &&
    failover.healthCheckMaxInterval !== undefined &&
    failover.healthCheckMaxInterval < failover.healthCheckInterval
  )
    addProblem(context, ['healthCheckMaxInterval'], 'a duration not below healthCheckInterval');
}

interface ProviderFields extends VendorFields, Readonly<Record<string, unknown>> {
  readonly failover: { readonly enabled: boolean };
}

/** The constraints of a provider's type on its other options. */
export function checkProvider(provider: ProviderFields, context: Context): void {
  if (hasNoIssue(context, 'type')) {
    checkType(provider, context);
    if (hasNoIssue(context, 'baseUrl')) checkKeys(provider, context);
  }
  for (const { parts } of KEY_OPTIONS) {
    const given = parts.find((part) => provider[part] !== undefined);
    if (given !== undefined)
      for (const part of parts)
        if (provider[part] === undefined) addProblem(context, [part], `the other half of ${given}`);
  }
  const [first, ...others] = [
    ...(provider.baseUrl === undefined ? [] : ['baseUrl']),
    ...BASE_URL_OPTIONS.filter(({ besideBaseUrl }) => besideBaseUrl !== true)
      .map(({ option }) => option)
      .filter((option) => provider[option] !== undefined),
  ];
  for (const other of others) addProblem(context, [other], `either ${first} or ${other}, not both`);
}

/** At a vendor's own address no key has the form of a slip; elsewhere such a one is a warning. */
function checkKeys(provider: ProviderFields, context: Context): void {
  const { type, providerDomain } = provider;
  const hasOtherUrl = BASE_URL_OPTIONS.some(({ option }) => provider[option] !== undefined);
  const baseUrl = provider.baseUrl ?? (hasOtherUrl ? undefined : providerTypes.get(type)?.baseUrl);
  if (baseUrl === undefined || providerDomain !== undefined || !isVendorsOwn(type, baseUrl)) return;
  if (!listHasNoIssue(context, 'apiTokens')) return;
  const faulty = new Set(
    context.issues
      .map(({ path = [] }) => path)
      .flatMap(([list, index]) => (list === 'apiTokens' ? [index] : [])),
  );
  for (const [index, token] of provider.apiTokens.entries()) {
    const expected = faulty.has(index) ? undefined : credentialMistake(token.key.reveal(), 'a token');
    if (expected !== undefined) addProblem(context, ['apiTokens', index], expected);
  }
}

function checkType(provider: ProviderFields, context: Context): void {
  const type = providerTypes.get(provider.type);
  if (type === undefined) return;
  const { options = [] } = type;
  for (const option of Object.keys(vendorFields)) {
    if (option in provider && !options.includes(option))
      addProblem(
        context,
        [option],
        `nothing: ${option} is for type: ${typesWithOption(option).join(', ')} only`,
      );
  }
  if (hasNoBaseUrl(provider, type)) {
    const own = type.baseUrlOptions ?? [];
    for (const { option, missing } of own)
      if (missing !== undefined) return addProblem(context, [option], missing);
    const others = own.map(({ option }) => ` or ${option}`).join('');
    addProblem(
      context,
      ['baseUrl'],
      `a URL${others.replace(' or', ', or')}, since type: ${type.type} has no default`,
    );
  }
  // A credential that is no credential is text still, and nothing can be asked of it.
  if (['apiTokens', 'vertexAuthKey'].every((option) => hasNoIssue(context, option))) {
    for (const [option, expected] of vendorProblems(provider))
      if (hasNoIssue(context, option)) addProblem(context, [option], expected);
  }
  if (
    ['failover', 'apiTokens'].every((field) => hasNoIssue(context, field)) &&
    provider.failover.enabled &&
    provider.apiTokens.length + keysFromOptions(provider).length === 0 &&
    provider.apiTokensFile === undefined &&
    type.keyless !== true
  )
    addProblem(context, ['apiTokens'], 'at least one token, since failover is enabled');
}

/** Neither the configuration nor the type has a base URL. */
function hasNoBaseUrl(provider: ProviderFields, type: ProviderType): boolean {
  return (
    provider.baseUrl === undefined &&
    type.baseUrl === undefined &&
    BASE_URL_OPTIONS.every(({ option }) => provider[option] === undefined)
  );
}

interface RootFields {
  readonly state: { readonly kind: string };
  readonly workers: number | 'auto';
  readonly listen: ListenAddress;
  readonly admin: { readonly listen: ListenAddress; readonly token?: Secret };
  readonly clients?: readonly unknown[];
  readonly provider?: { readonly id?: string; readonly type: string };
  readonly providers?: readonly { readonly id: string }[];
  readonly routes: readonly { readonly to: readonly (readonly { readonly provider: string }[])[] }[];
  readonly activeProviderId?: string;
}

/** Who may reach which listener, what several processes share, and which provider serves what. */
export function checkRoot(config: RootFields, context: Context): void {
  checkListeners(config, context);
  checkSharing(config, context);
  if (config.provider !== undefined && config.providers !== undefined)
    addProblem(context, ['provider'], 'either provider or providers, not both');
  else if (config.provider === undefined && config.providers === undefined)
    addProblem(
      context,
      ['providers'],
      'at least one provider, or provider: { type: openai, apiTokens: [KEY] }',
    );
  else checkNames(config, context);
}

function checkListeners(config: RootFields, context: Context): void {
  if (hasNoIssue(context, 'listen') && !isLoopback(config.listen) && config.clients === undefined)
    addProblem(context, ['listen'], 'a loopback address such as 127.0.0.1:5397, or clients who may call');
  if (!hasNoIssue(context, 'admin')) return;
  if (!isLoopback(config.admin.listen) && config.admin.token === undefined)
    addProblem(
      context,
      ['admin', 'listen'],
      'a loopback address such as 127.0.0.1:5398, or a token beside it',
    );
  if (hasNoIssue(context, 'listen') && collide(config.listen, config.admin.listen))
    addProblem(
      context,
      ['admin', 'listen'],
      `an address other than that of the data plane, ${formatAddress(config.listen)}`,
    );
}

/** Several processes need a store that they can share. */
function checkSharing({ state, workers }: RootFields, context: Context): void {
  const isKnown = hasNoIssue(context, 'state') && hasNoIssue(context, 'workers');
  if (isKnown && workers !== 1 && state.kind === 'memory')
    addProblem(
      context,
      ['state'],
      `a store that processes can share, such as sqlite:./sparekey.db: with workers: ${workers} each would know only the failures it met itself`,
    );
}

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

function collide(one: ListenAddress, other: ListenAddress): boolean {
  if (one.port !== other.port || one.port === 0) return false;
  return one.host === other.host || WILDCARDS.has(one.host) || WILDCARDS.has(other.host);
}

/** Every provider named must exist, and it must be clear which one serves a model that no route names. */
function checkNames(config: RootFields, context: Context): void {
  const ids = providerIds(config, context);
  if (ids === undefined) return;
  const expected = `the id of a provider: ${ids.join(', ')}`;
  const { activeProviderId } = config;
  if (
    activeProviderId !== undefined &&
    hasNoIssue(context, 'activeProviderId') &&
    !ids.includes(activeProviderId)
  )
    addProblem(context, ['activeProviderId'], expected);
  if (!listHasNoIssue(context, 'routes')) return;
  for (const [index, route] of config.routes.entries())
    if (hasNoIssue(context, 'routes', index, 'to'))
      for (const [step, equals] of route.to.entries())
        if (equals.some(({ provider }) => !ids.includes(provider)))
          addProblem(context, ['routes', index, 'to', step], expected);
  if (ids.length > 1 && activeProviderId === undefined && config.routes.length === 0)
    addProblem(context, ['activeProviderId'], `routes, or ${expected}`);
}

/** All ids, or undefined where one of them is faulty. */
function providerIds(config: RootFields, context: Context): readonly string[] | undefined {
  if (config.provider !== undefined) {
    if (!hasNoIssue(context, 'provider', 'id') || !hasNoIssue(context, 'provider', 'type')) return undefined;
    // Where another of its options is faulty, the default of `id` has not been filled in.
    const { id, type } = config.provider;
    return [id ?? type];
  }
  const { providers = [] } = config;
  if (!listHasNoIssue(context, 'providers')) return undefined;
  return providers.every((_, index) => hasNoIssue(context, 'providers', index, 'id'))
    ? providers.map(({ id }) => id)
    : undefined;
}
