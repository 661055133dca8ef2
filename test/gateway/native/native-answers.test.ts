import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { after, before, suite, test } from 'node:test';
import type { Json } from '../../../src/base/json.ts';
import { ask } from '../../support/http.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { gatewayBefore } from './gateway-before.ts';
import type { NativeApi } from './gateway-before.ts';

/* Whole answers at vendors' own APIs: passed on as they are, and told from what is none. */

interface WholeCase extends NativeApi {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Json;
  readonly answer: Json;
  /** A 200 that is an error, as the vendor writes one. */
  readonly error: Json;
}

const CASES: readonly WholeCase[] = [
  {
    id: 'bedrock',
    provider: { type: 'bedrock', awsRegion: 'us-east-1' },
    path: '/model/bedrock-model/converse',
    body: { messages: [] },
    answer: { output: { message: { role: 'assistant', content: [{ text: 'so' }] } }, stopReason: 'end_turn' },
    error: { message: 'The model is at capacity.' },
  },
  {
    id: 'vertex',
    provider: { type: 'vertex' },
    path: '/v1/projects/p/locations/l/publishers/anthropic/models/vertex-model:rawPredict',
    body: { messages: [] },
    answer: { type: 'message', content: [{ type: 'text', text: 'so' }], stop_reason: 'end_turn' },
    error: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  },
  {
    id: 'complete',
    provider: { type: 'claude' },
    basePath: '/v1',
    path: '/v1/complete',
    headers: { 'anthropic-version': '2023-06-01' },
    body: { model: 'complete-model', prompt: 'hi', max_tokens_to_sample: 5 },
    answer: { type: 'completion', completion: 'so', stop_reason: 'stop_sequence' },
    error: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  },
  {
    id: 'cohere',
    provider: { type: 'cohere' },
    basePath: '/compatibility/v1',
    path: '/v2/chat',
    body: { model: 'cohere-model', messages: [] },
    answer: { id: 'c', finish_reason: 'COMPLETE', message: { role: 'assistant', content: [] } },
    error: { message: 'internal server error' },
  },
  {
    id: 'ollama',
    provider: { type: 'ollama' },
    basePath: '/v1',
    path: '/api/chat',
    body: { model: 'ollama-model', messages: [], stream: false },
    answer: { model: 'm', message: { role: 'assistant', content: 'so' }, done: true },
    error: { error: 'model runner has unexpectedly stopped' },
  },
  {
    id: 'minimax',
    provider: { type: 'minimax' },
    basePath: '/v1',
    path: '/v1/text/chatcompletion_pro',
    body: { model: 'minimax-model', messages: [] },
    answer: { reply: 'so', choices: [{ finish_reason: 'stop', messages: [{ text: 'so' }] }] },
    error: { base_resp: { status_code: 1000, status_msg: 'unknown error' } },
  },
  {
    id: 'qwen',
    provider: { type: 'qwen' },
    basePath: '/compatible-mode/v1',
    path: '/api/v1/services/aigc/text-generation/generation',
    body: { model: 'qwen-model', input: {} },
    answer: { output: { text: 'so', finish_reason: 'stop' }, request_id: 'r' },
    error: { code: 'InternalError', message: 'An internal error has occured.', request_id: 'r' },
  },
  {
    id: 'hunyuan',
    provider: {
      type: 'hunyuan',
      hunyuanAuthId: 'first-id',
      hunyuanAuthKey: 'first-key',
      apiTokens: ['second-id:second-key'],
    },
    path: '/',
    headers: { 'x-tc-action': 'ChatCompletions' },
    body: { Model: 'hunyuan-model', Messages: [] },
    answer: { Response: { Choices: [{ Message: { Content: 'so' }, FinishReason: 'stop' }] } },
    error: { Response: { Error: { Code: 'InternalError', Message: 'internal error' }, RequestId: 'r' } },
  },
  {
    id: 'triton',
    provider: { type: 'triton' },
    basePath: '/v2',
    path: '/v2/models/triton-model/infer',
    body: { inputs: [] },
    answer: { model_name: 'm', outputs: [] },
    error: { error: 'inference failed' },
  },
];

/** What is answered next, the first one first; then the case's own answer. */
let next: { readonly status: number; readonly body: string }[] = [];
let paths: string[] = [];
/** The headers of the last request. */
let received: IncomingHttpHeaders = {};

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    received = request.headers;
    paths.push(request.url?.split('?')[0] ?? '');
    const { status, body } = next.shift() ?? { status: 500, body: '{}' };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body);
  });
});
let gateway: TestGateway;

before(async () => {
  gateway = await gatewayBefore(server, CASES, {
    failover: { enabled: true, failureThreshold: 100, cooldownDuration: '1h' },
  });
});

after(async () => {
  server.close();
  server.closeAllConnections();
  await gateway.close();
});

async function send({ path, headers = {}, body }: WholeCase, ...answers: readonly (Json | string)[]) {
  next = answers.map((each) => ({
    status: 200,
    body: typeof each === 'string' ? each : JSON.stringify(each),
  }));
  paths = [];
  return ask(gateway.url, { path, headers, body });
}

void test('Bedrock’s own headers reach it from clients that speak its API', async () => {
  const [bedrock] = CASES;
  assert.ok(bedrock !== undefined);
  await send({ ...bedrock, headers: { 'x-amzn-bedrock-guardrailidentifier': 'g-1' } }, bedrock.answer);
  assert.equal(received['x-amzn-bedrock-guardrailidentifier'], 'g-1');
});

for (const each of CASES)
  void suite(`a whole answer at ${each.path}`, () => {
    void test('passes as it is', async () => {
      const got = await send(each, each.answer);
      assert.equal(got.status, 200, got.text);
      assert.equal(got.text, JSON.stringify(each.answer));
      assert.equal(paths.length, 1);
    });

    void test('that is an error is asked of another key', async () => {
      const got = await send(each, each.error, each.answer);
      assert.equal(got.text, JSON.stringify(each.answer));
      assert.equal(paths.length, 2);
    });

    void test('that is none, or is cut, is asked of another key', async () => {
      for (const none of ['{}', JSON.stringify(each.answer).slice(0, -3), '']) {
        const got = await send(each, none, each.answer);
        assert.equal(got.text, JSON.stringify(each.answer), none);
        assert.equal(paths.length, 2);
      }
    });

    void test('that nobody gives is an error as its clients read it', async () => {
      const got = await send(each, each.error, each.error, each.error, each.error);
      assert.ok((got.status ?? 0) >= 400, got.text);
      assert.deepEqual(got.json(), each.error);
    });
  });
