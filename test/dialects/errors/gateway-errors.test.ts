import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { describe, it } from 'node:test';
import OpenAI, { APIError, AuthenticationError, InternalServerError, NotFoundError } from 'openai';
import * as z from 'zod';
import { gatewayErrors } from '../../../src/dialects/errors/gateway-errors.ts';
import type { GatewayErrorCode } from '../../../src/dialects/errors/gateway-errors.ts';
import { gatewayErrorAnswer, gatewayErrorEvent } from '../../../src/dialects/errors/client-error.ts';
import { renderErrorsPage } from '../../../src/dialects/errors/page.ts';
import type { Dialect } from '../../../src/dialects/operations/operation.ts';

const codes = Object.keys(gatewayErrors).filter(isCode);
const dialects: Dialect[] = ['openai', 'openai-chat', 'openai-responses'];
const openAiError = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    type: z.string(),
    param: z.null(),
    code: z.string(),
  }),
});

/** Answers with `listener` while `use` talks to it through the official SDK. */
async function withClient(listener: RequestListener, use: (client: OpenAI) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  try {
    await use(new OpenAI({ apiKey: 'test', baseURL: `http://127.0.0.1:${address.port}/v1`, maxRetries: 2 }));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  }
}

void describe('an error of the gateway', () => {
  for (const code of codes) {
    void it(`has the shape of OpenAI's in every dialect: ${code}`, () => {
      for (const dialect of dialects) {
        const { status, headers, body } = gatewayErrorAnswer(dialect, code);
        const { error } = openAiError.parse(JSON.parse(body));
        assert.equal(error.code, code);
        assert.equal(error.type, gatewayErrors[code].type);
        assert.equal(status, gatewayErrors[code].status);
        assert.equal(headers['content-type'], 'application/json');
        assert.ok(!/[{}]/.test(error.message), 'every place of the message is filled');
      }
    });
  }

  void it('quotes the values it is given, escaped and bounded', () => {
    const values = { model: `a"\n${'x'.repeat(5000)}` };
    const { error } = openAiError.parse(
      JSON.parse(gatewayErrorAnswer('openai-chat', 'model_not_routed', { values }).body),
    );
    assert.ok(error.message.startsWith('No route leads to the model "a"\nxxx'));
    assert.ok(error.message.length < 300);
  });

  void it('names the wait in whole seconds and in milliseconds, never too short', () => {
    const { headers } = gatewayErrorAnswer('openai', 'no_key_available', { retryAfterMs: 1500.2 });
    assert.equal(headers['retry-after'], '2');
    assert.equal(headers['retry-after-ms'], '1501');
    assert.equal(headers['x-should-retry'], undefined);
    assert.equal(
      gatewayErrorAnswer('openai', 'no_key_available', { retryAfterMs: -5 }).headers['retry-after'],
      '0',
    );
  });

  void it('tells clients not to retry what is futile', () => {
    assert.equal(headersOf('invalid_api_key')['x-should-retry'], 'false');
    assert.equal(headersOf('upstream_credentials_exhausted')['x-should-retry'], 'false');
    assert.equal(headersOf('upstream_timeout')['x-should-retry'], undefined);
    // A wait this long the SDKs ignore, and would try again at once.
    assert.equal(headersOf('no_key_available', 60_001)['x-should-retry'], 'false');
    assert.equal(headersOf('no_key_available', 60_001)['retry-after'], '61');
    const never = headersOf('no_key_available', Number.POSITIVE_INFINITY);
    assert.equal(never['x-should-retry'], 'false');
    assert.equal(never['retry-after'], undefined);
  });
});

void describe('the official SDK', () => {
  const raised: [
    code: GatewayErrorCode,
    raises: { new (...from: never[]): APIError; readonly name: string },
  ][] = [
    ['invalid_api_key', AuthenticationError],
    ['model_not_routed', NotFoundError],
    ['upstream_credentials_exhausted', InternalServerError],
  ];
  for (const [code, raises] of raised) {
    void it(`raises ${raises.name} for ${code}, and asks once`, async () => {
      let requests = 0;
      const listener: RequestListener = (request, response) => {
        requests++;
        request.resume();
        const { status, headers, body } = gatewayErrorAnswer('openai', code);
        response.writeHead(status, headers).end(body);
      };
      await withClient(listener, async (client) => {
        await assert.rejects(
          async () => client.models.list(),
          (error) => error instanceof raises && error.code === code,
        );
      });
      assert.equal(requests, 1);
    });
  }

  void it('raises an error that comes in a stream of chat chunks', async () => {
    await withClient(
      streaming('data: {"choices":[]}\n\n', gatewayErrorEvent('openai-chat', 'upstream_broken')),
      async (client) => {
        const stream = await client.chat.completions.create({ model: 'm', messages: [], stream: true });
        await assert.rejects(async () => drain(stream), isBroken);
      },
    );
  });

  void it('raises an error that comes in a stream of a response', async () => {
    const event = gatewayErrorEvent('openai-responses', 'upstream_broken');
    assert.match(event, /^event: error\ndata: \{"type":"error",.*"sequence_number":0\}\n\n$/);
    await withClient(streaming(event), async (client) => {
      const stream = await client.responses.create({ model: 'm', input: 'x', stream: true });
      await assert.rejects(async () => drain(stream), isBroken);
    });
  });

  void it('raises an error that comes in a stream of images', async () => {
    await withClient(streaming(gatewayErrorEvent('openai', 'upstream_broken')), async (client) => {
      const stream = await client.images.generate({ prompt: 'x', stream: true });
      await assert.rejects(async () => drain(stream), isBroken);
    });
  });
});

void describe('the page of errors', () => {
  void it('lists what the table holds', () => {
    const page = readFileSync(new URL('../../../docs/ERRORS.md', import.meta.url), 'utf8');
    assert.equal(page, renderErrorsPage());
  });
});

function isCode(code: string): code is GatewayErrorCode {
  return Object.hasOwn(gatewayErrors, code);
}

function headersOf(code: GatewayErrorCode, retryAfterMs?: number): Readonly<Record<string, string>> {
  return gatewayErrorAnswer('openai', code, retryAfterMs === undefined ? {} : { retryAfterMs }).headers;
}

function streaming(...events: string[]): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events.join(''));
  };
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const event of stream) assert.ok(event !== undefined);
}

function isBroken(error: unknown): boolean {
  return error instanceof APIError && error.code === 'upstream_broken' && error.message.includes('broke off');
}
