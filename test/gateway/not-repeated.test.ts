import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { gatewayFor, type TestGateway } from '../support/gateway.ts';
import { ask, type AskOptions } from '../support/http.ts';
import { rawAnswer, rawUpstream, type RawExchange, type RawUpstream } from '../support/raw-upstream.ts';

/*
 * What is created once is requested once. Two providers of three keys each stand before the client; the first one
 * fails, and the second would answer.
 */

const MULTIPART = { 'content-type': 'multipart/form-data; boundary=b' };
const FORM = '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nsora-2\r\n--b--\r\n';

const CREATING: Readonly<Record<string, AskOptions>> = {
  'a batch': { path: '/v1/batches', body: { input_file_id: 'file-x', endpoint: '/v1/responses' } },
  'a video': { path: '/v1/videos', headers: MULTIPART, body: FORM },
  'a file': { path: '/v1/files', headers: MULTIPART, body: FORM },
  'an upload': { path: '/v1/uploads', body: { filename: 'x', bytes: 1 } },
  'a fine-tuning job': { path: '/v1/fine_tuning/jobs', body: { model: 'gpt-5', training_file: 'file-x' } },
  'an image': { path: '/v1/images/generations', body: { model: 'gpt-image-1', prompt: 'a cat' } },
  'a stored response': { path: '/v1/responses', body: { model: 'gpt-5', input: 'hi' } },
  'a response in the background': {
    path: '/v1/responses',
    body: { model: 'gpt-5', input: 'hi', background: true, store: false },
  },
  'a streamed response in the background': {
    path: '/v1/responses',
    body: { model: 'gpt-5', input: 'hi', background: true, stream: true },
  },
  'a streamed image': {
    path: '/v1/images/generations',
    body: { model: 'gpt-image-1', prompt: 'a cat', stream: true },
  },
  'a stored completion': {
    path: '/v1/chat/completions',
    body: { model: 'gpt-5', messages: [{ role: 'user', content: 'hi' }], store: true },
  },
};

/** The same at a vendor that makes images in a form of its own. */
const TRANSLATED: AskOptions = {
  path: '/v1/images/generations',
  body: { model: 'imagen-4.0-generate-001', prompt: 'a cat' },
};

const PAGE = '<html><head><title>Bad gateway</title></head></html>';
const WORDS = '{"error":{"message":"The server had an error","type":"server_error","code":null}}';
const JSON_TYPE = ['content-type: application/json'];
const HTML_TYPE = ['content-type: text/html'];

type Answer = (exchange: RawExchange) => void;

function says(status: string, headers: readonly string[], body = ''): Answer {
  return ({ write }) => void write(rawAnswer(status, headers, body));
}

/** After these the provider may be at work. */
const UNCLEAR: Readonly<Record<string, Answer>> = {
  'a 408': says('408 Request Timeout', JSON_TYPE, WORDS),
  'a 499': says('499 Client Closed Request', HTML_TYPE, PAGE),
  'a 502': says('502 Bad Gateway', HTML_TYPE, PAGE),
  'a 504': says('504 Gateway Timeout', JSON_TYPE, WORDS),
  'a 520': says('520 Unknown', HTML_TYPE, PAGE),
  'a 524': says('524 A Timeout Occurred', HTML_TYPE, PAGE),
  'an empty 503': says('503 Service Unavailable', []),
  'a 500 with a page': says('500 Internal Server Error', HTML_TYPE, PAGE),
  'a reset': ({ reset }) => reset(),
};

/** After these nothing has been made. */
const CLEAR: Readonly<Record<string, Answer>> = {
  'a 401': says('401 Unauthorized', JSON_TYPE, '{"error":{"message":"no","code":"invalid_api_key"}}'),
  'a 403': says('403 Forbidden', JSON_TYPE, '{"error":{"message":"Forbidden"}}'),
  'a 429': says('429 Too Many Requests', JSON_TYPE, '{"error":{"message":"slow down"}}'),
  'a 500 in the provider’s words': says('500 Internal Server Error', JSON_TYPE, WORDS),
  'a 503 in the provider’s words': says('503 Service Unavailable', JSON_TYPE, WORDS),
};

