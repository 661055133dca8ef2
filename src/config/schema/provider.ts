import { z } from 'zod';
import { providerTypes } from '../../catalog/provider-types.ts';
import {
  headerName,
  modelMapping,
  modelName,
  modelPattern,
  providerId,
  statusPattern,
  token,
} from './patterns.ts';
import { modelCapabilitiesEntry } from './model-capabilities.ts';
import { baseUrl, fileUrl, otherHost } from './urls.ts';
import { proxyUrl } from './proxy-url.ts';
import { checkFailover, checkProvider, checkTokens, onLists, onMaps } from './constraints.ts';
import { decimal, duration, flag, integer, kinds, text, keyword } from './scalars.ts';
import { vendorFields } from './vendor-fields.ts';
import { baseUrlFromOptions, keysFromOptions } from './vendor-options.ts';
import { verdictRules } from './verdict-rules.ts';

/** Every option of a provider: its type, default, unit and meaning, once. */

const key = z.strictObject({
  key: token('a token').meta({ description: 'The credential itself.' }),
  name: text('a name').exactOptional().meta({
    description:
      'What people call it, in logs and tables. Absent: the variable that holds it, or the file and line.',
  }),
  weight: decimal({ above: 0, max: 1000 })
    .prefault(1)
    .meta({ description: 'Its share of the traffic beside the other keys of the pool.' }),
  quotaDomain: text('a name').exactOptional().meta({
    description:
      'A name for the organisation, project or account that it shares with other keys: where one of them is throttled or out of credit, all are kept back, and what one made another can reach once that one is gone. Absent: limits are shared as response headers say, and nothing else is.',
  }),
  models: z
    .array(modelPattern())
    .exactOptional()
    .meta({ description: 'The models it may be used for. Absent: all.' }),
  proxy: proxyUrl().exactOptional().meta({
    description:
      'The proxy that requests with this key go by, in place of the provider’s. Where it cannot be reached or lets nobody through, this key alone is blamed.',
  }),
});

/** A key of a pool. */
interface PooledKeyOptions extends z.output<typeof key> {
  /** Where a key without a name is written, for people: added once it is known from what the configuration was read. */
  readonly origin?: string;
}

const keyEntry = z
  .union([token('a token').transform((read): z.output<typeof key> => ({ key: read, weight: 1 })), key], {
    error: 'a token (text; quote what looks like a number), or a map with key and more',
  })
  .register(kinds, { kind: 'secret or map' });

