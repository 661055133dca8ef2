import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { startTestGateway } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import type { AskOptions } from '../support/http.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';

/* Images that are named by URLs, for providers that read none. */

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg==';
const LARGE = Buffer.concat([Buffer.from(PIXEL, 'base64'), Buffer.alloc(600_000)]);
const GEMINI_ANSWER = JSON.stringify({
  candidates: [{ content: { role: 'model', parts: [{ text: 'a cat' }] }, finishReason: 'STOP' }],
});
const CONVERSE_ANSWER = JSON.stringify({
  output: { message: { role: 'assistant', content: [{ text: 'a cat' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
});

function chat(model: string, ...urls: readonly string[]): AskOptions {
  return {
    path: '/v1/chat/completions',
    body: {
      model,
      messages: [
        {
          role: 'user',
          content: [
            ...urls.map((url) => ({ type: 'image_url', image_url: { url } })),
            { type: 'text', text: 'what is it?' },
          ],
        },
      ],
    },
  };
}

function messages(model: string, url: string): AskOptions {
  return {
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: {
      model,
      max_tokens: 9,
      messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url } }] }],
    },
  };
}

function responses(model: string, url: string): AskOptions {
  return {
    path: '/v1/responses',
    body: { model, input: [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }] },
  };
}

void test('images are fetched once for a request, and sent within it', async (context) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.startsWith('/none.png') === true) response.writeHead(404).end();
    else
      response
        .writeHead(200, { 'content-type': 'image/png' })
        .end(request.url === '/large.png' ? LARGE : Buffer.from(PIXEL, 'base64'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const at = (path: string): string => `http://127.0.0.1:${address.port}${path}`;

  const google = await rawUpstream(
    context,
    ({ write }) => void write(rawAnswer('200 OK', ['content-type: application/json'], GEMINI_ANSWER)),
  );
  const aws = await rawUpstream(
    context,
    ({ write }) => void write(rawAnswer('200 OK', ['content-type: application/json'], CONVERSE_ANSWER)),
  );
  const inline = {
    inlineImageUrls: true,
    inlineImageHosts: ['127.0.0.1'],
    apiTokens: ['k-1-0123456789', 'k-2-0123456789'],
    failover: { enabled: true, failureThreshold: 100, cooldownDuration: '1h' },
  };
  const gateway = await startTestGateway({
    config: {
      providers: [
        { id: 'google', type: 'gemini', baseUrl: `${google.origin}/v1beta`, ...inline },
        { id: 'aws', type: 'bedrock', baseUrl: aws.origin, awsRegion: 'us-east-1', ...inline },
        { id: 'plain', type: 'bedrock', baseUrl: aws.origin, awsRegion: 'us-east-1', apiTokens: ['k'] },
      ],
      routes: [
        { model: 'gemini-2.5-flash', to: ['google'] },
        { model: 'plain', to: [{ provider: 'plain', model: 'amazon.nova-pro-v1:0' }] },
        {
          model: 'both',
          to: [
            { provider: 'google', model: 'gemini-2.5-flash' },
            { provider: 'aws', model: 'amazon.nova-pro-v1:0' },
          ],
        },
        { model: '*', to: ['aws'] },
      ],
    },
  });
  context.after(() => gateway.close());

  const sentTo = (upstream: typeof google): string => String(upstream.requests.at(-1)?.body);

  await context.test('for the clients of OpenAI and Anthropic', async () => {
    for (const request of [chat, messages, responses]) {
      for (const [model, upstream, holds] of [
        ['gemini-2.5-flash', google, `"inlineData":{"mimeType":"image/png","data":"${PIXEL}"}`],
        ['amazon.nova-pro-v1:0', aws, `"image":{"format":"png","source":{"bytes":"${PIXEL}"}}`],
      ] as const) {
        const answer = await ask(gateway.url, request(model, at('/small.png')));
        assert.equal(answer.status, 200, answer.text);
        assert.ok(sentTo(upstream).includes(holds), sentTo(upstream));
      }
    }
    assert.equal(asked.length, 6);
  });

  await context.test('large ones too, and one of two names once', async () => {
    asked.length = 0;
    const urls = [at('/large.png'), at('/small.png'), at('/large.png')];
    assert.equal((await ask(gateway.url, chat('gemini-2.5-flash', ...urls))).status, 200);
    assert.equal(sentTo(google).split('inlineData').length, 4);
    assert.ok(sentTo(google).includes(LARGE.toString('base64')));
    assert.deepEqual(asked.toSorted(), ['/large.png', '/small.png']);
  });

  await context.test('not again for another key, or another provider', async () => {
    asked.length = 0;
    const good = google.answer;
    google.answer = ({ write }) =>
      void write(
        rawAnswer(
          '503 Service Unavailable',
          ['content-type: application/json'],
          '{"error":{"code":503,"status":"UNAVAILABLE","message":"busy"}}',
        ),
      );
    const answer = await ask(gateway.url, chat('both', at('/small.png')));
    google.answer = good;
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(asked, ['/small.png']);
  });

  await context.test(
    'and where one cannot be had, the client is told in its dialect, and no key is to blame',
    async () => {
      const requestsBefore = google.requests.length;
      const keysBefore = await gateway.keys();
      const openai = await ask(
        gateway.url,
        chat('gemini-2.5-flash', at('/small.png'), at('/none.png?sig=secret')),
      );
      assert.deepEqual(
        [openai.status, openai.json()],
        [
          400,
          {
            error: {
              message: `The image ${at('/none.png')} could not be fetched for "google": its server answered 404.`,
              type: 'invalid_request_error',
              param: null,
              code: 'invalid_image_url',
            },
          },
        ],
      );
      const anthropic = await ask(gateway.url, messages('gemini-2.5-flash', 'https://localhost/a.png'));
      assert.equal(anthropic.status, 400);
      assert.match(
        anthropic.text,
        /^\{"type":"error","error":\{"type":"invalid_request_error".*cannot be reached/u,
      );
      assert.equal(google.requests.length, requestsBefore);
      assert.deepEqual(await gateway.keys(), keysBefore);
    },
  );

  await context.test('but only where the configuration says so', async () => {
    asked.length = 0;
    const answer = await ask(gateway.url, chat('plain', at('/small.png')));
    assert.deepEqual([answer.status, answer.code], [400, 'not_expressible']);
    assert.equal(asked.length, 0);
  });
});
