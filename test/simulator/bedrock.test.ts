import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { isAnswerTo } from '../../simulator/answer-text.ts';
import type { Behaviour, Script } from '../../simulator/behaviour.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { ask, simulatorFor } from './client.ts';

const MODEL = 'eu.anthropic.claude-sonnet-4-5-v1:0';
const PATH = `/model/${encodeURIComponent(MODEL)}/converse`;
const HELLO = { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] };

async function model(t: TestContext, script?: Script) {
  const { port } = await simulatorFor(t, script);
  const baseURL = `http://127.0.0.1:${port}`;
  return createAmazonBedrock({ apiKey: 'k', region: 'eu-west-1', baseURL }).languageModel(MODEL);
}

type Options = Parameters<Awaited<ReturnType<typeof model>>['doGenerate']>[0];

function prompt(text: string): Options {
  return { prompt: [{ role: 'user', content: [{ type: 'text', text }] }] };
}

void suite('a client of Converse is answered by the simulator', () => {
  void test('whole and streamed alike', async (t) => {
    const converse = await model(t);
    const whole = await converse.doGenerate(prompt('Hello'));
    assert.ok(whole.content[0]?.type === 'text');
    assert.ok(isAnswerTo(whole.content[0].text, 'Hello', MODEL, ['k']));
    const { stream } = await converse.doStream(prompt('Hello'));
    const parts = await Array.fromAsync(stream);
    const text = parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
    assert.equal(text, whole.content[0].text);
    const finish = parts.find((part) => part.type === 'finish');
    assert.equal(finish?.finishReason.raw, 'end_turn');
    assert.deepEqual(finish.usage.outputTokens.total, whole.usage.outputTokens.total);
  });

  void test('with thinking and calls side by side', async (t) => {
    const converse = await model(t);
    const inputSchema = { type: 'object' as const, properties: { city: { type: 'string' as const } } };
    const asked = {
      ...prompt('Use get_weather {"city":"Oslo"} and get_weather {"city":"Rome"}'),
      tools: [{ type: 'function' as const, name: 'get_weather', inputSchema }],
      providerOptions: { amazonBedrock: { reasoningConfig: { type: 'enabled', budgetTokens: 1_024 } } },
    };
    const whole = await converse.doGenerate(asked);
    assert.deepEqual(
      whole.content.map((part) => (part.type === 'tool-call' ? part.input : part.type)),
      ['reasoning', 'text', '{"city":"Oslo"}', '{"city":"Rome"}'],
    );
    const parts = await Array.fromAsync((await converse.doStream(asked)).stream);
    assert.deepEqual(
      parts.filter(({ type }) => type === 'tool-call').map((part) => ('input' in part ? part.input : '')),
      ['{"city":"Oslo"}', '{"city":"Rome"}'],
    );
    assert.ok(parts.some((part) => part.type === 'reasoning-delta' && part.providerMetadata !== undefined));
  });
});

void suite('Converse refuses as AWS does', () => {
  const rows: readonly [Behaviour, number, string][] = [
    [{ kind: 'invalid-key' }, 403, 'UnrecognizedClientException'],
    [{ kind: 'out-of-credit' }, 403, 'AccessDeniedException'],
    [{ kind: 'rate-limited' }, 429, 'ThrottlingException'],
    [{ kind: 'overloaded' }, 503, 'ServiceUnavailableException'],
    [{ kind: 'server-error' }, 500, 'InternalServerException'],
    [{ kind: 'model-denied', models: [MODEL] }, 403, 'AccessDeniedException'],
    [{ kind: 'bad-request' }, 400, 'ValidationException'],
  ];
  for (const [behaviour, status, exception] of rows) {
    void test(`${exception} for ${behaviour.kind}`, async (t) => {
      const simulator = await simulatorFor(t, { keys: { k: { behaviours: [behaviour] } } });
      const response = await ask(simulator, { path: PATH, body: HELLO });
      assert.equal(response.status, status);
      assert.ok(String(response.headers['x-amzn-errortype']).startsWith(exception));
      assert.match(response.body, /^\{"message":"[^"]+"\}$/u);
    });
  }

  void test('an exception comes inside a stream, before output and after some', async (t) => {
    for (const afterChunks of [0, 2]) {
      const error = { type: 'ThrottlingException', message: 'Too many requests' };
      const behaviours = [{ kind: 'error-event', afterChunks, error } as const];
      const converse = await model(t, { keys: { k: { behaviours } } });
      const parts = await Array.fromAsync((await converse.doStream(prompt('Hello'))).stream);
      assert.equal(parts.filter(({ type }) => type === 'text-delta').length, afterChunks);
      assert.ok(parts.some(({ type }) => type === 'error'));
    }
  });

  void test('what was signed too early or too late by its clock', async (t) => {
    const simulator = await startSimulator({ clockAheadMs: 3_600_000 });
    t.after(() => simulator.close());
    for (const [minutes, said] of [
      [0, /Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)/u],
      [56, /"output":/u],
      [64, /"output":/u],
      [66, /Signature not yet current: /u],
    ] as const) {
      const stamp = new Date(Date.now() + minutes * 60_000).toISOString().replaceAll(/[:-]|\.\d{3}/gu, '');
      const headers = { 'x-amz-date': stamp };
      const response = await ask(simulator, { path: PATH, body: HELLO, headers });
      assert.match(response.body, said);
      const date = Date.parse(String(response.headers['date']));
      assert.ok(date > Date.now() + 3_500_000, 'its answers have its own time');
    }
  });

  void test('what Converse does not take', async (t) => {
    const simulator = await simulatorFor(t);
    for (const [content, message] of [
      [[{ text: ' ' }], /is blank/u],
      [[{ toolResult: { toolUseId: 'a', content: [] } }], /toolConfig field must be defined/u],
    ] as const) {
      const response = await ask(simulator, { path: PATH, body: { messages: [{ role: 'user', content }] } });
      assert.equal(response.status, 400);
      assert.match(response.body, message);
    }
    assert.equal((await ask(simulator, { path: `${PATH}-twice` })).status, 404);
  });
});

void test('a signed request is its access key’s', async (t) => {
  const simulator = await simulatorFor(t, { knownKeysOnly: true, keys: { AKIDEXAMPLE: { behaviours: [] } } });
  const scope = 'AKIDEXAMPLE/20260101/eu-west-1/bedrock/aws4_request';
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`;
  assert.equal((await ask(simulator, { path: PATH, body: HELLO, headers: { authorization } })).status, 200);
  assert.equal(simulator.requests[0]?.key, 'AKIDEXAMPLE');
});