const failover = z.strictObject({
  enabled: flag().prefault(false).meta({
    description:
      'Without it a key is picked for each request and nothing is recorded. Needs `healthCheckModel` or `cooldownDuration`.',
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
  healthCheckModel: modelName().exactOptional().meta({
    description:
      "Model of the health check: a chat completion in the provider's own form, whatever `protocol` says; embeddings or a ranking where the model is for those. A key that leaves again soon after a check has put it back is asked by the chat model it left by instead. Absent: no health checks.",
  }),
  healthCheckBudget: integer({ min: 0, max: 1_000_000 }).default(10_000).meta({
    description:
      'Health checks in a day that cost something, for all keys together; those of keys in service, and those of a provider that is down, may use up half of them. Where they are used up, a key that nobody checks is tried by a request that has no other. Checks of refused credentials are free where the address shows its list of models to valid keys alone, which is found out.',
  }),
  cooldownDuration: duration({ min: 0 }).prefault(0).meta({
    description:
      'Above 0: a key comes back by itself after this long, its failures forgotten. It may come back sooner by a health check.',
  }),
  returnRamp: duration({ min: 0 }).prefault('30s').meta({
    description:
      'A key that has come back gets a tenth of its traffic first, and all of it after this long. `0`: all of it at once.',
  }),
  failoverOnStatus: z.array(statusPattern()).exactOptional().meta({
    description:
      "Regular expressions on the whole status. Given, they alone decide which answers count against a key; absent or empty, Sparekey's verdict rules do.",
  }),
});

const DEFAULT_MAX_INTERVAL_MS = 5 * 60_000;

const failoverWithDefaults = failover.superRefine(checkFailover, onMaps).transform((given) => ({
  ...given,
  healthCheckMaxInterval:
    given.healthCheckMaxInterval ?? Math.max(DEFAULT_MAX_INTERVAL_MS, given.healthCheckInterval),
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
      "Regular expressions on the whole status. Given, they alone decide which answers are tried again with another key; absent or empty, Sparekey's verdict rules do. The next target of a route is asked all the same, unless the fault is the client's.",
  }),
});

const customSetting = z.strictObject({
  name: text('a name').meta({ description: 'Of the field; `a.b` is a field of a field.' }),
  value: z
    .unknown()
    .refine((value) => value !== undefined, { error: 'a value' })
    .register(kinds, { kind: 'any value' })
    .meta({ description: 'Of any type.' }),
  mode: keyword(['auto', 'raw']).default('auto').meta({
    description:
      '`auto` knows `max_tokens`, `temperature`, `top_p`, `top_k` and `seed`, calls them what the dialect does, and leaves out what it has no name for; `raw` sets any field as it is named.',
  }),
  overwrite: flag()
    .prefault(true)
    .meta({ description: 'Whether a field that the request has is set all the same.' }),
});

const context = z.strictObject({
  fileUrl: fileUrl().meta({ description: 'Where the text is. It is fetched once, at the first chat.' }),
  serviceName: text('a name')
    .exactOptional()
    .meta({ description: 'A word of the plugin that means nothing here.' }),
  servicePort: integer({ min: 1, max: 65_535 })
    .exactOptional()
    .meta({ description: 'A word of the plugin that means nothing here.' }),
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
  apiTokens: z
    .array(keyEntry)
    .superRefine(checkTokens, onLists)
    .default([])
    .meta({ description: 'The pool: tokens, or maps that say more of one.' }),
  apiTokensFile: text('a path').exactOptional().meta({
    description:
      'A file of further tokens, one a line; blank lines and lines that begin with `#` are left out. Relative to this file.',
  }),
  proxy: proxyUrl().exactOptional().meta({
    description:
      'The proxy that its requests go by, through a tunnel: `http://`, `https://` or `socks5://`, with `USER:PASSWORD@` where it asks for that. Absent: by `HTTPS_PROXY`, or `HTTP_PROXY` for an `http://` URL, else `ALL_PROXY`, of the environment, but not where `NO_PROXY` names the host or its network, nor on this machine. `none`: directly. Images and files of `context` are fetched without any.',
  }),
  modelMapping: modelMapping().default({}).meta({
    description:
      'Names of models here to names there. An exact name goes first; then `prefix*` and `~regex` (with `$1` in the target) in the order written; then `*`, which is also for requests that name no model. An empty target keeps the name.',
  }),
  protocol: keyword(['openai', 'original']).default('openai').meta({
    description:
      'With `original` nothing is translated or shaped: every path, known or not, is sent to the provider as the client wrote it, with the provider’s credential and with models mapped.',
  }),
  passthrough: keyword(['off', 'resources', 'all']).default('resources').meta({
    description:
      'Which paths of no known operation are forwarded, where the provider has OpenAI’s API, or gets paths as they are written (`protocol: original`, `type: generic`): none, all but those of the account’s administration (`organization`), or all.',
  }),
  customSettings: z
    .array(customSetting)
    .default([])
    .meta({ description: 'Fields that are set in the body of every request, in this order.' }),
  context: context.exactOptional().meta({
    description: 'A text that is put into every chat as a system message, behind those that it begins with.',
  }),
  contextCleanupCommands: z.array(text('a command')).default([]).meta({
    description:
      'A user message that is exactly one of these begins the conversation anew: it goes, and all before it but system messages.',
  }),
  mergeConsecutiveMessages: flag()
    .prefault(false)
    .meta({ description: 'Neighbouring messages of the user, or of the assistant, become one.' }),
  reasoningContentMode: keyword(['passthrough', 'ignore', 'concat']).default('passthrough').meta({
    description:
      "What becomes of a model's thinking in chat answers: it stays, goes, or becomes a part of the content between `<think>` and `</think>`.",
  }),
  promoteThinkingOnEmpty: flag()
    .prefault(false)
    .meta({ description: 'Where a chat answer has thinking and no content, the thinking is the content.' }),
  hiclawMode: flag()
    .prefault(false)
    .meta({ description: '`mergeConsecutiveMessages` and `promoteThinkingOnEmpty` in one word.' }),
  disableStreamUsageStats: flag().prefault(false).meta({
    description:
      'Streams are not asked for their usage where the client said nothing of it. Otherwise they are, and what the client did not ask for is taken out again.',
  }),
  logUpstreamErrorResponseBody: flag()
    .exactOptional()
    .meta({ description: 'No effect: the log says which rule judged an error, and never what stood in it.' }),
  capabilities: z
    .record(z.string(), text('a path'))
    .default({})
    .register(kinds, { kind: 'map of operations to paths' })
    .meta({
      description:
        'Operations by the names of the plugin, such as `openai/v1/embeddings`, and the whole paths that the provider has them at.',
    }),
  modelCapabilities: z.array(modelCapabilitiesEntry).default([]).meta({
    description:
      'What models of this provider take, where that is not as in [the table](TRANSLATION.md#what-models-take), by which requests are translated. Of entries that fit a model the later ones count.',
  }),
  passHeaders: z.array(headerName()).default([]).meta({
    description:
      'Headers that pass between clients and this provider, both ways, beside [those that do anyway](PROVIDERS.md#headers-that-pass): names, or beginnings that end in `*`. `*` alone lets all pass but those that say who asks (organisation, project, account, …), which are let pass by their whole names alone. Credentials, hop-by-hop headers and the like never pass.',
  }),
  basePath: text('a path').exactOptional().meta({
    description: 'A prefix of the paths that clients call; see `basePathHandling`.',
  }),
  basePathHandling: keyword(['removePrefix', 'prepend']).default('removePrefix').meta({
    description:
      'With `removePrefix` the prefix stops here, as any prefix does; with `prepend` it is put before the path that the provider is called at.',
  }),
  providerBasePath: text('a path').exactOptional().meta({
    description: 'Put before the path that the provider is called at, ahead of all else.',
  }),
  providerDomain: otherHost().exactOptional().meta({
    description:
      'Another host than that of `baseUrl` or of the type, with its port where that is not the usual one. `http://` or `https://` may stand before it; without, the scheme stays.',
  }),
  failover: failoverWithDefaults.prefault({}).meta({
    description: 'Taking failing keys out of service and bringing them back.',
  }),
  retryOnFailure: retry.exactOptional().meta({
    description: 'Further tries without failover, or other bounds for them with it.',
  }),
  verdicts: verdictRules.default([]).meta({
    description: 'Verdict rules for this provider, tried before those for all and before those of its type.',
  }),
  choice: keyword(['balanced', 'random']).default('balanced').meta({
    description:
      'How a key is chosen: `balanced` takes of two picked at random the one whose limits are not nearly used up, else the less busy, `random` takes one. Both honour weights.',
  }),
  affinity: keyword(['none', 'session']).default('none').meta({
    description:
      'With `session` a conversation stays with one key while that is in service, so that the provider finds its prompt in its cache. A conversation is recognised by a session header (`x-session-id`, `session_id`, `session-id`, `x-claude-code-session-id`), else by `prompt_cache_key`, `conversation` or `user` in the body, else by its instructions and first messages. Only then `choice` decides.',
  }),
  attempts: integer({ min: 1, max: 32 }).prefault(4).meta({
    description:
      'Tries for one request at this provider, the first one included. A rejection that takes its key out of service or holds it (dead, no credit, throttled, denied) is not counted; of such keys a request meets 64 at most.',
  }),
  deadline: duration({ above: 0 }).prefault('10m').meta({
    description: 'From accepting a request to the first output for its client, all tries together.',
  }),
  connectTimeout: duration({ above: 0 })
    .prefault('5s')
    .meta({ description: 'To open a connection, TLS included.' }),
  firstOutputTimeout: duration({ above: 0 }).exactOptional().meta({
    description:
      'The longest silence that a first output is waited for, in one try: from sending the request, and anew from each sign of life in its answer (comments, pings, blank lines). Where something else can be tried, it is only waited for as long as the model has lately needed. Default: 2m, but for streams `firstByteTimeout` where that is above 0.',
  }),
  firstOutputGuess: duration({ above: 0 }).prefault('30s').meta({
    description:
      'How long a stream that may also go to another target is waited for before its model has shown how long it needs; a whole answer twice as long, and one that is asked to think up to `firstOutputTimeout`. `firstOutputFloor` and `firstOutputTimeout` bound it.',
  }),
  firstOutputFloor: duration({ above: 0 }).prefault('10s').meta({
    description:
      'A first output is waited for at least this long, however fast the model has been. `firstOutputTimeout` goes first: where that is no longer, nothing is learned from.',
  }),
  aliveTimeout: duration({ above: 0 }).prefault('5m').meta({
    description:
      'From sending a request to the first output, in one try, whatever signs of life come in between. No longer than `firstOutputTimeout`, signs of life make no difference.',
  }),
  idleTimeout: duration({ above: 0 })
    .prefault('2m')
    .meta({ description: 'Between two pieces of an answer that has begun.' }),
  timeout: duration({ above: 0 })
    .prefault('2m')
    .meta({ description: 'For fetching the file of `context`, as in the plugin, and for nothing else.' }),
  firstByteTimeout: duration({ min: 0 }).prefault(0).meta({
    description: 'Above 0: the default of `firstOutputTimeout` for streams alone, as in the plugin.',
  }),
  ...vendorFields,
};

/** The usual `firstOutputTimeout`. */
const FIRST_OUTPUT_MS = 2 * 60_000;

type ProviderFields = z.output<z.ZodObject<typeof providerFields>>;

/** Fills in the defaults that depend on other options. `checkProvider` has seen to it that there is a URL. */
function withDefaults(given: ProviderFields) {
  const own: ProviderFields['apiTokens'] = keysFromOptions(given).map((credential) => ({
    key: credential,
    weight: 1,
  }));
  const apiTokens: PooledKeyOptions[] = [...given.apiTokens, ...own];
  return {
    ...given,
    apiTokens,
    baseUrl: given.baseUrl ?? baseUrlFromOptions(given) ?? providerTypes.get(given.type)?.baseUrl ?? '',
    firstOutputTimeout: given.firstOutputTimeout ?? FIRST_OUTPUT_MS,
    streamFirstOutputTimeout: given.firstOutputTimeout ?? (given.firstByteTimeout || FIRST_OUTPUT_MS),
  };
}

/** One of `providers`. */
export const provider = z
  .strictObject({ id: providerId().meta({ description: idMeaning }), ...providerFields })
  .superRefine(checkProvider, onMaps)
  .transform(({ id, ...given }) => ({ id, ...withDefaults(given) }));

/** The plugin's single `provider`. */
export const singleProvider = z
  .strictObject({
    id: providerId()
      .exactOptional()
      .meta({ description: `${idMeaning} Default: its type.` }),
    ...providerFields,
  })
  .superRefine(checkProvider, onMaps)
  .transform(({ id, ...given }) => ({ id: id ?? given.type, ...withDefaults(given) }));
