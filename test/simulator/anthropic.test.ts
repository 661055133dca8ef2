import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import Anthropic, {
  APIError,
  AuthenticationError,
  BadRequestError,
  NotFoundError,
  RateLimitError,
} from '@anthropic-ai/sdk';
import { isAnswerTo } from '../../simulator/answer-text.ts';
import type { Behaviour, Script } from '../../simulator/behaviour.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { ask, simulatorFor } from './client.ts';

const MODEL = 'claude-haiku-4-5';
const TOOL = {
  name: 'get_weather',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
};

function sdkFor({ port }: Simulator, apiKey = 'k'): Anthropic {
  return new Anthropic({ baseURL: `http://127.0.0.1:${port}`, apiKey, maxRetries: 0 });
}

async function sdk(t: TestContext, script?: Script): Promise<Anthropic> {
  return sdkFor(await simulatorFor(t, script));
}

function asking(content: string) {
  return { model: MODEL, max_tokens: 2_048, messages: [{ role: 'user' as const, content }] };
}

void suite('Anthropic’s SDK is answered by the simulator', () => {
  void test('whole and streamed alike', async (t) => {
    const api = await sdk(t);
    const whole = await api.messages.create(asking('Hello'));
    assert.equal(whole.stop_reason, 'end_turn');
    assert.ok(whole.content[0]?.type === 'text');
    assert.ok(isAnswerTo(whole.content[0].text, 'Hello', MODEL, ['k']));
    const streamed = await api.messages.stream(asking('Hello')).finalMessage();
    assert.deepEqual(streamed.content, whole.content);
    assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens);
  });

  void test('with thinking, calls side by side, and what the tools come to', async (t) => {
    const api = await sdk(t);
    const first = {
      ...asking('Use get_weather {"city":"Oslo"} and get_weather {"city":"Rome"}'),
      system: 'Be brief.',
      tools: [TOOL],
      thinking: { type: 'enabled' as const, budget_tokens: 1_024 },
    };
    const asked = await api.messages.stream(first).finalMessage();
    assert.deepEqual(
      asked.content.map(({ type }) => type),
      ['thinking', 'text', 'tool_use', 'tool_use'],
    );
    assert.equal(asked.stop_reason, 'tool_use');
    assert.ok((asked.usage.cache_read_input_tokens ?? 0) > 0);
    const calls = asked.content.filter((block) => block.type === 'tool_use');
    assert.deepEqual(
      calls.map(({ input }) => input),
      [{ city: 'Oslo' }, { city: 'Rome' }],
    );
    const whole = await api.messages.create(first);
    assert.deepEqual(asked.content, whole.content);

    const [oslo, rome] = calls;
    assert.ok(oslo !== undefined && rome !== undefined);
    const results = [
      { type: 'tool_result' as const, tool_use_id: oslo.id, content: 'snow' },
      { type: 'tool_result' as const, tool_use_id: rome.id, content: 'lost', is_error: true },
    ];
    const turns = [
      ...first.messages,
      { role: 'assistant' as const, content: asked.content },
      { role: 'user' as const, content: results },
    ];
    const answered = await api.messages.create({ ...first, messages: turns });
    const text = answered.content.find((block) => block.type === 'text');
    assert.match(text?.text ?? '', /\(get_weather answered: snow\) \(get_weather failed: lost\)/u);
    const forgotten = [...turns.slice(0, 2), { role: 'user' as const, content: results.slice(1) }];
    await assert.rejects(api.messages.create({ ...first, messages: forgotten }), BadRequestError);
  });

  void test('with JSON, files seen, a limit kept, tokens counted and models listed', async (t) => {
    const api = await sdk(t, { keys: {}, models: [MODEL] });
    const schema = { type: 'object', properties: { name: { type: 'string' }, age: { type: 'integer' } } };
    const structured = await api.messages.create({
      ...asking('Ann'),
      output_config: { format: { type: 'json_schema', schema } },
    });
    assert.ok(structured.content[0]?.type === 'text');
    assert.deepEqual(JSON.parse(structured.content[0].text), { name: 'Ann', age: 1 });

    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: 'AAAA' };
    const seen = await api.messages.create({
      ...asking(''),
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source },
            { type: 'text', text: 'Look' },
          ],
        },
      ],
    });
    assert.ok(seen.content[0]?.type === 'text');
    assert.match(seen.content[0].text, /^You said: Look \(seen: image\/png, 3 bytes\)/u);

    const cut = await api.messages.create({ ...asking('one two three'), max_tokens: 2 });
    assert.equal(cut.stop_reason, 'max_tokens');
    const stopped = await api.messages.create({ ...asking('one two three'), stop_sequences: ['two'] });
    assert.deepEqual([stopped.stop_reason, stopped.stop_sequence], ['stop_sequence', 'two']);

    const { messages } = asking('Hello');
    assert.ok((await api.messages.countTokens({ model: MODEL, messages })).input_tokens > 0);
    assert.deepEqual(
      (await Array.fromAsync(api.models.list())).map(({ id }) => id),
      [MODEL],
    );
    await assert.rejects(api.models.retrieve('nobody'), NotFoundError);
  });
});

