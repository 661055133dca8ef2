import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { gatewayFor } from '../../support/gateway.ts';
import type { ConfigParts } from '../../support/gateway.ts';
import { converseEvent } from '../../support/aws-frames.ts';
import { ask, MAX_REQUESTS } from '../../support/http.ts';
import type { AskOptions } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import type { RawRequest } from '../../support/raw-upstream.ts';
import { plainFrames } from '../vendor/translated.ts';

/** Two credentials of each kind; the first is dead, and weighs so much that it is met first. */
const DEAD = { id: 'AKIDDEADDEADDEAD0001', secret: 'dead/secret+0123456789' };
const GOOD = { id: 'AKIDGOODGOODGOOD0001', secret: 'good/secret+0123456789' };
const KEYS = [
  { key: `${DEAD.id}:${DEAD.secret}`, weight: 1000 },
  { key: `${GOOD.id}:${GOOD.secret}`, weight: 0.001 },
];

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function secretOf(id: string): string {
  const known = [DEAD, GOOD].find((each) => each.id === id);
  assert.ok(known, `an unknown id: ${id}`);
  return known.secret;
}

/** What a signature of either kind says of itself. */
function partsOf(authorization: string) {
  const [, id = '', scope = '', names = '', signature = ''] =
    /Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(authorization) ?? [];
  return { id, scope, names, signature };
}

/** Both write down a request alike, but for how a path is written. */
function canonical({ line, header, body }: RawRequest, names: string, path: string, lower: boolean): string {
  const [method] = line.split(' ');
  const headers = names.split(';').map((name) => {
    const value = header(name) ?? '';
    return `${name}:${lower ? value.toLowerCase() : value}`;
  });
  return [method, path, '', ...headers, '', names, sha256(body)].join('\n');
}

