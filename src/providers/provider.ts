import type { ProviderConfig } from '../config/schema/schema.ts';
import type { Call } from '../dialects/operations/call.ts';
import type { Target } from '../dialects/operations/find-target.ts';
import type { Dialect, Operation } from '../dialects/operations/operation.ts';
import { keyId } from '../keys/key.ts';
import type { Key } from '../keys/key.ts';
import { Pool } from '../keys/pool/pool.ts';
import type { KeyRecord } from '../keys/record/record.ts';
import type { KeyPolicy } from '../keys/record/reducer.ts';
import { openTransport } from '../upstream/transport.ts';
import { usedProxy } from './used-proxy.ts';
import type { Transport } from '../upstream/transport.ts';
import { failoverPolicy } from './failover-policy.ts';
import type { FailoverPolicy } from './failover-policy.ts';
import { anyModelMatcher, modelMapper } from './model-names.ts';
import { imageFetcher } from './images/image-fetcher.ts';
import { openShaper } from './shaping/shaper.ts';
import { prepareCall } from './prepare.ts';
import { answersChats } from '../catalog/capabilities.ts';
import { providerTypeOf } from '../catalog/provider-types.ts';
import type { Prepared } from './prepare.ts';
import type { ProviderAdapter } from './adapter.ts';
import { openAdapter } from './open-adapter.ts';
import type { SigningClock } from './signing-clock.ts';

/** One configured upstream as it runs: its keys, its connections, and how a request to it is built. */
export interface Provider {
  readonly id: string;
  readonly type: string;
  readonly config: ProviderConfig;
  readonly keyPolicy: KeyPolicy;
  readonly policy: FailoverPolicy;
  readonly pool: Pool;
  readonly transport: Transport;
  /** Its native dialect: what calls that it does not support are translated to. */
  readonly native: Dialect;
  /** It answers 200 with an error in the body. */
  readonly errorsInside: boolean;
  /** The provider's name for a model. */
  readonly mapModel: (model: string) => string;
  /** Its name for the model of a request that names none; undefined where that is nowhere said. */
  readonly unnamedModel: string | undefined;
  /** It answers requests that name no model. */
  readonly needsNoModel: boolean;
  /** Whether it has an operation itself, without translation. */
  readonly supports: (operation: Operation) => boolean;
  /** Whether it is sent requests for such a path, which belongs to no operation. */
  readonly forwards: (target: Target) => boolean;
  /** Makes of a client's call one that the provider supports; see `prepareCall`. */
  readonly prepare: (call: Call, model: string | undefined) => Prepared | Promise<Prepared>;
  /** The same for a call of our own, such as a health check: `protocol: original` is about clients' calls alone. */
  readonly prepareInternal: Provider['prepare'];
  /** Builds a request from a prepared call. */
  readonly build: ProviderAdapter['build'];
  /** The time that its requests are signed by; undefined where none are. */
  readonly signingClock: SigningClock | undefined;
  /** Good answers without any output, since the configuration was loaded, in this process. */
  emptyAnswers: number;
  /** It answered 401 to this key. @param headers of the refused request */
  readonly invalidateCredential: (key: Key, headers: readonly string[]) => void;
}

/** Makes a provider from its configuration. Nothing is connected until the first request. */
export function openProvider(config: ProviderConfig, recordOf: (key: Key) => KeyRecord): Provider {
  const adapter = openAdapter(config);
  const preparer = { config, adapter, shaper: openShaper(config), fetchImages: imageFetcher(config) };
  const mapModel = modelMapper(config.modelMapping);
  const internalPreparer = { ...preparer, config: { ...config, protocol: 'openai' as const } };
  return {
    id: config.id,
    type: config.type,
    config,
    keyPolicy: {
      failureThreshold: config.failover.failureThreshold,
      successThreshold: config.failover.successThreshold,
      checkIntervalMs: config.failover.healthCheckInterval,
      checkMaxIntervalMs: config.failover.healthCheckMaxInterval,
      cooldownMs: cooldownOf(config),
    },
    policy: failoverPolicy(config),
    pool: new Pool(keysOf(config), recordOf, config.failover.enabled),
    transport: openTransport({
      origin: adapter.origin,
      connectTimeoutMs: config.connectTimeout,
      proxy: usedProxy(config.proxy),
    }),
    native: adapter.native,
    errorsInside: adapter.errorsInside === true,
    emptyAnswers: 0,
    mapModel,
    unnamedModel: mapModel('') || adapter.unnamedModel,
    needsNoModel: config.protocol === 'original' || providerTypeOf(config.type).needsNoModel === true,
    supports: adapter.supports,
    forwards: adapter.forwards,
    prepare: (call, model) => prepareCall(call, model, preparer),
    prepareInternal: (call, model) => prepareCall(call, model, internalPreparer),
    build: adapter.build,
    signingClock: adapter.signingClock,
    invalidateCredential: (key, headers) => adapter.invalidateCredential?.(key, headers),
  };
}

/** Where no check can show that there is credit again, a key comes back by itself after this long. Milliseconds. */
const UNCHECKED_COOLDOWN_MS = 60 * 60 * 1000;

/** Where no check can ever put a key back, it comes back after a while, so that none is out for ever. */
function cooldownOf({ type, capabilities, failover: { cooldownDuration } }: ProviderConfig): number {
  if (cooldownDuration > 0 || answersChats(providerTypeOf(type), capabilities)) return cooldownDuration;
  return UNCHECKED_COOLDOWN_MS;
}

/** The ids of a provider's keys, as its pool will have them. */
export function keyIdsOf({ id, apiTokens }: ProviderConfig): readonly string[] {
  return apiTokens.map(({ key }) => keyId(id, key));
}

function keysOf(config: ProviderConfig): Key[] {
  return config.apiTokens.map(({ key: secret, name = '', weight, quotaDomain, models, proxy }) => {
    const id = keyId(config.id, secret);
    return {
      id,
      providerId: config.id,
      secret,
      name,
      weight,
      quotaDomain: quotaDomain ?? id,
      serves: anyModelMatcher(models),
      proxy,
    };
  });
}
