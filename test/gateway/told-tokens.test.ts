import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { startTestGateway } from '../support/gateway.ts';
import type { RequestLine, TestGateway } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import type { AskOptions } from '../support/http.ts';

/* What providers may tell of tokens: nonsense, nothing, too late to be seen, or only a part before the answer breaks off. */

type Script = (request: IncomingMessage, response: ServerResponse) => void;

const EVENTS = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };

function data(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function named(type: string, fields: object): string {
  return `event: ${type}\n${data({ type, ...fields })}`;
}

/** Answers with JSON as it is written. */
function whole(text: string): Script {
  return (_, response) => response.writeHead(200, JSON_TYPE).end(text);
}

/** Answers with a stream, and ends the connection in the middle of it. */
function broken(...frames: string[]): Script {
  return (_, response) => {
    response.writeHead(200, EVENTS);
    response.write(frames.join(''), () => response.destroy());
  };
}

const CHOICE = '{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}';

function chatTelling(usage: string): Script {
  return whole(`{"id":"c","object":"chat.completion","choices":[${CHOICE}],"usage":${usage}}`);
}

/** A chunk of a chat with more members. */
function chatChunk(more: string): string {
  return `data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]${more}}\n\n`;
}

/** A chunk of Gemini's, when so many tokens are written. */
function geminiChunk(written: number): string {
  return data({
    candidates: [{ content: { parts: [{ text: 'hello' }], role: 'model' }, index: 0 }],
    usageMetadata: { promptTokenCount: 9, candidatesTokenCount: written, totalTokenCount: 9 + written },
  });
}

const MESSAGE_START = named('message_start', {
  message: {
    id: 'm',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    usage: {
      input_tokens: 50,
      cache_read_input_tokens: 1800,
      cache_creation_input_tokens: 0,
      output_tokens: 1,
    },
  },
});
const MESSAGE_TEXT =
  named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
  named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'hello' } });
