import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { GOOD_KEY, gatewayFor, simulatedProvider } from '../support/gateway.ts';
import type { ConfigParts, TestGateway } from '../support/gateway.ts';
import { ask, chat, dataOf, streamedChat } from '../support/http.ts';
import type { AskOptions } from '../support/http.ts';
import { rawChunk, rawHead, rawUpstream } from '../support/raw-upstream.ts';
import type { RawExchange, RawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';

const HEAD = rawHead('200 OK', ['content-type: text/event-stream', 'transfer-encoding: chunked']);

interface Dialect {
  readonly what: string;
  readonly provider: ConfigParts;
  readonly asking: AskOptions;
  /** Whole frames: the first opens the gate. */
  readonly frames: readonly string[];
  /** Which of them ends the answer. */
  readonly last: number;
  /** Whether data is an error as the dialect has it. */
  readonly isError: (data: Readonly<Record<string, unknown>>) => boolean;
}

function named(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const hasCode = (error: unknown): boolean => isRecord(error) && error['code'] === 'upstream_broken';

const CHAT: Dialect = {
  what: 'OpenAI’s chats',
  provider: {},
  asking: { body: streamedChat('hello') },
  frames: [
    'data: {"choices":[{"delta":{"content":"a"}}]}\n\n',
    'data: {"choices":[{"delta":{"content":"b \\"c\\" {"}}]}\n\n',
    ': ping\n\n',
    'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
    'data: [DONE]\n\n',
  ],
  last: 3,
  isError: ({ error }) => hasCode(error),
};

const MESSAGES: Dialect = {
  what: 'Anthropic’s messages',
  provider: { type: 'claude' },
  asking: {
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: { ...chat('hello'), stream: true, max_tokens: 9 },
  },
  frames: [
    named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'a' } }),
    named('ping', {}),
    named('message_stop', {}),
  ],
  last: 2,
  isError: ({ type, error }) => type === 'error' && hasCode(error),
};

const dialects: readonly Dialect[] = [
  CHAT,
  {
    ...CHAT,
    what: 'OpenAI’s chats in CRLF',
    frames: CHAT.frames.map((frame) => frame.replaceAll('\n', '\r\n')),
  },
  {
    what: 'OpenAI’s responses',
    provider: {},
    asking: { path: '/v1/responses', body: { model: 'gpt-5', input: 'hello', stream: true } },
    frames: [
      named('response.output_text.delta', { delta: 'a' }),
      named('response.completed', { response: { id: 'r', status: 'completed', output: [] } }),
    ],
    last: 1,
    isError: (data) => data['type'] === 'error' && hasCode(data),
  },
  MESSAGES,
  {
    what: 'Gemini',
    provider: { type: 'gemini' },
    asking: {
      path: '/v1beta/models/gemini-3:streamGenerateContent?alt=sse',
      body: { contents: [{ parts: [{ text: 'hello' }] }] },
    },
    frames: [
      'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n',
      'data: {"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}\n\n',
    ],
    last: 1,
    isError: ({ error }) =>
      isRecord(error) && JSON.stringify(error['details']).includes('"reason":"upstream_broken"'),
  },
];

async function gatewayBefore(
  t: TestContext,
  upstream: RawUpstream,
  provider: ConfigParts,
  config: ConfigParts = {},
): Promise<TestGateway> {
  const base = 'type' in provider ? upstream.origin : `${upstream.origin}/v1`;
  const parts = simulatedProvider({ url: base }, [GOOD_KEY], { failover: { enabled: false }, ...provider });
  return gatewayFor(t, { config: { providers: [parts], ...config } });
}

/** How many of the frames are whole in so many bytes, and how long those are. */
function wholeIn(frames: readonly string[], length: number): { count: number; end: number } {
  let end = 0;
  let count = 0;
  for (const frame of frames) {
    if (end + frame.length > length) break;
    end += frame.length;
    count++;
  }
  return { count, end };
}

/** Whether of this frame only the empty line at its end, or a part of that, is missing. */
function isAllButEnded(tail: string): boolean {
  const data = tail.slice(tail.indexOf('data: ') + 'data: '.length).trim();
  if (data === '[DONE]') return true;
  try {
    return isRecord(JSON.parse(data));
  } catch {
    return false;
  }
}

function events(text: string): string[] {
  return text.split(/\r\n\r\n|\n\n/).filter((event) => event !== '');
}

function assertError({ isError }: Dialect, text: string, where: string): void {
  assert.match(text, /\n\n$/, where);
  const [event = '', ...more] = events(text);
  assert.equal(more.length, 0, where);
  const data: unknown = JSON.parse(event.slice(event.indexOf('data: ') + 'data: '.length));
  assert.ok(isRecord(data) && isError(data), `${where}: ${text}`);
}

