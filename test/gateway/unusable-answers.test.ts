import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ANSWER_TO_ANYTHING } from '../support/answers.ts';
import { GOOD_KEY, gatewayFor, simulatedProvider, type TestGateway } from '../support/gateway.ts';
import { ask, chat, streamedChat, type AskOptions } from '../support/http.ts';
import {
  rawAnswer,
  rawChunk,
  rawHead,
  rawUpstream,
  type RawExchange,
  type RawUpstream,
} from '../support/raw-upstream.ts';

const OTHER_KEY = 'sk-other-0123456789abcdef';
const JSON_TYPE = 'application/json';
const SSE = 'text/event-stream';
const RESPONSES: AskOptions = { path: '/v1/responses', body: { model: 'gpt-5', input: 'hello' } };
const STREAM: AskOptions = { body: streamedChat('hello') };

interface Case {
  readonly what: string;
  readonly type: string;
  readonly body: string;
  /** What the key is judged by. */
  readonly rule: string;
  readonly detail?: string;
  readonly asking?: AskOptions;
}

const choice = (finish: string): string =>
  JSON.stringify({ choices: [{ message: { content: 'hal' }, finish_reason: finish }] });
const failed = (code: string): string =>
  JSON.stringify({
    id: 'r',
    object: 'response',
    status: 'failed',
    error: { code, message: 'Busy' },
    output: [],
  });

const cases: readonly Case[] = [
  { what: 'HTML', type: 'text/html', body: '<html><title>Sign in</title></html>', rule: 'general.html' },
  { what: 'plain text', type: 'text/plain', body: 'not today', rule: 'fault.no-output', detail: 'not-json' },
  { what: 'blank lines', type: JSON_TYPE, body: '\n\n\n', rule: 'fault.no-output', detail: 'empty' },
  {
    what: 'JSON cut short',
    type: JSON_TYPE,
    body: '{"choices":[{"mess',
    rule: 'fault.no-output',
    detail: 'cut-json',
  },
  {
    what: 'no choices',
    type: JSON_TYPE,
    body: '{"choices":[]}',
    rule: 'fault.no-output',
    detail: 'no-answer',
  },
  { what: 'an empty object', type: JSON_TYPE, body: '{}', rule: 'fault.no-output', detail: 'no-answer' },
  {
    what: 'an error behind other members',
    type: JSON_TYPE,
    body: '{"id":"x","error":{"message":"Busy"}}',
    rule: 'general.error-inside-success',
  },
  {
    what: 'a choice that failed',
    type: JSON_TYPE,
    body: choice('error'),
    rule: 'general.error-inside-success',
  },
  {
    what: 'a code and a message',
    type: JSON_TYPE,
    body: '{"code":90001,"message":"Busy","data":null}',
    rule: 'general.error-inside-success',
  },
  {
    what: 'what calls itself an error',
    type: JSON_TYPE,
    body: '{"object":"error","message":"Busy"}',
    rule: 'general.error-inside-success',
  },
  {
    what: 'a response that failed',
    type: JSON_TYPE,
    body: failed('server_error'),
    rule: 'openai.server-error',
    asking: RESPONSES,
  },
  {
    what: 'a stream of HTML',
    type: 'text/html',
    body: '<html><title>Sign in</title></html>',
    rule: 'fault.no-output',
    detail: 'empty',
    asking: STREAM,
  },
  {
    what: 'a stream of its end marker',
    type: SSE,
    body: 'data: [DONE]\n\n',
    rule: 'fault.no-output',
    detail: 'no-answer',
    asking: STREAM,
  },
  {
    what: 'a stream of other JSON',
    type: SSE,
    body: 'data: {"ok":true}\n\ndata: [DONE]\n\n',
    rule: 'fault.no-output',
    detail: 'no-answer',
    asking: STREAM,
  },
  {
    what: 'a stream of comments',
    type: SSE,
    body: ': ping\n\n: ping\n\n',
    rule: 'fault.no-output',
    detail: 'empty',
    asking: STREAM,
  },
  {
    what: 'a stream whose error is one level down',
    type: SSE,
    body: 'data: {"data":{"error":{"message":"Busy"}}}\n\n',
    rule: 'general.error-inside-success',
    asking: STREAM,
  },
  {
    what: 'a stream of pings and its end',
    type: SSE,
    body: 'event: ping\ndata: {"type":"ping"}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n',
    rule: 'fault.no-output',
    detail: 'no-answer',
    asking: {
      path: '/v1/messages',
      headers: { 'anthropic-version': '2023-06-01' },
      body: { ...chat('hello'), stream: true, max_tokens: 9 },
    },
  },
];

const GOOD_STREAM = [
  'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"hi"}}]}\n\n',
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
].join('');
const GOOD_MESSAGES = [
  'event: message_start\ndata: {"type":"message_start","message":{}}\n\n',
  'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"hi"}}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
].join('');

function good(asking: AskOptions): string {
  if (asking === RESPONSES) return rawAnswer('200 OK', [`content-type: ${JSON_TYPE}`], ANSWER_TO_ANYTHING);
  if (asking === STREAM) return rawAnswer('200 OK', [`content-type: ${SSE}`], GOOD_STREAM);
  if (asking.path === '/v1/messages') return rawAnswer('200 OK', [`content-type: ${SSE}`], GOOD_MESSAGES);
  return rawAnswer('200 OK', [`content-type: ${JSON_TYPE}`], ANSWER_TO_ANYTHING);
}

