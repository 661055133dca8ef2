import { z } from 'zod';
import { providerTypes } from '../providers/types.ts';
import type { Secret } from '../keys/secret.ts';
import {
  baseUrl,
  modelMapping,
  modelPattern,
  openaiCustomUrl,
  providerId,
  state,
  statusPattern,
  workers,
} from './patterns.ts';
import {
  checkClients,
  checkFailover,
  checkProvider,
  checkProviders,
  checkRoot,
  checkTokens,
  onLists,
  onMaps,
} from './relations.ts';
import { address, bytes, decimal, duration, flag, integer, kinds, secret, text, word } from './scalars.ts';

/**
 * Every option of the configuration: its type, default, unit and meaning, once. The loader, the reference page
 * and the editors' schema are all made from here. Rules between options are in `relations.ts`.
 */

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

const key = z.strictObject({
  key: secret('a token').meta({ description: 'The credential itself.' }),
  name: text('a name').exactOptional().meta({ description: 'What people call it, in logs and tables.' }),
  weight: decimal({ above: 0, max: 1000 })
    .prefault(1)
    .meta({ description: 'Its share of the traffic beside the other keys of the pool.' }),
  quotaDomain: text('a name').exactOptional().meta({
    description:
      'The organisation, project or account whose limits it shares with other keys. Absent: its own, or what response headers tell.',
  }),
  models: z
    .array(modelPattern())
    .exactOptional()
    .meta({ description: 'The models it may be used for. Absent: all.' }),
});

const keyEntry = z
  .union([secret('a token').transform((token): z.output<typeof key> => ({ key: token, weight: 1 })), key], {
    error: 'a token (text; quote what looks like a number), or a map with key and more',
  })
  .register(kinds, { kind: 'secret or map' });

const failover = z.strictObject({
  enabled: flag().prefault(false).meta({
    description:
      'Without it a key is picked for each request and nothing is remembered. Needs `healthCheckModel` or `cooldownDuration`.',
  }),
  failureThreshold: integer({ min: 1, max: 1_000_000 })
    .prefault(3)
    .meta({ description: 'Consecutive counted failures, over all nodes, that take a key out of service.' }),
  successThreshold: integer({ min: 1, max: 1_000_000 })
    .prefault(1)
    .meta({ description: 'Consecutive passed health checks that put it back.' }),
  healthCheckInterval: duration({ above: 0 })
    .prefault('5s')
    .meta({ description: 'Wait between two health checks of a key, until they back off.' }),
  healthCheckMaxInterval: duration({ above: 0 }).exactOptional().meta({
    description:
      'The wait that backing off ends at; equal to `healthCheckInterval` the cadence is steady. Default: 5m, or `healthCheckInterval` where that is longer.',
  }),
  healthCheckTimeout: duration({ above: 0 })
    .prefault('5s')
    .meta({ description: 'Time for one health check.' }),
  healthCheckModel: text('a model').exactOptional().meta({
    description:
      "Model of the health check: a chat completion in the provider's own form. Absent: no health checks.",
  }),
  cooldownDuration: duration({ min: 0 }).prefault(0).meta({
    description:
      'Above 0: a key comes back by itself after this long, its failures forgotten. It may come back sooner by a health check.',
  }),
  failoverOnStatus: z.array(statusPattern()).exactOptional().meta({
    description:
      "Regular expressions on the whole status. Given, they alone decide which answers count against a key; absent, Sparekey's verdict rules do.",
  }),
});

const defaultMaxIntervalMs = 5 * 60_000;

const failoverWithDefaults = failover.superRefine(checkFailover, onMaps).transform((given) => ({
  ...given,
  healthCheckMaxInterval:
    given.healthCheckMaxInterval ?? Math.max(defaultMaxIntervalMs, given.healthCheckInterval),
}));

const retry = z.strictObject({
  enabled: flag()
    .prefault(false)
    .meta({ description: 'Whether a failed request is tried with other keys. Failover brings that along.' }),
  maxRetries: integer({ min: 1, max: 32 })
    .prefault(1)
    .meta({ description: 'Tries after the first one, each with another key.' }),
  retryTimeout: duration({ above: 0 })
    .prefault('30s')
    .meta({ description: 'Time for one of these further tries.' }),
  retryOnStatus: z.array(statusPattern()).exactOptional().meta({
    description:
      "Regular expressions on the whole status. Given, they alone decide which answers are tried again; absent, Sparekey's verdict rules do.",
  }),
});

const idMeaning = 'Its name in routes, logs and `provider-id/model`.';