for (const dialect of dialects) {
  const text = dialect.frames.join('');
  const firstEnd = dialect.frames[0]?.length ?? 0;
  const ways: [how: string, isOrderly: boolean, step: number, finish: (exchange: RawExchange) => void][] = [
    ['in order', true, 1, ({ write }) => void write(rawChunk())],
    ['with its connection', false, 5, ({ end }) => end()],
  ];
  for (const [how, isOrderly, step, finish] of ways) {
    void test(`${dialect.what}: a stream that ends ${how}, wherever, gives whole frames and then an error`, async (t) => {
      let length = 0;
      const upstream = await rawUpstream(t, async (exchange) => {
        await exchange.write(HEAD + rawChunk(text.slice(0, length)));
        finish(exchange);
      });
      const gateway = await gatewayBefore(t, upstream, dialect.provider);
      for (length = firstEnd; length < text.length; length += step) {
        const response = await ask(gateway.url, dialect.asking);
        const where = `cut after ${length}`;
        assert.ok(response.whole, where);
        const { count, end } = wholeIn(dialect.frames, length);
        const tail = text.slice(end, length);
        const keepsTail = isOrderly && isAllButEnded(tail);
        const isComplete = count > dialect.last || (keepsTail && count === dialect.last);
        const kept = isComplete && keepsTail ? text.slice(0, length) : text.slice(0, end);
        // Its last event is ended, so that no reader passes over it.
        if (isComplete && keepsTail) {
          assert.ok(response.text.startsWith(kept), where);
          assert.match(response.text.slice(kept.length), /^\n?\n?$/, where);
          assert.match(response.text, /\n\r?\n$|\n\r$/, where);
        } else if (isComplete) assert.equal(response.text, kept, where);
        else {
          assert.equal(response.text.slice(0, end), kept, where);
          // A frame that is all there but for its end may stand before the error, as a frame.
          const rest = response.text.slice(end);
          assertError(dialect, rest, where);
        }
      }
    });
  }
}

void test('a frame longer than the hold, of which half was passed on, is ended before the error', async (t) => {
  const [first = ''] = CHAT.frames;
  const half = `data: {"choices":[{"delta":{"content":"${'x'.repeat(5000)}`;
  const usage = { stream_options: { include_usage: true } };
  const askings = [CHAT.asking, { body: streamedChat('hello', usage) }];
  for (const [index, ending] of ['', '\r', '\n', '\r\n', ''].entries()) {
    const upstream = await rawUpstream(t, async ({ write, end }) => {
      await write(HEAD + rawChunk(first));
      await write(rawChunk(half + ending));
      end();
    });
    const gateway = await gatewayBefore(t, upstream, {}, { limits: { hold: '1KiB' } });
    const response = await ask(gateway.url, askings[index % 2]);
    assert.ok(response.text.startsWith(first + half));
    const [, , last = '', ...more] = events(response.text.replaceAll('\r', ''));
    assert.equal(more.length, 0);
    assert.notEqual(last, '', JSON.stringify(response.text.slice(-300)));
    assertError(CHAT, `${last}\n\n`, JSON.stringify(ending));
  }
});

void test('a frame longer than the hold that is whole is passed on as it is', async (t) => {
  const [first = ''] = CHAT.frames;
  const long = `data: {"choices":[{"delta":{"content":"${'x'.repeat(5000)}"}}]}\n\n`;
  const rest = CHAT.frames.slice(3).join('');
  const upstream = await rawUpstream(t, async ({ write }) => {
    await write(HEAD + rawChunk(first) + rawChunk(long.slice(0, 3000)));
    await write(rawChunk(long.slice(3000)) + rawChunk(rest) + rawChunk());
  });
  const gateway = await gatewayBefore(t, upstream, {}, { limits: { hold: '1KiB' } });
  assert.equal((await ask(gateway.url, CHAT.asking)).text, first + long + rest);
});

for (const [what, error] of [
  ['that is no event', '{"error":{"message":"Busy","code":"busy"}}'],
  ['that no empty line ends', 'data: {"error":{"message":"Busy","code":"busy"}}'],
] as const) {
  void test(`an error ${what} is reported again, as an event`, async (t) => {
    const [first = ''] = CHAT.frames;
    const upstream = await rawUpstream(t, ({ write }) => write(HEAD + rawChunk(first + error) + rawChunk()));
    const gateway = await gatewayBefore(t, upstream, {});
    const response = await ask(gateway.url, CHAT.asking);
    assert.ok(response.whole);
    const [good, reported, ...more] = dataOf(response.text);
    assert.equal(`data: ${good}\n\n`, first);
    assert.match(reported ?? '', /^\{"error":\{"message":"Busy".*"code":"busy"\}\}$/);
    assert.equal(more.length, 0);
  });
}

void test('a translated stream that is cut anywhere gives whole frames and then an error', async (t) => {
  const start = named('message_start', {
    message: { id: 'm', model: 'm', role: 'assistant', content: [], usage: {} },
  });
  const block = named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  const stream = start + block + MESSAGES.frames.join('');
  const from = (start + block + (MESSAGES.frames[0] ?? '')).length;
  let length = 0;
  const upstream = await rawUpstream(t, ({ write }) =>
    write(HEAD + rawChunk(stream.slice(0, length)) + rawChunk()),
  );
  const gateway = await gatewayBefore(t, upstream, MESSAGES.provider);
  // The last two bytes are the empty line, without which the end is still one.
  for (length = from; length < stream.length - 2; length += 3) {
    const response = await ask(gateway.url, CHAT.asking);
    const data = dataOf(response.text).map((each): unknown => JSON.parse(each));
    const last = data.at(-1);
    assert.ok(isRecord(last) && CHAT.isError(last), `cut after ${length}: ${response.text}`);
  }
  await until(() => gateway.inFlight() === 0);
});