/** Who signed a request by SigV4; fails where the signature is not that of these very bytes. */
function signerByAws(request: RawRequest): string {
  const { id, scope, names, signature } = partsOf(request.header('authorization') ?? '');
  const [day = '', region = '', service = '', end = ''] = scope.split('/');
  assert.deepEqual([region, service, end], ['eu-west-1', 'bedrock', 'aws4_request']);
  const path = request.line.split(' ')[1]?.split('/').map(encodeURIComponent).join('/') ?? '';
  const text = [
    'AWS4-HMAC-SHA256',
    request.header('x-amz-date'),
    scope,
    sha256(canonical(request, names, path, false)),
  ].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${secretOf(id)}`, day), region), service), end);
  assert.equal(signature, hmac(key, text).toString('hex'));
  return id;
}

/** The same by TC3-HMAC-SHA256. */
function signerByTencent(request: RawRequest): string {
  const { id, scope, names, signature } = partsOf(request.header('authorization') ?? '');
  const seconds = request.header('x-tc-timestamp') ?? '';
  const day = new Date(Number(seconds) * 1000).toISOString().slice(0, 10);
  assert.equal(scope, `${day}/hunyuan/tc3_request`);
  const text = ['TC3-HMAC-SHA256', seconds, scope, sha256(canonical(request, names, '/', true))].join('\n');
  const key = hmac(hmac(hmac(`TC3${secretOf(id)}`, day), 'hunyuan'), 'tc3_request');
  assert.equal(signature, hmac(key, text).toString('hex'));
  return id;
}

const claims = z.object({ iss: z.string(), exp: z.number(), nbf: z.number() });

/** The same by a token that is signed with the secret. */
function signerByToken({ header }: RawRequest): string {
  const [head = '', payload = '', signature] = (header('authorization') ?? '')
    .replace('Bearer ', '')
    .split('.');
  const { iss, exp, nbf } = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  assert.equal(signature, hmac(secretOf(iss), `${head}.${payload}`).toString('base64url'));
  assert.equal(exp - nbf, 1805);
  return iss;
}

interface Case {
  readonly options: ConfigParts;
  readonly signer: (request: RawRequest) => string;
  readonly asking: AskOptions;
  readonly path: string;
  /** To the dead credential, and to the good one. */
  readonly refusal: string;
  readonly answer: string | Buffer;
  readonly hears: RegExp;
}

const JSON_TYPE = 'content-type: application/json';
const MODEL = 'anthropic.claude-3-5-haiku-20241022-v1:0';
const messages = [{ role: 'user', content: 'x' }];

const refusedByAws = rawAnswer(
  '403 Forbidden',
  [JSON_TYPE, 'x-amzn-errortype: UnrecognizedClientException'],
  '{"message":"The security token included in the request is invalid."}',
);

const conversed = {
  output: { message: { role: 'assistant', content: [{ text: 'hello' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  metrics: { latencyMs: 1 },
};

/** An answer whose body is bytes. */
function bytesAnswer(type: string, body: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

const conversedInPieces = Buffer.concat([
  converseEvent('messageStart', { role: 'assistant' }),
  converseEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'hello' } }),
  converseEvent('contentBlockStop', { contentBlockIndex: 0 }),
  converseEvent('messageStop', { stopReason: 'end_turn' }),
  converseEvent('metadata', { usage: conversed.usage, metrics: conversed.metrics }),
]);

const bedrock = { type: 'bedrock', awsRegion: 'eu-west-1' };
const hunyuan = {
  type: 'hunyuan',
  hunyuanAuthId: DEAD.id,
  hunyuanAuthKey: DEAD.secret,
  apiTokens: KEYS.slice(1),
};

/** Tencent Cloud refuses inside a 200. */
const refusedByTencent = rawAnswer(
  '200 OK',
  [JSON_TYPE],
  '{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound","Message":"The SecretId is not found."},"RequestId":"r"}}',
);

/** An answer of Hunyuan's, or a piece of one. */
function hunyuanSays(choice: object, reason: string): object {
  const usage = { PromptTokens: 1, CompletionTokens: 1, TotalTokens: 2 };
  return { Id: 'h', Created: 1, Choices: [{ ...choice, FinishReason: reason }], Usage: usage };
}

const cases: Readonly<Record<string, Case>> = {
  'bedrock, whole': {
    options: { ...bedrock, apiTokens: KEYS },
    signer: signerByAws,
    asking: { body: { model: MODEL, messages } },
    path: `/model/${encodeURIComponent(MODEL)}/converse`,
    refusal: refusedByAws,
    answer: rawAnswer('200 OK', [JSON_TYPE], JSON.stringify(conversed)),
    hears: /"content":"hello"/,
  },
  'bedrock, in a stream': {
    options: { ...bedrock, apiTokens: KEYS },
    signer: signerByAws,
    asking: { body: { model: MODEL, messages, stream: true } },
    path: `/model/${encodeURIComponent(MODEL)}/converse-stream`,
    refusal: refusedByAws,
    answer: bytesAnswer('application/vnd.amazon.eventstream', conversedInPieces),
    hears: /"content":"hello".*data: \[DONE\]\n\n$/s,
  },
  'bedrock, embeddings': {
    options: { ...bedrock, apiTokens: KEYS },
    signer: signerByAws,
    asking: { path: '/v1/embeddings', body: { model: 'amazon.titan-embed-text-v2:0', input: 'x' } },
    path: '/model/amazon.titan-embed-text-v2%3A0/invoke',
    refusal: refusedByAws,
    answer: rawAnswer('200 OK', [JSON_TYPE], '{"embedding":[0.5,1],"inputTextTokenCount":1}'),
    hears: /"embedding":\[0\.5,1\]/,
  },
  'hunyuan, whole': {
    options: hunyuan,
    signer: signerByTencent,
    asking: { body: { model: 'hunyuan-lite', messages } },
    path: '/',
    refusal: refusedByTencent,
    answer: rawAnswer(
      '200 OK',
      [JSON_TYPE],
      JSON.stringify({ Response: hunyuanSays({ Message: { Content: 'hello' } }, 'stop') }),
    ),
    hears: /"content":"hello"/,
  },
  'hunyuan, in a stream': {
    options: hunyuan,
    signer: signerByTencent,
    asking: { body: { model: 'hunyuan-lite', messages, stream: true } },
    path: '/',
    refusal: refusedByTencent,
    answer: rawAnswer(
      '200 OK',
      ['content-type: text/event-stream'],
      plainFrames(
        hunyuanSays({ Delta: { Role: 'assistant', Content: 'hello' } }, ''),
        hunyuanSays({ Delta: { Content: '' } }, 'stop'),
      ),
    ),
    hears: /"content":"hello".*data: \[DONE\]\n\n$/s,
  },
  kling: {
    options: { type: 'kling', apiTokens: KEYS },
    signer: signerByToken,
    asking: { path: '/v1/videos/text2video', body: { model_name: 'kling-v2', prompt: 'a sea' } },
    path: '/videos/text2video',
    refusal: rawAnswer('401 Unauthorized', [JSON_TYPE], '{"code":1002,"message":"Authorization is invalid"}'),
    answer: rawAnswer('200 OK', [JSON_TYPE], '{"code":0,"data":{"task_id":"t-1"}}'),
    hears: /"task_id":"kling-t2v-t-1"/,
  },
};

/** Headers that only whoever signs a request has a say in. */
const OF_A_SIGNATURE = {
  'x-amz-date': "the client's",
  'x-amz-security-token': "the client's",
  'x-amz-content-sha256': "the client's",
  'X-TC-Timestamp': "the client's",
  'x-tc-token': "the client's",
  'content-type': 'application/json; charset=utf-8',
};

void describe('a client cannot spoil a signature, and so have keys taken for dead', () => {
  for (const [name, { options, signer, asking, answer, hears }] of Object.entries(cases)) {
    void it(name, async (t) => {
      const upstream = await rawUpstream(t, ({ request, end }) => {
        signer(request);
        end(answer);
      });
      const gateway = await gatewayFor(t, {
        config: { providers: [{ id: 'p', baseUrl: upstream.origin, ...options }] },
      });
      const response = await ask(gateway.url, { ...asking, headers: OF_A_SIGNATURE });
      assert.equal(response.status, 200, response.text);
      assert.match(response.text, hears);
      const head = upstream.requests.map((request) => request.head.toLowerCase()).join('');
      assert.ok(!head.includes("the client's"), head);
    });
  }
});

void describe('a dead first credential is replaced by a second one, with everything signed anew', () => {
  for (const [name, { options, signer, asking, path, refusal, answer, hears }] of Object.entries(cases)) {
    void it(name, async (t) => {
      const signers: string[] = [];
      const upstream = await rawUpstream(t, ({ request, end }) => {
        const by = signer(request);
        signers.push(by);
        end(by === GOOD.id ? answer : refusal);
      });
      const gateway = await gatewayFor(t, {
        config: {
          providers: [
            {
              id: 'p',
              baseUrl: upstream.origin,
              choice: 'random',
              failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' },
              ...options,
            },
          ],
        },
      });
      // Where keys cannot be weighed the dead one is met in one of these; it is met once in any case.
      let requests = 0;
      while (!signers.includes(DEAD.id) || requests < 2) {
        requests++;
        assert.ok(requests <= MAX_REQUESTS, 'the dead key is never met');
        const response = await ask(gateway.url, asking);
        assert.equal(response.status, 200, response.text);
        assert.match(response.text, hears);
      }
      assert.equal(signers.filter((id) => id === DEAD.id).length, 1);
      assert.equal(signers.filter((id) => id === GOOD.id).length, requests);
      for (const { line } of upstream.requests) assert.equal(line, `POST ${path} HTTP/1.1`);
      const said = JSON.stringify(upstream.requests.map(({ head }) => head)) + gateway.logText();
      for (const { secret } of [DEAD, GOOD]) assert.ok(!said.includes(secret));
    });
  }
});
