import type { ProviderConfig } from '../config/schema.ts';
import { spliceModel } from '../dialects/body-facts.ts';
import type { Call } from '../dialects/call.ts';
import type { Target } from '../dialects/operations.ts';
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
    pool: new Pool(keysOf(config), recordOf, config.failover.enabled),
    transport: openTransport({ origin, connectTimeoutMs: config.connectTimeout }),
    mapModel: modelMapper(config.modelMapping),
    build: (call, key, model) => {
      const { body, length } = bodyFor(call, model);
      return {
        method: call.target.operation.method,
        path: basePath + pathFor(call.target, model) + call.target.query,
        headers: requestHeaders(call, credential, key?.secret ?? call.credential, length),
        body,
      };
    },
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

/** @param length - of a body that is a stream, where it is known */
function requestHeaders(
  call: Call,
  credential: Credential,
  secret: Secret | undefined,
  length: number | undefined,
): string[] {
  const headers = forwardedHeaders(call.headers);
  // An encoded answer could be relayed but not read, and an error in it would pass for an answer.
  headers.push('accept-encoding', 'identity');
  if (length !== undefined) headers.push('content-length', String(length));
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

/** The operation's path as the client wrote it, but for the model where the path names it. */
function pathFor({ operation, path, pathModel }: Target, model: string | undefined): string {
  if (pathModel === undefined || model === undefined || model === pathModel) return path;
  return operation.pattern.replace('{model}', () => model.split('/').map(encodeURIComponent).join('/'));
}

interface Outgoing {
  readonly body: UpstreamRequest['body'];
  /** Of a body that is a stream, where it was announced. */
  readonly length?: number;
}

function bodyFor(call: Call, model: string | undefined): Outgoing {
  const { body } = call;
  switch (body.kind) {
    case 'kept':
      return { body: body.bytes.length === 0 ? null : withModel(call, body.bytes, model) };
    case 'passing': {
      const head = withModel(call, body.head, model);
      body.rest.unshift(head);
      return {
        body: body.rest,
        ...(body.length !== undefined && { length: body.length + head.length - body.head.length }),
      };
    }
  }
}

/** The client's bytes, but for the one value that names the model. */
function withModel(call: Call, bytes: Buffer, model: string | undefined): Buffer {
  const { modelSpan } = call;
  if (modelSpan === undefined || model === undefined || model === call.model) return bytes;
  return spliceModel(bytes, modelSpan, model);
}