const MESSAGE_END =
  named('content_block_stop', { index: 0 }) +
  named('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 15 } }) +
  named('message_stop', {});
const STARTED = { input: 1850, cachedInput: 1800, output: 1 };

const MESSAGES: AskOptions = {
  path: '/v1/messages',
  body: { model: 'claude-x', max_tokens: 9, stream: true, messages: [{ role: 'user', content: 'hello' }] },
};

void describe('tokens as they are told', { concurrency: false }, () => {
  let gateway: TestGateway;
  let script: Script = whole('{}');
  const provider = createServer((request, response) => {
    request.resume();
    request.on('end', () => script(request, response));
  });

  before(async () => {
    provider.listen(0, '127.0.0.1');
    await once(provider, 'listening');
    const address = provider.address();
    assert.ok(typeof address === 'object' && address !== null);
    const origin = `http://127.0.0.1:${address.port}`;
    const failover = { enabled: true, failureThreshold: 9, cooldownDuration: '1h' };
    gateway = await startTestGateway({
      alsoPretty: true,
      config: {
        providers: [
          { id: 'openai', type: 'openai', baseUrl: `${origin}/v1` },
          { id: 'claude', type: 'claude', baseUrl: `${origin}/v1` },
          { id: 'gemini', type: 'gemini', baseUrl: `${origin}/v1beta` },
          { id: 'cohere', type: 'cohere', baseUrl: `${origin}/compatibility/v1` },
        ].map((each) => ({
          ...each,
          failover,
          apiTokens: [`sk-${each.id}-first-key`, `sk-${each.id}-second-key`],
        })),
        routes: [
          { model: 'claude-*', to: ['claude'] },
          { model: 'gemini-*', to: ['gemini'] },
          { model: 'command-*', to: ['cohere'] },
          { model: '*', to: ['openai'] },
        ],
      },
    });
  });
  after(async () => {
    provider.close();
    provider.closeAllConnections();
    await gateway.close();
  });

  /** The line in the log of one request that is answered by `answer`. */
  async function lineOf(answer: Script, options?: AskOptions): Promise<RequestLine> {
    script = answer;
    const seen = gateway.requests().length;
    await ask(gateway.url, options);
    const line = (await gateway.requestsLogged(seen + 1)).at(-1);
    assert.ok(line !== undefined);
    return line;
  }

  void test('people read them too', async () => {
    await lineOf(
      chatTelling(
        '{"prompt_tokens":1204,"completion_tokens":87,"prompt_tokens_details":{"cached_tokens":1024},"completion_tokens_details":{"reasoning_tokens":64}}',
      ),
    );
    assert.match(gateway.logText(), / · 1204 tokens in \(1024 cached\), 87 out \(64 reasoning\)/);
  });

  void test('what is no count is not told', async () => {
    for (const usage of [
      '{"prompt_tokens":-1,"completion_tokens":"7","total_tokens":1e400}',
      '{"prompt_tokens":1e400,"completion_tokens":1.5}',
      '{"prompt_tokens":{"prompt_tokens":7},"completion_tokens":[7]}',
      '{"usage":{"prompt_tokens":7}}',
      '[{"prompt_tokens":7}]',
      '"prompt_tokens"',
      'null',
      '7',
      '{}',
    ]) {
      const line = await lineOf(chatTelling(usage));
      assert.equal(line.status, 200, usage);
      assert.equal('tokens' in line, false, usage);
    }
    const line = await lineOf(chatTelling('{"prompt_tokens":1e300,"completion_tokens":-7}'));
    assert.deepEqual(line['tokens'], { input: Number.MAX_SAFE_INTEGER });
  });

  void test('the same in a stream', async () => {
    const end = `data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`;
    const body = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hello' }] };
    const streamed = (...frames: string[]): Promise<RequestLine> =>
      lineOf((_, response) => response.writeHead(200, EVENTS).end(`${frames.join('')}data: [DONE]\n\n`), {
        body,
      });

    for (const usage of ['-1', '"7"', '1e400', '[7]', '{"prompt_tokens":7}', 'null'])
      assert.equal(
        'tokens' in (await streamed(chatChunk(''), chatChunk(`,"usage":{"prompt_tokens":${usage}}`), end)),
        false,
      );
    assert.equal(
      'tokens' in (await streamed(chatChunk(''), chatChunk(',"usage":7,"x":{"prompt_tokens":7}'), end)),
      false,
    );
    const text = JSON.stringify('"usage":{"prompt_tokens":7}');
    const quoted = `data: {"id":"c","choices":[{"index":0,"delta":{"content":${text}},"finish_reason":null}]}\n\n`;
    assert.equal('tokens' in (await streamed(chatChunk(''), quoted, end)), false, 'what a model says');
    const running = [1, 2, 3].map((n) => chatChunk(`,"usage":{"prompt_tokens":5,"completion_tokens":${n}}`));
    assert.deepEqual((await streamed(...running, end))['tokens'], { input: 5, output: 3 }, 'in every chunk');
  });

  void test('of a long answer they are found at its end', async () => {
    const vectors = JSON.stringify([{ object: 'embedding', index: 0, embedding: Array(40_000).fill(0.25) }]);
    const usage = '"usage":{"prompt_tokens":8,"total_tokens":8}';
    const options = { path: '/v1/embeddings', body: { model: 'm', input: 'hello' } };
    const tail = await lineOf(
      whole(`{"data":${vectors},"model":"m",${usage},"x":{"usage":"low"}}\n`),
      options,
    );
    assert.deepEqual(tail['tokens'], { input: 8 });
    const head = await lineOf(whole(`{${usage},"data":${vectors}}`), options);
    assert.equal('tokens' in head, false, 'not where they stand far before it');
    const nested = await lineOf(whole(`{"data":${vectors},"x":{"y":1,${usage}}}`), options);
    assert.equal('tokens' in nested, false, 'nor in something else');
  });

  void test('a stream that breaks off has told what it told', async () => {
    const line = await lineOf(broken(MESSAGE_START, MESSAGE_TEXT), MESSAGES);
    assert.notEqual(line.verdict, 'ok');
    assert.deepEqual(line['tokens'], STARTED);
  });

  void test('a running total of Gemini is that of the last chunk that came', async () => {
    const line = await lineOf(broken(geminiChunk(1), geminiChunk(2), geminiChunk(3)), {
      path: '/v1beta/models/gemini-x:streamGenerateContent?alt=sse',
      body: { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] },
    });
    assert.deepEqual(line['tokens'], { input: 9, output: 3 });
  });

  void test('a client that leaves has used what was told by then', async () => {
    const leaving = new AbortController();
    const line = await lineOf(
      (_, response) => {
        response.writeHead(200, EVENTS);
        response.write(MESSAGE_START + MESSAGE_TEXT);
      },
      {
        ...MESSAGES,
        signal: leaving.signal,
        onProgress: (soFar) => {
          if (soFar.includes('hello')) leaving.abort();
        },
      },
    );
    assert.equal(line.verdict, 'cancelled');
    assert.deepEqual(line['tokens'], STARTED);
  });

  void test('a try that fails has tokens of its own', async () => {
    let tries = 0;
    const error = named('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
    const line = await lineOf((request, response) => {
      if (++tries === 1) broken(MESSAGE_START)(request, response);
      else response.writeHead(200, EVENTS).end(MESSAGE_START + MESSAGE_TEXT + MESSAGE_END);
    }, MESSAGES);
    assert.equal(line.status, 200);
    assert.deepEqual(line.failed?.[0]?.['tokens'], STARTED);
    assert.deepEqual(line['tokens'], { ...STARTED, output: 15 });

    const none = await lineOf(
      (_, response) => response.writeHead(200, EVENTS).end(MESSAGE_START + error),
      MESSAGES,
    );
    assert.notEqual(none.verdict, 'ok');
    assert.deepEqual(none.failed?.[0]?.['tokens'], STARTED);
    assert.equal('tokens' in none, false, 'they stand with the tries alone');
  });

  void test('what is looked up tells the tokens of another request', async () => {
    const response = `{"id":"resp_1","object":"response","status":"completed","output":[{"type":"message"}],"usage":{"input_tokens":3,"output_tokens":4}}`;
    const created = await lineOf(whole(response), {
      path: '/v1/responses',
      body: { model: 'm', input: 'hello' },
    });
    assert.deepEqual(created['tokens'], { input: 3, output: 4 });
    const found = await lineOf(whole(response), { method: 'GET', path: '/v1/responses/resp_1' });
    assert.equal(found.status, 200);
    assert.equal('tokens' in found, false);
    const cancelled = await lineOf(whole(response), { path: '/v1/responses/resp_1/cancel', body: {} });
    assert.equal(cancelled.status, 200);
    assert.equal('tokens' in cancelled, false);
  });

  void test('a vendor’s own API tells them in its own place', async () => {
    const body = { model: 'command-a', messages: [{ role: 'user', content: 'hello' }] };
    const usage = {
      billed_units: { input_tokens: 3, output_tokens: 4 },
      tokens: { input_tokens: 70, output_tokens: 4 },
    };
    const text = JSON.stringify({ id: 'c', finish_reason: 'COMPLETE', message: { content: [] }, usage });
    const whole1 = await lineOf(whole(text), { path: '/v2/chat', body });
    assert.deepEqual(whole1['tokens'], { input: 70, output: 4 });
    const streamed = await lineOf(
      (_, response) =>
        response
          .writeHead(200, EVENTS)
          .end(
            data({ type: 'message-start' }) +
              data({ type: 'content-delta', delta: { message: { content: { text: 'hi' } } } }) +
              data({ type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } }),
          ),
      { path: '/v2/chat', body: { ...body, stream: true } },
    );
    assert.deepEqual(streamed['tokens'], { input: 70, output: 4 });
  });
});
