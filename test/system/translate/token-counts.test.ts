import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import * as z from 'zod';
import { gatewayFor } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import type { HttpAnswer } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import type { RawRequest } from '../../support/raw-upstream.ts';

/*
 * Tokens are counted by whoever would answer, in its own words; where it cannot, there is an estimate that says so, whatever
 * the provider's keys are worth.
 */

const CLAUDE = 'anthropic.claude-sonnet-4-5-20250929-v1:0';

interface Upstream {
  readonly requests: readonly RawRequest[];
  readonly gateway: TestGateway;
}

/** A gateway before one provider, which answers every request with this. */
async function before(
  context: TestContext,
  provider: Readonly<Record<string, unknown>>,
  answer: object,
  status = '200 OK',
  headers: Readonly<Record<string, string>> = {},
): Promise<Upstream> {
  const upstream = await rawUpstream(context, ({ end }) => {
    const own = Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    const body = JSON.stringify(answer);
    end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n${own}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
  const apiTokens = ['key-0123456789abcdef'];
  const gateway = await gatewayFor(context, {
    config: { providers: [{ id: 'p', baseUrl: upstream.origin, apiTokens, ...provider }] },
  });
  return { requests: upstream.requests, gateway };
}

const TOOL = { name: 'f', description: 'does it', input_schema: { type: 'object', properties: {} } };
const MESSAGES = {
  system: 'Be brief.',
  messages: [{ role: 'user', content: 'Hello, you' }],
  tools: [TOOL],
  thinking: { type: 'enabled', budget_tokens: 2000 },
};

function countMessages(url: string, model: string, body: object = MESSAGES): Promise<HttpAnswer> {
  const headers = { 'anthropic-version': '2023-06-01' };
  return ask(url, { path: '/v1/messages/count_tokens', headers, body: { model, ...body } });
}

function countContents(url: string, model: string, body: object): Promise<HttpAnswer> {
  return ask(url, { path: `/v1beta/models/${model}:countTokens`, body });
}

const sent = ({ requests }: Upstream): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(requests.at(-1)?.body.toString() ?? ''));

const isEstimate = ({ headers }: HttpAnswer): boolean => headers['x-sparekey-estimated'] !== undefined;

void suite('tokens are counted by the provider', () => {
  void test('Gemini, for Anthropic’s clients: in a whole request', async (context) => {
    const upstream = await before(context, { type: 'gemini' }, { totalTokens: 17 });
    const answer = await countMessages(upstream.gateway.url, 'gemini-2.5-flash');
    assert.deepEqual([answer.status, answer.json(), isEstimate(answer)], [200, { input_tokens: 17 }, false]);
    assert.match(upstream.requests[0]?.line ?? '', /models\/gemini-2\.5-flash:countTokens /u);
    const { generateContentRequest, ...others } = sent(upstream);
    assert.deepEqual(others, {});
    const request = z.record(z.string(), z.unknown()).parse(generateContentRequest);
    assert.equal(request['model'], 'models/gemini-2.5-flash');
    assert.ok(['contents', 'systemInstruction', 'tools'].every((name) => name in request));
  });

  void test('Bedrock, for Anthropic’s clients: by the id of the model itself', async (context) => {
    const upstream = await before(context, { type: 'bedrock', awsRegion: 'us-east-1' }, { inputTokens: 18 });
    const answer = await countMessages(upstream.gateway.url, `us.${CLAUDE}`);
    assert.deepEqual([answer.status, answer.json(), isEstimate(answer)], [200, { input_tokens: 18 }, false]);
    assert.ok(
      upstream.requests[0]?.line.startsWith(`POST /model/${encodeURIComponent(CLAUDE)}/count-tokens `),
    );
    const { input } = z
      .object({ input: z.object({ converse: z.looseObject({}) }) })
      .strict()
      .parse(sent(upstream));
    assert.ok(['messages', 'system', 'toolConfig'].every((name) => name in input.converse));
    assert.equal('inferenceConfig' in input.converse, false);
  });

  void test('Anthropic, for Gemini’s clients and those of Responses', async (context) => {
    const upstream = await before(context, { type: 'claude' }, { input_tokens: 19 });
    const contents = [{ role: 'user', parts: [{ text: 'Hello, you' }] }];
    const generateContentRequest = { contents, systemInstruction: { parts: [{ text: 'Be brief.' }] } };
    for (const body of [{ contents }, { generateContentRequest }]) {
      const answer = await countContents(upstream.gateway.url, 'claude-sonnet-4-5', body);
      assert.deepEqual([answer.status, answer.json(), isEstimate(answer)], [200, { totalTokens: 19 }, false]);
      assert.ok(upstream.requests.at(-1)?.line.startsWith('POST /messages/count_tokens '));
      const names = Object.keys(sent(upstream)).toSorted();
      assert.deepEqual(names, 'contents' in body ? ['messages', 'model'] : ['messages', 'model', 'system']);
    }
    const body = { model: 'claude-sonnet-4-5', input: 'Hello, you', instructions: 'Be brief.' };
    const answer = await ask(upstream.gateway.url, { path: '/v1/responses/input_tokens', body });
    assert.deepEqual(answer.json(), { object: 'response.input_tokens', input_tokens: 19 });
  });
});

void suite('tokens are estimated', () => {
  void test('where the provider counts none, without asking it', async (context) => {
    const upstream = await before(context, { type: 'deepseek' }, {});
    const answer = await countMessages(upstream.gateway.url, 'deepseek-chat');
    const { input_tokens: tokens } = z.object({ input_tokens: z.int() }).strict().parse(answer.json());
    assert.equal(answer.headers['x-sparekey-estimated'], 'input_tokens');
    // Five words, a tool, and what stands around them.
    assert.ok(tokens > 10 && tokens < 60, String(tokens));
    const counted = await countContents(upstream.gateway.url, 'deepseek-chat', {
      contents: [{ parts: [{ text: 'Hello, you' }] }],
    });
    assert.equal(counted.headers['x-sparekey-estimated'], 'totalTokens');
    assert.equal(upstream.requests.length, 0);
  });

  void test('for models of Bedrock’s that cannot be counted, without asking it', async (context) => {
    const upstream = await before(context, { type: 'bedrock', awsRegion: 'us-east-1' }, {});
    assert.ok(isEstimate(await countMessages(upstream.gateway.url, 'amazon.nova-pro-v1:0')));
    assert.equal(upstream.requests.length, 0);
  });

  void test('where the key may not count, which keeps it in service', async (context) => {
    const denied = { message: 'User is not authorized to perform: bedrock:CountTokens' };
    const errors = { 'x-amzn-errortype': 'AccessDeniedException' };
    const provider = { type: 'bedrock', awsRegion: 'us-east-1' };
    const { gateway, requests } = await before(context, provider, denied, '403 Forbidden', errors);
    for (let tries = 0; tries < 4; tries++) {
      const answer = await countMessages(gateway.url, CLAUDE);
      assert.deepEqual([answer.status, isEstimate(answer)], [200, true]);
    }
    assert.equal(requests.length, 4);
    const [key] = await gateway.keys();
    assert.equal(key?.state, 'in-service');
  });

  void test('where the count is throttled: messages have limits of their own', async (context) => {
    const { gateway } = await before(context, { type: 'claude' }, { type: 'error' }, '429 Too Many Requests');
    assert.ok(isEstimate(await countMessages(gateway.url, 'claude-sonnet-4-5')));
    const [key] = await gateway.keys();
    assert.equal(key?.state, 'in-service');
  });

  void test('where no key may be used', async (context) => {
    const apiTokens = [{ key: 'key-0123456789abcdef', models: ['another'] }];
    const upstream = await before(context, { type: 'claude', apiTokens }, { input_tokens: 1 });
    assert.ok(isEstimate(await countMessages(upstream.gateway.url, 'claude-sonnet-4-5')));
    assert.equal(upstream.requests.length, 0);
  });

  void test('but not for what is wrong: its vendor’s words, or a 400', async (context) => {
    const wrong = { type: 'error', error: { type: 'invalid_request_error', message: 'tools.0: no' } };
    const { gateway } = await before(context, { type: 'claude' }, wrong, '400 Bad Request');
    const answer = await countMessages(gateway.url, 'claude-sonnet-4-5');
    assert.deepEqual([answer.status, answer.json()], [400, wrong]);
    const other = await before(context, { type: 'deepseek' }, {});
    const unread = await countMessages(other.gateway.url, 'm', {
      messages: [{ role: 'nobody', content: 1 }],
    });
    assert.deepEqual([unread.status, isEstimate(unread)], [400, false]);
  });

  void test('before a stream that tells them at its end', async (context) => {
    const upstream = await rawUpstream(context, ({ end }) => {
      const chunks = [
        { choices: [{ index: 0, delta: { content: 'hi' } }] },
        { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
        { choices: [], usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 } },
      ];
      const events = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
      end(rawAnswer('200 OK', ['content-type: text/event-stream'], `${events}data: [DONE]\n\n`));
    });
    const provider = {
      id: 'p',
      type: 'deepseek',
      baseUrl: upstream.origin,
      apiTokens: ['key-0123456789abcdef'],
    };
    const { url } = await gatewayFor(context, { config: { providers: [provider] } });
    const body = {
      model: 'm',
      max_tokens: 9,
      stream: true,
      messages: [{ role: 'user', content: 'word '.repeat(400) }],
    };
    const answer = await ask(url, {
      path: '/v1/messages',
      headers: { 'anthropic-version': '2023-06-01' },
      body,
    });
    assert.equal(answer.headers['x-sparekey-estimated'], 'input_tokens');
    const [start, delta] = [...answer.text.matchAll(/"input_tokens":(\d+)/gu)].map((match) =>
      Number(match[1]),
    );
    assert.ok(start !== undefined && start > 300 && start < 700, String(start));
    assert.equal(delta, 9);
  });
});