const providerFields = {
  type: z
    .enum([...providerTypes.keys()], {
      error: ({ input }) =>
        `${input === undefined ? 'a type (missing type)' : 'a known provider type'}: ${[...providerTypes.keys()].join(', ')}`,
    })
    .register(kinds, { kind: 'provider type' })
    .meta({ description: 'What it speaks: one of the [list below](#provider-types).' }),
  baseUrl: baseUrl().exactOptional().meta({
    description:
      "Everything before an operation's own suffix, such as `https://api.openai.com/v1`. Default: that of the type, where it has one.",
  }),
  openaiCustomUrl: openaiCustomUrl().exactOptional().meta({
    description:
      'Another way to say `baseUrl`, for `type: openai`: with or without `https://`, and with or without the suffix of an operation.',
  }),
  apiTokens: z
    .array(keyEntry)
    .superRefine(checkTokens, onLists)
    .default([])
    .meta({ description: 'The pool: tokens, or maps that say more of one.' }),
  apiTokensFile: text('a path').exactOptional().meta({
    description:
      'A file of further tokens, one a line; blank lines and lines that begin with `#` are left out. Relative to this file.',
  }),
  modelMapping: modelMapping().default({}).meta({
    description:
      'Names of models here to names there. An exact name goes first; then `prefix*` and `~regex` (with `$1` in the target) in the order written; then `*`. An empty target keeps the name.',
  }),
  protocol: word(['openai', 'original'])
    .default('openai')
    .meta({ description: "What clients speak: `original` is the provider's own form, never translated." }),
  failover: failoverWithDefaults.prefault({}).meta({
    description: 'Taking failing keys out of service and bringing them back.',
  }),
  retryOnFailure: retry.exactOptional().meta({
    description: 'Further tries without failover, or other bounds for them with it.',
  }),
  choice: word(['balanced', 'random']).default('balanced').meta({
    description:
      'How a key is chosen: `balanced` takes the less busy of two picked at random, `random` takes one. Both honour weights.',
  }),
  attempts: integer({ min: 1, max: 32 })
    .prefault(4)
    .meta({ description: 'Tries for one request at this provider, the first one included.' }),
  deadline: duration({ above: 0 }).prefault('10m').meta({
    description: 'From accepting a request to the first output for its client, all tries together.',
  }),
  connectTimeout: duration({ above: 0 })
    .prefault('5s')
    .meta({ description: 'To open a connection, TLS included.' }),
  firstOutputTimeout: duration({ above: 0 }).exactOptional().meta({
    description:
      'From sending a request to the first output, in one try. Default: `firstByteTimeout` where that is above 0, else `timeout`.',
  }),
  idleTimeout: duration({ above: 0 })
    .prefault('2m')
    .meta({ description: 'Between two pieces of an answer that has begun.' }),
  timeout: duration({ above: 0 })
    .prefault('2m')
    .meta({ description: 'The older word: the default of `firstOutputTimeout`.' }),
  firstByteTimeout: duration({ min: 0 })
    .prefault(0)
    .meta({ description: 'The older word: above 0, the default of `firstOutputTimeout`.' }),
};

type ProviderFields = z.output<z.ZodObject<typeof providerFields>>;

/** Fills in the defaults that depend on other options. `checkProvider` has seen to it that there is a URL. */
function withDefaults({ openaiCustomUrl: customUrl, ...given }: ProviderFields) {
  return {
    ...given,
    baseUrl: given.baseUrl ?? customUrl ?? providerTypes.get(given.type)?.baseUrl ?? '',
    firstOutputTimeout:
      given.firstOutputTimeout ?? (given.firstByteTimeout > 0 ? given.firstByteTimeout : given.timeout),
  };
}

/** One of `providers`. */
const provider = z
  .strictObject({ id: providerId().meta({ description: idMeaning }), ...providerFields })
  .superRefine(checkProvider, onMaps)
  .transform(({ id, ...given }) => ({ id, ...withDefaults(given) }));

/** The plugin's single `provider`. */
const soleProvider = z
  .strictObject({
    id: providerId()
      .exactOptional()
      .meta({ description: `${idMeaning} Default: its type.` }),
    ...providerFields,
  })
  .superRefine(checkProvider, onMaps)
  .transform(({ id, ...given }) => ({ id: id ?? given.type, ...withDefaults(given) }));

const providerList = z
  .array(provider, { error: 'a list of providers' })
  .min(1, { error: 'at least one provider' })
  .superRefine(checkProviders, onLists);

