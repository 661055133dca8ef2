import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { GOOD_KEY, gatewayFor } from '../support/gateway.ts';
import type { TestGateway } from '../support/gateway.ts';
import { ask, chat } from '../support/http.ts';
import type { AskOptions } from '../support/http.ts';
import { rawHead, rawUpstream } from '../support/raw-upstream.ts';
import type { RawExchange, RawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';

const MIB = 1024 * 1024;

/** A gateway before one provider that speaks another dialect than the clients. */
async function gatewayBefore(t: TestContext, upstream: RawUpstream, type: string): Promise<TestGateway> {
  return gatewayFor(t, {
    config: {
      limits: { drain: 2_000 },
      providers: [
        {
          id: 'far',
          type,
          baseUrl: upstream.origin,
          apiTokens: [GOOD_KEY],
          failover: { enabled: true, cooldownDuration: '1h' },
        },
      ],
    },
  });
}

/** Sends a mebibyte after the other, as fast as it is read, until the connection is over. @returns how many were sent */
async function pour({ socket, write, closed }: RawExchange, most: number): Promise<number> {
  const piece = Buffer.alloc(MIB, 'x');
  const over = closed.then(() => 'over' as const);
  for (let sent = 0; sent < most; sent++) {
    if ((await Promise.race([write(piece), over])) === 'over' || socket.destroyed) return sent;
  }
  return most;
}

const STREAMED_MESSAGE: AskOptions = {
  path: '/v1/messages',
  headers: { 'anthropic-version': '2023-06-01' },
  body: { ...chat('hi'), max_tokens: 9, stream: true },
};

/** What a stop is to wait for, and what the one key has against it. */
async function assertUnharmed(gateway: TestGateway, upstream: RawUpstream): Promise<void> {
  await until(() => upstream.open() === 0);
  const [line] = await gateway.requestsLogged(1);
  assert.equal(line?.code, 'answer_too_large');
  assert.equal(line.verdict, 'client_error');
  assert.equal(gateway.inFlight(), 0);
  const [key] = await gateway.keys();
  assert.deepEqual([key?.state, key?.failures ?? 0], ['in-service', 0]);
  await gateway.sparekey.drain();
}

void test('a whole answer too large to be translated is an error at once, and nothing is tried again', async (t) => {
  let poured = 0;
  const upstream = await rawUpstream(t, async (exchange) => {
    const head = ['content-type: application/json', `content-length: ${400 * MIB}`];
    await exchange.write(`${rawHead('200 OK', head)}{"content":[{"type":"text","text":"`);
    poured = await pour(exchange, 399);
  });
  const gateway = await gatewayBefore(t, upstream, 'claude');
  const response = await ask(gateway.url);
  assert.equal(response.status, 502);
  assert.equal(response.code, 'answer_too_large');
  assert.equal(response.headers['x-should-retry'], 'false');
  assert.ok(response.whole);
  await assertUnharmed(gateway, upstream);
  assert.equal(upstream.requests.length, 1);
  assert.ok(poured < 200, `${poured} MiB were sent`);
});

void test('an error too large to be held is translated into the client’s dialect, and its connection ended', async (t) => {
  const upstream = await rawUpstream(t, async (exchange) => {
    const head = ['content-type: application/json', `content-length: ${400 * MIB}`];
    await exchange.write(`${rawHead('400 Bad Request', head)}{"type":"error","error":{"message":"`);
    await pour(exchange, 399);
  });
  const gateway = await gatewayBefore(t, upstream, 'claude');
  const response = await ask(gateway.url);
  assert.equal(response.status, 400);
  assert.match(response.text, /^\{"error":\{"message":"The provider answered 400\."/);
  await until(() => upstream.open() === 0);
  assert.equal(upstream.requests.length, 1);
  assert.equal(gateway.inFlight(), 0);
});

void test('a frame too large to be translated ends its stream with an error in the client’s dialect', async (t) => {
  let poured = 0;
  const first = 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"one"}}]}\n\n';
  const upstream = await rawUpstream(t, async (exchange) => {
    await exchange.write(rawHead('200 OK', ['content-type: text/event-stream', 'connection: close']) + first);
    await exchange.write('data: {"choices":[{"index":0,"delta":{"content":"');
    poured = await pour(exchange, 400);
  });
  const gateway = await gatewayBefore(t, upstream, 'openai');
  const response = await ask(gateway.url, STREAMED_MESSAGE);
  assert.equal(response.status, 200);
  assert.ok(response.whole);
  assert.match(response.text, /"text_delta","text":"one"/);
  const last = response.text.trimEnd().split('\n\n').at(-1) ?? '';
  assert.match(last, /^event: error\ndata: .*too large to be translated/);
  assert.ok(!response.text.includes('message_stop'));
  await assertUnharmed(gateway, upstream);
  assert.ok(poured < 200, `${poured} MiB were sent`);
});

void test('a frame of some megabytes is translated', async (t) => {
  const text = 'x'.repeat(3 * MIB);
  const upstream = await rawUpstream(t, ({ end }) => {
    const delta = JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] });
    const finish = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    const head = rawHead('200 OK', ['content-type: text/event-stream', 'connection: close']);
    end(`${head}data: ${delta}\n\ndata: ${finish}\n\ndata: [DONE]\n\n`);
  });
  const response = await ask((await gatewayBefore(t, upstream, 'openai')).url, STREAMED_MESSAGE);
  assert.ok(response.text.includes(text) && response.text.includes('message_stop'));
});
