import type * as Jose from 'jose';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { klingTasks } from '../../dialects/operations/vendors/kling.ts';
import type { Secret } from '../../base/secret.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import { capabilityPaths } from '../adapters/capabilities.ts';
import { endpointOf } from '../endpoint.ts';
import { modelMapper } from '../model-names.ts';
import { plainAdapter } from '../adapters/plain.ts';
import { setHeaders } from '../request/headers.ts';
import { unusableKey } from '../adapter.ts';
import type { Converted, ProviderAdapter } from '../adapter.ts';
import { jsonBodyOf, klingRequest } from './kling-request.ts';
import { CreatedTaskTranslator, RetrievedTaskTranslator, taskIdOf, taskTypeIn } from './kling-task.ts';
import { SigningClock } from '../signing-clock.ts';

/** How long a token is valid, and how far Kling's clock may be behind: app.klingai.com/global/dev/document-api. Seconds. */
const TOKEN_SECONDS = 1800;
const BEHIND_SECONDS = 5;

/**
 * Kling's tasks for images and videos, by its own paths and by OpenAI's `/videos`. A key is a token, sent as it is, or an access
 * key and its secret with a colon between them, which sign a token for each attempt.
 */
export function openKling(config: ProviderConfig): ProviderAdapter {
  const { origin, basePath } = endpointOf(config);
  const credential = { kind: 'bearer' } as const;
  const configured = capabilityPaths(config);
  const paths = (operation: Operation): string | undefined =>
    configured(operation) ?? configured(CAPABILITY_OF.get(operation) ?? operation);
  const adapter = plainAdapter(origin, 'openai-chat', [
    { family: 'vendor', basePath, credential, lacks: isUnsupported, paths },
    { family: 'openai', basePath, credential, lacks: isUnsupported },
  ]);
  const mapModel = modelMapper(config.modelMapping);
  const isOriginal = config.protocol === 'original';
  // A token is good from a few seconds before it was made, so that a clock may be ahead by no more.
  const signingClock = new SigningClock(BEHIND_SECONDS * 1000);
  // No other type signs its requests by it.
  const jose = import('jose');
  return {
    ...adapter,
    signingClock,
    supports: (operation) => adapter.supports(operation) && (isOriginal || !CREATES.has(operation)),
    convert: (call, model) => {
      const { operation } = call.target;
      if (operation.name === 'videos.create' || CREATES.has(operation))
        return createTask(call, (name) => (name === call.model ? (model ?? name) : mapModel(name)));
      return operation.name === 'videos.retrieve' ? retrieveTask(call) : undefined;
    },
    authorize: (request, key, call) =>
      key !== undefined && isPair(key.secret)
        ? withToken(request, key.secret, signingClock.now(), jose).catch(unusableKey)
        : adapter.authorize(request, key, call),
    build: (asked, key, model) => {
      const call = withBareId(asked);
      if (key === undefined || !isPair(key.secret)) return adapter.build(call, key, model);
      const request = adapter.build(call, undefined, model);
      return request instanceof Promise
        ? request
        : withToken(request, key.secret, signingClock.now(), jose).catch(unusableKey);
    },
  };
}

/** Requests for a video: what they make it from says which task it is. */
const CREATES: ReadonlySet<Operation> = new Set(Object.values(klingTasks).map(({ create }) => create));

/** The plugin's names in `capabilities` for the paths of tasks that have no name of their own there. */
const CAPABILITY_OF: ReadonlyMap<Operation, Operation> = new Map([
  [klingTasks.text2video.create, operationNamed('videos.create')],
  [klingTasks.text2video.retrieve, operationNamed('videos.retrieve')],
]);

function isPair(secret: Secret): boolean {
  return secret.reveal().split(':').length === 2;
}

function isUnsupported({ name }: Operation): boolean {
  return !name.startsWith('kling.') && name !== 'images.generations';
}

async function createTask(call: Call, mapModel: (model: string) => string): Promise<Converted> {
  const { type, body, dropped } = klingRequest(await jsonBodyOf(call), mapModel);
  const operation = klingTasks[type].create;
  return {
    call: {
      ...call,
      target: { operation, path: operation.pattern, query: call.target.query },
      headers: setHeaders(call.headers, { 'content-type': 'application/json' }),
      body: { kind: 'buffered', bytes: body },
      modelSpan: undefined,
      stream: false,
    },
    translator: new CreatedTaskTranslator(type, call, dropped),
  };
}

/** A task's type is in its id, or in the query; without either it is a video made from text, as in the Higress plugin. */
function retrieveTask(call: Call): Converted {
  const { pathId = '', query } = call.target;
  const { type, id } = taskIdOf(pathId);
  const hint = taskTypeIn(query);
  const taskType = type ?? hint.type ?? 'text2video';
  const operation = klingTasks[taskType].retrieve;
  const path = operation.pattern.replace('{id}', () => id);
  return {
    call: { ...call, target: { operation, path, pathId: id, query: hint.query } },
    translator: new RetrievedTaskTranslator(call),
  };
}

/** An id with a prefix may be asked for at Kling's own paths as well. */
function withBareId(call: Call): Call {
  const { target } = call;
  const { pathId = '' } = target;
  const { type, id } = taskIdOf(pathId);
  if (type === undefined) return call;
  return { ...call, target: { ...target, pathId: id, path: target.path.replace(pathId, () => id) } };
}

/** @param now - milliseconds since the epoch */
async function withToken(
  request: UpstreamRequest,
  secret: Secret,
  now: number,
  jose: Promise<typeof Jose>,
): Promise<UpstreamRequest> {
  const { SignJWT } = await jose;
  const [access = '', key = ''] = secret.reveal().split(':');
  const seconds = Math.floor(now / 1000);
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(access)
    .setExpirationTime(seconds + TOKEN_SECONDS)
    .setNotBefore(seconds - BEHIND_SECONDS)
    .sign(new TextEncoder().encode(key));
  return { ...request, signedAt: now, headers: [...request.headers, 'authorization', `Bearer ${token}`] };
}