async function gatewayBefore(t: TestContext, upstream: RawUpstream, more = {}): Promise<TestGateway> {
  const parts = simulatedProvider({ url: `${upstream.origin}/v1` }, [GOOD_KEY, OTHER_KEY], more);
  return gatewayFor(t, { config: { providers: [parts] } });
}

/** Answers once with `first`, and well from then on. */
function onceThenWell(t: TestContext, first: string, asking: AskOptions): Promise<RawUpstream> {
  let count = 0;
  return rawUpstream(t, ({ write }: RawExchange) => write(count++ === 0 ? first : good(asking)));
}

for (const { what, type, body, rule, detail, asking = {} } of cases) {
  void test(`${what} for an answer is no answer: another key gives one, unseen`, async (t) => {
    const isMessages = asking.path === '/v1/messages';
    const first = rawAnswer('200 OK', [`content-type: ${type}`], body);
    const upstream = await onceThenWell(t, first, asking);
    const gateway = await gatewayBefore(
      t,
      upstream,
      isMessages ? { type: 'claude', baseUrl: upstream.origin } : {},
    );
    const response = await ask(gateway.url, asking);
    assert.equal(response.status, 200);
    assert.equal(response.headers['x-sparekey-attempts'], '2');
    assert.ok(response.whole);
    assert.ok(good(asking).endsWith(response.text), response.text);
    const [line] = await gateway.requestsLogged(1);
    const [note, ...others] = line?.failed ?? [];
    assert.equal(others.length, 0);
    assert.deepEqual([note?.verdict, note?.rule, note?.detail], ['overloaded', rule, detail]);
    const blamed = (await gateway.keys()).filter(({ state }) => state === 'out-of-service');
    assert.equal(blamed.length, 1, 'it counts against the key');
  });
}

void test('a failed response is read by its error’s words', async (t) => {
  const first = rawAnswer('200 OK', [`content-type: ${JSON_TYPE}`], failed('rate_limit_exceeded'));
  const gateway = await gatewayBefore(t, await onceThenWell(t, first, RESPONSES));
  assert.equal((await ask(gateway.url, RESPONSES)).headers['x-sparekey-attempts'], '2');
  const [line] = await gateway.requestsLogged(1);
  assert.equal(line?.failed?.[0]?.verdict, 'rate_limit');
});

void test('a model that returns nothing has answered, and its request is logged as empty', async (t) => {
  const bodies = [
    [JSON_TYPE, '{"choices":[{"message":{"role":"assistant","content":""},"finish_reason":"stop"}]}'],
    [SSE, 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'],
    [JSON_TYPE, ANSWER_TO_ANYTHING],
  ] as const;
  let count = 0;
  const upstream = await rawUpstream(t, ({ write }) => {
    const [type, body] = bodies[count++] ?? ['', ''];
    return write(rawAnswer('200 OK', [`content-type: ${type}`], body));
  });
  const gateway = await gatewayBefore(t, upstream);
  for (const asking of [{}, STREAM, {}]) assert.equal((await ask(gateway.url, asking)).status, 200);
  const lines = await gateway.requestsLogged(3);
  assert.deepEqual(
    lines.map((line) => [line.attempts, line.verdict, line['empty']]),
    [
      [1, 'ok', true],
      [1, 'ok', true],
      [1, 'ok', undefined],
    ],
  );
  const state = await ask(gateway.adminUrl, { method: 'GET', path: '/api/state' });
  assert.match(state.text, /"emptyAnswers":\{"sim":2\}/);
});

void test('a malformed chunk in the middle, and no end marker after the last word, are no failure', async (t) => {
  const [first = '', rest = ''] = GOOD_STREAM.split(/(?<=\n\n)(?=data)/);
  const body = `${first}data: {"choices":[{"delta":{"conte\n\n${first}${rest}`;
  const upstream = await rawUpstream(t, ({ write }) =>
    write(rawAnswer('200 OK', [`content-type: ${SSE}`], body)),
  );
  const gateway = await gatewayBefore(t, upstream);
  const response = await ask(gateway.url, STREAM);
  assert.equal(response.text, body);
  const [line] = await gateway.requestsLogged(1);
  assert.deepEqual([line?.verdict, line?.attempts], ['ok', 1]);
});

void test('JSON longer than the hold that is cut short ends as a broken answer, not as a whole one', async (t) => {
  const long = `{"choices":[{"message":{"content":"${'x'.repeat(600_000)}`;
  for (const answer of [
    rawAnswer('200 OK', [`content-type: ${JSON_TYPE}`], long),
    rawHead('200 OK', [`content-type: ${JSON_TYPE}`, 'transfer-encoding: chunked']) +
      rawChunk(long) +
      rawChunk(),
  ]) {
    const upstream = await rawUpstream(t, ({ write }) => write(answer));
    const gateway = await gatewayBefore(t, upstream);
    const response = await ask(gateway.url);
    assert.equal(response.whole, false);
    const [line] = await gateway.requestsLogged(1);
    assert.equal(line?.verdict, 'overloaded');
    const blamed = (await gateway.keys()).filter(({ state }) => state === 'out-of-service');
    assert.equal(blamed.length, 1);
  }
});

void test('JSON longer than the hold that is whole arrives as it was sent', async (t) => {
  const body = JSON.stringify({ choices: [{ message: { content: 'x'.repeat(600_000) } }] });
  const upstream = await rawUpstream(t, ({ write }) =>
    write(rawAnswer('200 OK', [`content-type: ${JSON_TYPE}`], body)),
  );
  const response = await ask((await gatewayBefore(t, upstream)).url);
  assert.ok(response.whole);
  assert.equal(response.text, body);
});
