import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { gatewayFor } from '../support/gateway.ts';
import type { ConfigParts } from '../support/gateway.ts';
import { ask, chat, rawConnection } from '../support/http.ts';
import type { AskOptions, HttpAnswer } from '../support/http.ts';
import { rawAnswer, rawChunk, rawHead, rawUpstream } from '../support/raw-upstream.ts';
import type { RawExchange } from '../support/raw-upstream.ts';

/*
 * A provider says our key back: in whatever form, wherever in an answer and however that is cut, no client and no log
 * gets to see it.
 */

const KEY = 'sk-proj-aB3/d_F+9xYz0123456789-QwErTyUiOp';

const escaped = (unit: (code: string) => string): string =>
  Array.from(KEY, (each) => unit(each.charCodeAt(0).toString(16))).join('');

/** Each way in which the key may stand in JSON. */
const FORMS: Readonly<Record<string, string>> = {
  plain: KEY,
  'with escaped slashes': KEY.replaceAll('/', String.raw`\/`),
  'with escaped signs': KEY.replaceAll(/[+/]/g, (each) => String.raw`\u00` + each.charCodeAt(0).toString(16)),
  'all escaped': escaped((code) => String.raw`\u00${code}`),
  'in a URL': encodeURIComponent(KEY),
  'in a URL, all escaped': escaped((code) => `%${code}`),
};

/** How a client asks, and how a good answer and a stream are written there, around some words. */
interface Family {
  readonly type: string;
  readonly asking: (stream: boolean) => AskOptions;
  readonly whole: (words: string) => string;
  /** A first output, and then the words. */
  readonly stream: (words: string) => readonly [first: string, rest: string];
}

