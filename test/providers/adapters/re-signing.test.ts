import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatewayFor } from '../../support/gateway.ts';
import type { ConfigParts } from '../../support/gateway.ts';
import { converseEvent } from '../../support/aws-frames.ts';
import { ask, MAX_REQUESTS } from '../../support/http.ts';
import type { AskOptions } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import type { RawRequest } from '../../support/raw-upstream.ts';
import { plainFrames } from '../vendor/translated.ts';
import { DEAD, GOOD, signerByAws, signerByTencent, signerByToken } from './signatures.ts';

/** The dead one weighs so much that it is met first. */
const KEYS = [
  { key: `${DEAD.id}:${DEAD.secret}`, weight: 1000 },
  { key: `${GOOD.id}:${GOOD.secret}`, weight: 0.001 },
];

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