/** Has what the answer of any of these operations must have. */
const MADE = JSON.stringify({
  id: 'made-1',
  object: 'thing',
  output: [],
  data: [{ url: 'https://example.com/cat.png' }],
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
});

interface Setup {
  readonly gateway: TestGateway;
  readonly main: RawUpstream;
  readonly spare: RawUpstream;
}

function providerAt(id: string, { origin }: RawUpstream, type: 'openai' | 'gemini'): object {
  return {
    id,
    type,
    baseUrl: `${origin}/${type === 'openai' ? 'v1' : 'v1beta'}`,
    apiTokens: [1, 2, 3].map((n) => `sk-${id}-${n}-0123456789`),
    failover: { enabled: true, failureThreshold: 1000, cooldownDuration: '1h' },
  };
}

async function setUp(t: TestContext, type: 'openai' | 'gemini' = 'openai'): Promise<Setup> {
  const good = says('200 OK', JSON_TYPE, MADE);
  const [main, spare] = [await rawUpstream(t, good), await rawUpstream(t, good)];
  const gateway = await gatewayFor(t, {
    config: {
      providers: [providerAt('main', main, type), providerAt('spare', spare, type)],
      routes: [{ model: '*', to: ['main', 'spare'] }],
      activeProviderId: 'main',
    },
  });
  return { gateway, main, spare };
}

for (const [what, asking] of Object.entries(CREATING)) {
  void describe(what, () => {
    void test('is requested once where it may have been created, with no other key and of no other provider', async (t) => {
      for (const [how, answer] of Object.entries(UNCLEAR)) {
        // Each before a gateway that knows nothing: after a few of them a provider counts as down.
        const { gateway, main, spare } = await setUp(t);
        main.answer = answer;
        const { status = 0 } = await ask(gateway.url, asking);
        assert.ok(status >= 400, `${how}: ${status}`);
        assert.deepEqual([main.requests.length, spare.requests.length], [1, 0], how);
      }
    });

    void test('is requested again where it cannot have been created', async (t) => {
      for (const [how, answer] of Object.entries(CLEAR)) {
        const { gateway, main } = await setUp(t);
        const good = main.answer;
        main.answer = (exchange) => {
          main.answer = good;
          answer(exchange);
        };
        assert.equal((await ask(gateway.url, asking)).status, 200, how);
      }
    });
  });
}

void test('an image that is requested by translation is requested once, too', async (t) => {
  for (const how of ['a 502', 'a 504', 'a reset']) {
    const { gateway, main, spare } = await setUp(t, 'gemini');
    main.answer = UNCLEAR[how] ?? main.answer;
    const { status = 0 } = await ask(gateway.url, TRANSLATED);
    assert.ok(status >= 400, `${how}: ${status}`);
    assert.deepEqual([main.requests.length, spare.requests.length], [1, 0], how);
  }
});

void test('is requested elsewhere by its route where the first provider cannot be reached', async (t) => {
  for (const what of ['an image', 'a stored response', 'a response in the background']) {
    const { gateway, main, spare } = await setUp(t);
    await main.close();
    assert.equal((await ask(gateway.url, CREATING[what])).status, 200, what);
    assert.equal(spare.requests.length, 1, what);
  }
});

void test('a chat that is not stored is requested again after any of these', async (t) => {
  const { gateway, main } = await setUp(t);
  const good = main.answer;
  const body = { model: 'gpt-5', messages: [{ role: 'user', content: 'hi' }] };
  for (const [how, answer] of Object.entries(UNCLEAR)) {
    if (how === 'a 499') continue;
    main.answer = (exchange) => {
      main.answer = good;
      answer(exchange);
    };
    assert.equal((await ask(gateway.url, { body })).status, 200, how);
  }
});
