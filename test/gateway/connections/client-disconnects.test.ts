import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { GOOD_KEY, gatewayFor, type TestGateway } from '../../support/gateway.ts';
import { ask, rawConnection, rawRequest, streamedChat } from '../../support/http.ts';
import { until } from '../../support/until.ts';

const POST_CHAT = ['POST /v1/chat/completions HTTP/1.1', 'content-type: application/json'];

async function assertNobodyIsBlamed(
  gateway: TestGateway,
  provider: { readonly aborted: number },
): Promise<void> {
  await until(() => gateway.inFlight() === 0);
  const counts = gateway.sim.counts(GOOD_KEY);
  assert.equal(counts.aborted, provider.aborted);
  assert.equal(counts.open, 0);
  const key = await gateway.keyOf(GOOD_KEY);
  assert.equal(key.state, 'in-service');
  assert.equal(key.failures, 0);
  assert.equal(key.since, null, 'nothing was ever recorded');
}

for (const [how, leave] of [
  ['breaks its connection', (socket: Socket) => socket.resetAndDestroy()],
  ['ends its connection in order', (socket: Socket) => socket.end()],
] as const)
  void test(`a client that ${how} in the middle of a stream cancels it within a second, and blames nobody`, async (t) => {
    const gateway = await gatewayFor(t, {
      behaviours: { [GOOD_KEY]: [{ kind: 'answer', chunks: 1_000, chunkDelayMs: 10 }] },
    });
    const connection = await rawConnection(gateway.port);
    connection.write(rawRequest(POST_CHAT, JSON.stringify(streamedChat('hello '.repeat(1_000)))));
    await connection.receive(/"content":/);
    assert.equal(gateway.inFlight(), 1);
    const leftAt = Date.now();
    leave(connection.socket);
    await until(() => gateway.sim.open === 0);
    const { lastAbortAt = Infinity } = gateway.sim.counts(GOOD_KEY);
    assert.ok(lastAbortAt - leftAt < 1_000, `cancelled after ${lastAbortAt - leftAt} ms`);
    const [line] = await gateway.requestsLogged(1);
    assert.equal(line?.verdict, 'cancelled');
    assert.equal(line.status, 200);
    assert.equal(line.attempts, 1);
    await assertNobodyIsBlamed(gateway, { aborted: 1 });
  });

for (const [when, behaviour] of [
  ['before the provider says anything', { kind: 'hang' }],
  ['after the headers', { kind: 'hang', after: 'headers' }],
  ['after the preamble', { kind: 'hang', after: 'preamble' }],
] as const) {
  void test(`a client that vanishes ${when} cancels its attempt, and no other follows`, async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [GOOD_KEY, 'sk-other-0123456789abcdef'],
      script: { keys: {}, unknownKeys: { behaviours: [behaviour] } },
    });
    const connection = await rawConnection(gateway.port);
    connection.write(rawRequest(POST_CHAT, JSON.stringify(streamedChat('hello'))));
    await until(() => gateway.sim.open === 1 && gateway.inFlight() === 1);
    connection.socket.destroy();
    await until(() => gateway.sim.open === 0 && gateway.inFlight() === 0);
    const [line] = await gateway.requestsLogged(1);
    assert.equal(line?.verdict, 'cancelled');
    assert.equal(line.status, 0);
    assert.equal(gateway.sim.requests.length, 1);
    for (const key of await gateway.keys()) assert.equal(key.since, null);
  });
}

void test('a hundred clients that vanish at any moment leave nothing under way', async (t) => {
  const gateway = await gatewayFor(t, {
    behaviours: { [GOOD_KEY]: [{ kind: 'answer', chunks: 20, chunkDelayMs: 2 }] },
  });
  await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const leaving = new AbortController();
      const timer = setTimeout(() => leaving.abort(), i);
      await ask(gateway.url, { body: streamedChat('hello '.repeat(20)), signal: leaving.signal });
      clearTimeout(timer);
    }),
  );
  await until(() => gateway.inFlight() === 0 && gateway.sim.open === 0);
  assert.equal((await gateway.keyOf(GOOD_KEY)).failures, 0);
  assert.equal((await ask(gateway.url, { body: streamedChat('hello') })).whole, true);
});
