import type { ProviderConfig } from '../config/schema.ts';
import type { Call } from '../dialects/call.ts';
import { spliceModel } from '../dialects/json-scan.ts';
import { spliceFormModel } from '../dialects/form-scan.ts';
import { keyId } from '../keys/key.ts';
import type { Key } from '../keys/key.ts';
import { Pool } from '../keys/pool.ts';
import type { KeyRecord } from '../keys/record.ts';
import type { KeyPolicy } from '../keys/reducer.ts';
import type { Secret } from '../keys/secret.ts';
import { openTransport } from '../upstream/transport.ts';
import type { Transport, UpstreamRequest } from '../upstream/transport.ts';
import { failoverPolicy } from './failover-policy.ts';
import type { FailoverPolicy } from './failover-policy.ts';
import { forwardedHeaders } from './headers.ts';
import { anyModelMatcher, modelMapper } from './model-names.ts';
import { providerTypes } from './types.ts';
import type { Credential } from './types.ts';

/** One configured upstream as it runs: its keys, its connections, and how a request to it is built. */
export interface Provider {
  readonly id: string;
  readonly type: string;
  readonly config: ProviderConfig;
  readonly keyPolicy: KeyPolicy;
  readonly policy: FailoverPolicy;
  readonly pool: Pool;
  readonly transport: Transport;
  /** The provider's name for a model. */
  readonly mapModel: (model: string) => string;
  /** Builds a request from the untouched original. Without a key the client's own credential travels. */
  readonly build: (call: Call, key: Key | undefined, model: string | undefined) => UpstreamRequest;
}

/** Makes a provider from its configuration. Nothing is connected until the first request. */
export function openProvider(config: ProviderConfig, recordOf: (key: Key) => KeyRecord): Provider {
  const { origin, pathname } = new URL(config.baseUrl);
  const basePath = pathname.replace(/\/+$/u, '');
  const credential = providerTypes.get(config.type)?.credential ?? { kind: 'bearer' };
  return {
    id: config.id,
    type: config.type,
    config,
    keyPolicy: {
      failureThreshold: config.failover.failureThreshold,
      successThreshold: config.failover.successThreshold,
      checkIntervalMs: config.failover.healthCheckInterval,
      checkMaxIntervalMs: config.failover.healthCheckMaxInterval,
      cooldownMs: config.failover.cooldownDuration,
    },
    policy: failoverPolicy(config),
    pool: new Pool(keysOf(config), recordOf),
    transport: openTransport({ origin, connectTimeoutMs: config.connectTimeout }),
    mapModel: modelMapper(config.modelMapping),
    build: (call, key, model) => ({
      method: call.target.operation.method,
      path: basePath + call.target.path + call.target.query,
      headers: requestHeaders(call, credential, key?.secret ?? call.credential),
      body: bodyFor(call, model),
    }),
  };
}

function keysOf(config: ProviderConfig): Key[] {
  return config.apiTokens.map(({ key: secret, name = '', weight, quotaDomain, models }) => {
    const id = keyId(config.id, secret);
    return {
      id,
      providerId: config.id,
      secret,
      name,
      weight,
      quotaDomain: quotaDomain ?? id,
      serves: anyModelMatcher(models),
    };
  });
}

function requestHeaders(call: Call, credential: Credential, secret: Secret | undefined): string[] {
  const headers = forwardedHeaders(call.headers);
  // An encoded answer could be relayed but not read, and an error in it would pass for an answer.
  headers.push('accept-encoding', 'identity');
  if (call.body.kind === 'passing' && call.body.length !== undefined) {
    headers.push('content-length', String(call.body.length));
  }
  if (secret !== undefined) headers.push(...credentialHeader(credential, secret));
  return headers;
}

function credentialHeader(credential: Credential, secret: Secret): [string, string] {
  switch (credential.kind) {
    case 'bearer':
      return ['authorization', `Bearer ${secret.reveal()}`];
    case 'header':
      return [credential.name, secret.reveal()];
  }
}

/** The client's bytes, but for the one value that names the model. */
function bodyFor(call: Call, model: string | undefined): UpstreamRequest['body'] {
  const { body, modelSpan, target } = call;
  if (body.kind === 'passing') return body.stream;
  if (body.bytes.length === 0) return null;
  if (modelSpan === undefined || model === undefined || model === call.model) return body.bytes;
  return target.operation.modelIn === 'form'
    ? spliceFormModel(body.bytes, modelSpan, model)
    : spliceModel(body.bytes, modelSpan, model);
}
