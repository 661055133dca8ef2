import { createHash, createHmac } from 'node:crypto';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import { hunyuanChat } from '../../dialects/operations/vendors/hunyuan.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { Secret } from '../../base/secret.ts';
import { TranslationError } from '../../translate/response-translator.ts';
import { setHeaders } from '../request/headers.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import { openCompatible } from '../adapters/compatible.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderAdapter } from '../adapter.ts';
import { SigningClock } from '../signing-clock.ts';
import type { ChatRequest, VendorRequest } from './chat-request.ts';
import type { Piece } from './chat-writer.ts';
import { objectIn, textIn, usageIn } from './json-fields.ts';
import { vendorChatAdapter } from './vendor-chat-adapter.ts';

/** The host of signed requests; those with an API key go to another. */
const SIGNED_HOST = 'https://hunyuan.tencentcloudapi.com';

/** The service, its action and the version: cloud.tencent.com/document/api/1729. */
const SERVICE = 'hunyuan';
const ACTION = 'ChatCompletions';
const VERSION = '2023-09-01';

/** How old a signature may be (AuthFailure.SignatureExpire): cloud.tencent.com/document/api/1729/101843. Milliseconds. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * Hunyuan: OpenAI's dialect with an API key, or Tencent Cloud's own API where `hunyuanAuthId` and `hunyuanAuthKey` are
 * configured: each attempt is signed then (TC3-HMAC-SHA256).
 */
export function openHunyuan(config: ProviderConfig): ProviderAdapter {
  if (config.hunyuanAuthId === undefined) return openCompatible(config);
  const defaultBaseUrl = providerTypeOf(config.type).baseUrl;
  const baseUrl = config.baseUrl === defaultBaseUrl ? SIGNED_HOST : config.baseUrl;
  const adapter = vendorChatAdapter(
    { ...config, baseUrl },
    {
      operations: 'hunyuan.',
      buildRequest,
      createReader: () => ({
        readWhole: (body) => [readPiece(body) ?? throwMissing()],
        readFrame: (_, data) => readPiece(data),
      }),
    },
  );
  const signingClock = new SigningClock(TOLERANCE_MS);
  const { host } = new URL(adapter.origin);
  const authorize: ProviderAdapter['authorize'] = (request, key, { target }) =>
    key === undefined
      ? request
      : signRequest(withSignedType(request), {
          action: target.action ?? ACTION,
          host,
          secret: key.secret,
          now: signingClock.now(),
        });
  return {
    ...adapter,
    errorsInside: true,
    signingClock,
    onlyPath: '/',
    authorize,
    build: (call, key, model) => {
      const request = adapter.build(call, undefined, model);
      return request instanceof Promise ? request : authorize(request, key, call);
    },
  };
}

function buildRequest({ body, messages }: ChatRequest, { stream }: Call, model: string): VendorRequest {
  const { temperature, top_p: topP } = body;
  return {
    operation: hunyuanChat,
    path: '/',
    body: {
      Model: model,
      Messages: messages.map(({ role, text }) => ({
        Role: role === 'developer' ? 'system' : role,
        Content: text,
      })),
      Stream: stream,
      ...(typeof temperature === 'number' && { Temperature: temperature }),
      ...(typeof topP === 'number' && { TopP: topP }),
    },
    stream,
    usedFields: ['temperature', 'top_p'],
  };
}

/** A whole response stands in `Response`; a frame of a stream does not. */
function readPiece(answer: Json): Piece | undefined {
  const body = asObject(answer['Response']) ?? answer;
  const choices = body['Choices'];
  const choice = Array.isArray(choices) ? asObject(choices.at(0)) : undefined;
  if (choice === undefined) return undefined;
  const message = asObject(choice['Message'] ?? choice['Delta']) ?? {};
  const text = textIn(message, 'Content');
  const reasoning = textIn(message, 'ReasoningContent');
  const usage = usageIn(objectIn(body, 'Usage'), USAGE);
  const id = textIn(body, 'Id');
  const finish = textIn(choice, 'FinishReason') ?? '';
  return {
    ...(text !== undefined && { text }),
    ...(reasoning !== undefined && reasoning !== '' && { reasoning }),
    ...(id !== undefined && { id }),
    ...(usage !== undefined && { usage }),
    ...(finish !== '' && { isEnd: true }),
  };
}

const USAGE = { prompt: 'PromptTokens', completion: 'CompletionTokens', total: 'TotalTokens' };

function throwMissing(): never {
  throw new TranslationError('Hunyuan answered without Choices');
}

/** What a request is signed with. */
interface Signing {
  readonly action: string;
  readonly host: string;
  /** Id and key, with a colon between them. */
  readonly secret: Secret;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Signs the exact bytes by Tencent Cloud's signature version 3 (cloud.tencent.com/document/api/1729/101843). */
function signRequest(request: UpstreamRequest, { action, host, secret, now }: Signing): UpstreamRequest {
  const [id = '', key = ''] = secret.reveal().split(':');
  const seconds = Math.floor(now / 1000);
  const day = new Date(now).toISOString().slice(0, 10);
  const headers = `content-type:application/json\nhost:${host}\nx-tc-action:${action.toLowerCase()}\n`;
  const names = 'content-type;host;x-tc-action';
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const canonical = ['POST', '/', '', headers, names, sha256(body)].join('\n');
  const scope = `${day}/${SERVICE}/tc3_request`;
  const text = ['TC3-HMAC-SHA256', seconds, scope, sha256(Buffer.from(canonical))].join('\n');
  const signing = hmac(hmac(hmac(`TC3${key}`, day), SERVICE), 'tc3_request');
  const signature = hmac(signing, text).toString('hex');
  return {
    ...request,
    signedAt: now,
    headers: [
      ...request.headers,
      'authorization',
      `TC3-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
      'x-tc-action',
      action,
      'x-tc-version',
      VERSION,
      'x-tc-timestamp',
      String(seconds),
    ],
  };
}

/** The type that is signed, without the parameters that a client may write. */
function withSignedType(request: UpstreamRequest): UpstreamRequest {
  return { ...request, headers: setHeaders(request.headers, { 'content-type': 'application/json' }) };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