void suite('Anthropic’s SDK raises at the simulator', () => {
  const rows: readonly [Behaviour, abstract new (...args: never[]) => APIError, number, RegExp][] = [
    [{ kind: 'invalid-key' }, AuthenticationError, 401, /invalid x-api-key/u],
    [{ kind: 'out-of-credit' }, BadRequestError, 400, /credit balance is too low/u],
    [{ kind: 'rate-limited', retryAfter: 9 }, RateLimitError, 429, /rate limit/u],
    [{ kind: 'overloaded' }, APIError, 529, /Overloaded/u],
    [{ kind: 'server-error' }, APIError, 500, /Internal server error/u],
    [{ kind: 'model-denied', models: [MODEL] }, NotFoundError, 404, /model: claude/u],
    [{ kind: 'bad-request' }, BadRequestError, 400, /prompt is too long/u],
  ];
  for (const [behaviour, type, status, words] of rows) {
    void test(`${type.name} for ${behaviour.kind}`, async (t) => {
      const api = await sdk(t, { keys: { k: { behaviours: [behaviour] } } });
      const error: unknown = await api.messages.create(asking('Hello')).catch((reason: unknown) => reason);
      assert.ok(error instanceof type && error instanceof APIError, String(error));
      assert.equal(error.status, status);
      assert.match(error.message, words);
      assert.match(error.requestID ?? '', /^req_sim/u);
      if (behaviour.kind === 'rate-limited') assert.equal(error.headers?.get('retry-after'), '9');
    });
  }

  void test('APIError for an error event, before output and after some', async (t) => {
    for (const afterChunks of [0, 2]) {
      const error = { type: 'overloaded_error', message: 'Overloaded' };
      const behaviours = [{ kind: 'error-event', afterChunks, error } as const];
      const api = await sdk(t, { keys: { k: { behaviours } } });
      const stream = api.messages.stream(asking('Hello'));
      let text = '';
      stream.on('text', (delta) => {
        text += delta;
      });
      const reason: unknown = await stream.finalMessage().catch((raised: unknown) => raised);
      assert.ok(reason instanceof APIError);
      assert.match(reason.message, /overloaded_error/u);
      assert.equal(text, ['', '', 'You said:'][afterChunks]);
    }
  });

  void test('BadRequestError for what Anthropic refuses', async (t) => {
    const api = await sdk(t);
    const thinking = { type: 'enabled' as const, budget_tokens: 4_096 };
    await assert.rejects(api.messages.create({ ...asking('Hello'), thinking }), BadRequestError);
    const forged = { type: 'thinking' as const, thinking: 'I think', signature: 'AAAA' };
    const messages = [...asking('Hello').messages, { role: 'assistant' as const, content: [forged] }];
    await assert.rejects(api.messages.create({ ...asking(''), messages }), /Invalid signature/u);
  });
});

void test('a request without a version, without JSON or without a limit is refused in Anthropic’s shape', async (t) => {
  const simulator = await simulatorFor(t);
  const version = { 'anthropic-version': '2023-06-01' };
  for (const [headers, body, message] of [
    [{}, {}, /anthropic-version/u],
    [version, Buffer.from('{'), /not valid JSON/u],
    [version, { model: 'm', messages: [{ role: 'user', content: 'hi' }] }, /max_tokens/u],
  ] as const) {
    const response = await ask(simulator, { path: '/v1/messages', headers, body });
    assert.equal(response.status, 400);
    assert.match(response.body, /^\{"type":"error","error":\{"type":"invalid_request_error","message":/u);
    assert.match(response.body, message);
  }
});