const route = z.strictObject({
  model: modelPattern().meta({
    description: 'The models it is for: a name, `prefix*`, `~regex`, or `*` for all.',
  }),
  to: z
    .array(text('a provider id').register(kinds, { kind: 'provider id' }), {
      error: 'a list of provider ids',
    })
    .min(1, { error: 'at least one provider id' })
    .meta({ description: 'Providers in order of preference.' }),
});

const client = z.strictObject({
  name: text('a name').meta({ description: 'What the client is called in logs.' }),
  key: secret('a key').meta({ description: 'The credential it calls with.' }),
});

const admin = z.strictObject({
  listen: address().prefault('127.0.0.1:5398').meta({ description: 'Address of the admin listener.' }),
  token: secret('a token').exactOptional().meta({
    description:
      'What admin requests must carry as `Authorization: Bearer`. Required where the address is not loopback.',
  }),
});

const log = z.strictObject({
  level: word(['debug', 'info', 'warn', 'error'])
    .default('info')
    .meta({ description: 'The least that is logged.' }),
  format: word(['auto', 'json', 'pretty'])
    .default('auto')
    .meta({ description: '`auto` is pretty on a terminal and JSON elsewhere.' }),
});

const limits = z.strictObject({
  body: bytes({ min: 1, max: 64 * GiB })
    .prefault('100MiB')
    .meta({ description: 'A request body above it is refused with 413.' }),
  replay: bytes({ min: 0, max: GiB })
    .prefault('32MiB')
    .meta({ description: 'A request body up to it is kept to be sent again; a larger one has one try.' }),
  hold: bytes({ min: 0, max: GiB }).prefault('256KiB').meta({
    description:
      'How much of an answer may wait before the commit gate, where another key may still be tried: the preamble of a stream, or a plain answer.',
  }),
  drain: duration({ min: 0 })
    .prefault('30s')
    .meta({ description: 'How long a stop waits for running requests.' }),
});

const options = {
  listen: address()
    .prefault('127.0.0.1:5397')
    .meta({ description: 'Address of the data plane. Other than loopback only with `clients`.' }),
  admin: admin.prefault({}).meta({ description: 'The admin API.' }),
  state: state().prefault('sqlite:./sparekey.db').meta({
    description:
      'Where key records are kept: `memory:`, or `sqlite:PATH` with a path relative to this file. `memory:` forgets at every stop.',
  }),
  workers: workers()
    .prefault(1)
    .meta({ description: 'Processes that share the data plane. This version has one.' }),
  clients: z
    .array(client)
    .superRefine(checkClients, onLists)
    .exactOptional()
    .meta({ description: 'Who may call. Absent: anybody who can reach a loopback listener.' }),
  log: log.prefault({}).meta({ description: 'The log.' }),
  limits: limits.prefault({}).meta({ description: 'Bounds of a request.' }),
  provider: soleProvider.exactOptional().meta({
    description: 'The one provider, instead of `providers`; its `id` may be left out and is its type then.',
  }),
  providers: providerList.exactOptional().meta({
    description: 'The upstreams, each with its pool of keys. At least one, unless there is `provider`.',
  }),
  routes: z.array(route).default([]).meta({
    description: 'Which providers serve which models. An exact name goes first, then the order written.',
  }),
  activeProviderId: text('a provider id').exactOptional().meta({
    description: 'Where no route matches. Implied where there is one provider.',
  }),
};

const shape = z.strictObject(options, { error: 'a map of options, with providers at least' });

/** What a configuration file says, in; what the gateway runs on, out. */
export const configSchema = shape.superRefine(checkRoot, onMaps).transform((given) => {
  const { provider: sole, providers: several = [], activeProviderId, ...rest } = given;
  const providers = sole === undefined ? several : [sole];
  const active = activeProviderId ?? (providers.length === 1 ? providers[0]?.id : undefined);
  return { ...rest, providers, ...(active === undefined ? {} : { activeProviderId: active }) };
});

/** Nobody changes a configuration: a reload brings another one. */
type Frozen<T> = T extends Secret
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]: Frozen<T[Name]> }
      : T;

/** A whole configuration, valid and with every default filled in. Durations in ms, sizes in bytes. */
export type Config = Frozen<z.output<typeof configSchema>>;
export type ProviderConfig = Config['providers'][number];
export type KeyConfig = ProviderConfig['apiTokens'][number];
export type FailoverConfig = ProviderConfig['failover'];
export type RetryConfig = NonNullable<ProviderConfig['retryOnFailure']>;
export type RouteConfig = Config['routes'][number];
export type ClientConfig = NonNullable<Config['clients']>[number];
export type LimitsConfig = Config['limits'];
export type LogConfig = Config['log'];
export type StateConfig = Config['state'];
export type Address = Config['listen'];