const event = (data: string, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${data}\n\n`;
const delta = (words: string): string =>
  event(`{"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"${words}"}}]}`);
const textDelta = (words: string): string =>
  event(
    `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${words}"}}`,
    'content_block_delta',
  );
const outputDelta = (words: string): string =>
  event(`{"type":"response.output_text.delta","delta":"${words}"}`, 'response.output_text.delta');
const part = (words: string): string =>
  event(`{"candidates":[{"content":{"role":"model","parts":[{"text":"${words}"}]}}]}`);

const FAMILIES: readonly Family[] = [
  {
    type: 'openai',
    asking: (stream) => ({ body: chat('hi', { stream }) }),
    whole: (words) => `{"choices":[{"message":{"role":"assistant","content":"${words}"}}]}`,
    stream: (words) => [
      delta('hello'),
      `${delta(words)}${event('{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}')}data: [DONE]\n\n`,
    ],
  },
  {
    type: 'openai',
    asking: (stream) => ({
      path: '/v1/responses',
      body: { model: 'gpt-5', input: 'hi', store: false, stream },
    }),
    whole: (words) =>
      `{"id":"r","object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"${words}"}]}]}`,
    stream: (words) => [
      outputDelta('hello'),
      `${outputDelta(words)}${event('{"type":"response.completed","response":{"status":"completed"}}', 'response.completed')}`,
    ],
  },
  {
    type: 'claude',
    asking: (stream) => ({
      path: '/v1/messages',
      headers: { 'anthropic-version': '2023-06-01' },
      body: { ...chat('hi', { stream }), max_tokens: 9 },
    }),
    whole: (words) =>
      `{"type":"message","content":[{"type":"text","text":"${words}"}],"stop_reason":"end_turn"}`,
    stream: (words) => [
      textDelta('hello'),
      `${textDelta(words)}${event('{"type":"message_stop"}', 'message_stop')}`,
    ],
  },
  {
    type: 'gemini',
    asking: (stream) => ({
      path: `/v1beta/models/gemini-x:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
      body: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
    }),
    whole: (words) =>
      `{"candidates":[{"content":{"role":"model","parts":[{"text":"${words}"}]},"finishReason":"STOP"}]}`,
    stream: (words) => [part('hello'), part(words).replace(']}}]', ']},"finishReason":"STOP"}]')],
  },
];

const JSON_TYPE = 'content-type: application/json';
const EVENTS = ['content-type: text/event-stream', 'transfer-encoding: chunked'];

async function gatewayBefore(t: TestContext, type: string, more: ConfigParts = {}) {
  const upstream = await rawUpstream(t, () => {});
  const gateway = await gatewayFor(t, {
    alsoPretty: true,
    config: {
      providers: [
        {
          id: 'p',
          type,
          apiTokens: [KEY],
          baseUrl: `${upstream.origin}/${type === 'gemini' ? 'v1beta' : 'v1'}`,
          // The key is tried again and again, whatever it meets.
          failover: {},
          attempts: 1,
          ...more,
        },
      ],
    },
  });
  return { upstream, gateway };
}

/** Every eight characters of the key, which an answer must not have, in all of its forms. */
function leaked(text: string): string[] {
  return Object.values({ ...FORMS, base64: Buffer.from(KEY).toString('base64') }).flatMap((form) =>
    Array.from({ length: form.length - 8 }, (_, at) => form.slice(at, at + 8)).filter(
      (piece) =>
        /[A-Za-z0-9]{5}|\\u00|%[0-9a-f]{2}%/.test(piece) && piece !== 'sk-proj-' && text.includes(piece),
    ),
  );
}

function assertHidden({ text, rawHeaders }: HttpAnswer, what: string): void {
  assert.deepEqual(leaked(`${rawHeaders.join('\n')}\n${text}`), [], `${what}: ${text.slice(0, 500)}`);
}

for (const [index, family] of FAMILIES.entries()) {
  const name = `${family.type}${index === 1 ? ' (responses)' : ''}`;

  void test(`${name} quotes the key in a good answer, in a stream and in errors: nobody sees it`, async (t) => {
    const { upstream, gateway } = await gatewayBefore(t, family.type);
    for (const [form, words] of Object.entries(FORMS)) {
      const body = family.whole(`so ${words} it is`);
      upstream.answer = ({ write }) => write(rawAnswer('200 OK', [JSON_TYPE], body));
      const whole = await ask(gateway.url, family.asking(false));
      assert.equal(whole.status, 200, whole.text);
      // What stands beside the key is as it was, and so is the length.
      assert.equal(whole.text, body.replace(words, '*'.repeat(words.length)));
      assertHidden(whole, form);

      const [first, rest] = family.stream(`so ${words} it is`);
      upstream.answer = async ({ write }) => {
        await write(rawHead('200 OK', EVENTS) + rawChunk(first));
        await write(`${rawChunk(rest)}0\r\n\r\n`);
      };
      const streamed = await ask(gateway.url, family.asking(true));
      assert.ok(
        streamed.whole && streamed.text.includes(`so ${'*'.repeat(words.length)} it is`),
        streamed.text,
      );
      assertHidden(streamed, form);

      for (const status of [400, 401, 404, 429, 500]) {
        const error = `{"error":{"message":"what of ${words} here?","type":"odd","code":"odd","status":"ODD"}}`;
        upstream.answer = ({ write }) => write(rawAnswer(`${status} No`, [JSON_TYPE], error));
        assertHidden(await ask(gateway.url, family.asking(false)), `${form} ${status}`);
      }
    }
    await gateway.requestsLogged(Object.keys(FORMS).length * 7);
    assert.deepEqual(leaked(gateway.logText()), []);
  });
}

/** Writes a stream whose words are cut in two. */
async function inTwo({ write }: RawExchange, [before, after]: readonly [string, string]): Promise<void> {
  await write(rawHead('200 OK', EVENTS) + rawChunk(delta('hello')));
  await write(rawChunk(before));
  // So that they arrive as two.
  await new Promise((resolve) => setTimeout(resolve, 5));
  await write(`${rawChunk(after)}0\r\n\r\n`);
}

void test('the key is found wherever a stream is cut in it, after the gate', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t, 'openai');
  const text = `${delta(`so ${KEY} it is`)}data: [DONE]\n\n`;
  const begin = text.indexOf(KEY);
  await Promise.all(
    Array.from({ length: KEY.length + 1 }, async (_, offset) => {
      upstream.answer = (exchange) => {
        const at = begin + Number(/"user":"(\d+)"/.exec(exchange.request.body.toString())?.[1]);
        return inTwo(exchange, [text.slice(0, at), text.slice(at)]);
      };
      const response = await ask(gateway.url, { body: chat('hi', { stream: true, user: String(offset) }) });
      assert.ok(response.whole);
      assertHidden(response, `cut at ${offset}`);
      assert.equal(response.text.length, delta('hello').length + text.length);
    }),
  );
});

void test('the key is found beyond what is held, in a good answer and in an error', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t, 'openai');
  const long = 'so it goes '.repeat(30_000);
  for (const [status, body] of [
    ['200 OK', `{"choices":[{"message":{"content":"${long}${KEY} and ${KEY}"}}]}`],
    ['400 Bad Request', `{"error":{"message":"${long}${KEY} and ${KEY}"}}`],
  ] as const) {
    assert.ok(body.indexOf(KEY) > 256 * 1024);
    upstream.answer = ({ write }) => write(rawAnswer(status, [JSON_TYPE], body));
    const response = await ask(gateway.url);
    assert.equal(`${response.status}`, status.slice(0, 3));
    assertHidden(response, status);
    assert.equal(response.text, body.replaceAll(KEY, '*'.repeat(KEY.length)), 'and the rest is as it was');
    assert.equal(
      response.headers['content-length'],
      response.headers['content-length'] && String(body.length),
    );
  }
});

void test('the key is found in headers, and in the log of the request', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t, 'openai', { passHeaders: ['x-seen'] });
  for (const form of [KEY, encodeURIComponent(KEY), Buffer.from(`user:${KEY}`).toString('base64')]) {
    for (const status of ['200 OK', '404 Not Found', '429 Slow Down'] as const) {
      upstream.answer = ({ write }) =>
        write(
          rawAnswer(
            status,
            [
              JSON_TYPE,
              `x-request-id: req-${form}-1`,
              `x-seen: a`,
              `x-seen: Bearer ${form}`,
              `openai-model: ${form}`,
            ],
            '{"choices":[{"message":{"content":"hi"}}]}',
          ),
        );
      const response = await ask(gateway.url);
      assertHidden(response, status);
      assert.match(String(response.headers['x-request-id']), /^req-[^-]*\*{30,}[^*]*-1$/);
      assert.match(String(response.headers['x-seen']), /^a, Bearer /);
    }
  }
  const lines = await gateway.requestsLogged(9);
  assert.ok(lines.every(({ providerRequestId }) => typeof providerRequestId === 'string'));
  assert.deepEqual(leaked(gateway.logText()), []);
});

void test('a token that was derived from a key is found as well, and each half of the key', async (t) => {
  const pair = 'access-key-0123:secret-key-4567';
  const { upstream, gateway } = await gatewayBefore(t, 'kling', { apiTokens: [pair] });
  let token = '';
  upstream.answer = ({ request, write }) => {
    token = (request.header('authorization') ?? '').replace('Bearer ', '');
    const error = `{"code":1000,"message":"neither ${token} nor ${pair} nor access-key-0123, secret-key-4567"}`;
    return write(rawAnswer('400 No', [JSON_TYPE], error));
  };
  for (let round = 0; round < 2; round++) {
    const response = await ask(gateway.url, {
      path: '/v1/images/generations',
      body: { model: 'k', prompt: 'a' },
    });
    assert.equal(token.split('.').length, 3);
    assert.match(response.text, /neither \*+ nor \*+ nor \*{15}, \*{15}"/);
    assert.ok(!response.text.includes(token.slice(0, 16)));
  }
});

const error = (words: string): string => `{"error":{"message":"no ${words} here","code":"odd"}}`;

void test('an error that came encoded is replaced by one in other words, without the key', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t, 'openai');
  for (const words of Object.values(FORMS)) {
    const body = gzipSync(error(words)).toString('latin1');
    upstream.answer = ({ write }) => write(rawAnswer('400 No', [JSON_TYPE, 'content-encoding: gzip'], body));
    const response = await ask(gateway.url);
    assert.equal(response.status, 400);
    assert.equal(response.headers['content-encoding'], undefined);
    assert.match(response.text, /no \*+ here/);
    assertHidden(response, words);
  }
});

void test('a stream that ends in the middle of the key does not end with it', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t, 'openai');
  upstream.answer = async ({ write, end }) => {
    await write(rawHead('200 OK', ['content-type: text/plain', 'connection: close']));
    end(`so it is ${KEY.slice(0, 30)}`);
  };
  const response = await ask(gateway.url, { method: 'GET', path: '/v1/files/file-1/content' });
  assert.equal(response.text, `so it is ${'*'.repeat(30)}`);
});

void test('a file that holds what is like the key comes as it is', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t, 'openai');
  const file = Buffer.from(
    Array.from({ length: 4_000 }, (_, at) => `${KEY.slice(0, at % 15)}${at}\\u00${at}%4${at % 10}&#`).join(
      ' ',
    ),
  );
  upstream.answer = async ({ write }) => {
    await write(rawHead('200 OK', ['content-type: application/octet-stream', 'transfer-encoding: chunked']));
    for (let at = 0; at < file.length; at += 997) {
      const piece = file.subarray(at, at + 997).toString('latin1');
      await write(rawChunk(piece));
    }
    await write('0\r\n\r\n');
  };
  const response = await ask(gateway.url, { method: 'GET', path: '/v1/files/file-1/content' });
  assert.ok(response.whole && response.body.equals(file));
});

const frame = (text: string): Buffer => Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);

void test('a session that quotes the key has stars instead, and every message comes at once', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t, 'openai');
  upstream.answer = async ({ socket, write }) => {
    await write(
      rawHead('101 Switching Protocols', [
        'connection: Upgrade',
        'upgrade: websocket',
        'sec-websocket-protocol: realtime',
        'sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
        `x-request-id: ${KEY}`,
      ]),
    );
    socket.on('data', () => {
      for (const text of ['100%', 'sk-p', `{"type":"error","message":"${KEY}"}`, 'and \\'])
        socket.write(frame(text));
    });
  };
  const connection = await rawConnection(gateway.port);
  connection.write(
    [
      'GET /v1/realtime?model=gpt-realtime HTTP/1.1',
      `Host: 127.0.0.1:${gateway.port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: realtime',
      '\r\n',
    ].join('\r\n'),
  );
  await connection.receive(/\r\n\r\n/);
  connection.write(Buffer.from([0x81, 0x80, 0, 0, 0, 0]));
  const said = await connection.receive(/and \\/);
  assert.ok(said.includes('100%') && said.includes(`"message":"${'*'.repeat(KEY.length)}"`), said);
  assert.deepEqual(leaked(said), []);
  connection.end();
});
