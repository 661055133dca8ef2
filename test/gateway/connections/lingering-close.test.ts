import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, test, type TestContext } from 'node:test';
import {
  openDataServer,
  type ConnectionOptions,
  type ListenerBounds,
} from '../../../src/gateway/connections/server.ts';
import { GOOD_KEY, gatewayFor, simulatedProvider } from '../../support/gateway.ts';
import { ask, rawConnection } from '../../support/http.ts';
import { stubbornClient } from '../../support/stubborn-client.ts';
import { until } from '../../support/until.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

const HASTY: Partial<ListenerBounds> = { headMs: 100, requestMs: 300, checkMs: 20 };
const HEAD = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const UPGRADE = 'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n';

async function serverFor(
  context: TestContext,
  handle: Handle,
  bounds: Partial<ListenerBounds> = HASTY,
  options?: ConnectionOptions,
) {
  const server = await openDataServer({ host: '127.0.0.1', port: 0 }, handle, bounds, options);
  context.after(() => server.close(0));
  return { server, port: server.address.port, open: () => server.connections().open };
}

const greet: Handle = (request, response) => {
  request.on('error', () => {}).resume();
  response.end('hello');
};

// Each waits for the bound of some seconds: together.
void describe('a client that never closes', { concurrency: true }, () => {
  for (const [what, bytes, answer] of [
    ['sends nothing', '', / 408 /],
    ['sends half a head', 'POST /v1/chat', / 408 /],
    ['sends what is not HTTP', 'hello\r\n\r\n', / 400 /],
    ['sends a head that is too large', `${HEAD}x-flood: ${'a'.repeat(100 * 1024)}\r\n\r\n`, / 431 /],
  ] as const) {
    void test(`and ${what} gets an error, and is closed shortly after`, async (t) => {
      const { port, open } = await serverFor(t, greet, answer.source === ' 408 ' ? HASTY : {});
      const client = await stubbornClient(t, port, bytes);
      await until(() => client.isEnded());
      assert.match(client.received(), answer);
      await until(() => open() === 0);
    });
  }

  void test('and sends a bad chunk gets an error, and is closed shortly after', async (t) => {
    const { port, open } = await serverFor(t, (request) => void request.on('error', () => {}).resume(), {});
    const client = await stubbornClient(t, port, `${HEAD}transfer-encoding: chunked\r\n\r\nxyz\r\n`);
    await until(() => client.isEnded());
    assert.match(client.received(), /^HTTP\/1\.1 400 /);
    await until(() => open() === 0);
  });

  void test('is not served a request that it completes after its refusal', async (t) => {
    let served = 0;
    const { port } = await serverFor(t, (...args) => {
      served++;
      greet(...args);
    });
    const client = await stubbornClient(t, port, 'GET / HTTP/1.1\r\nhost: x\r\n');
    await until(() => client.received().includes('408'));
    client.socket.write('\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => client.isEnded());
    assert.equal(served, 0);
  });

  void test('nor sends the rest of a body that was refused is ended shortly after', async (t) => {
    const { port, open } = await serverFor(t, (_, response) => void response.writeHead(401).end('no'), {});
    const client = await stubbornClient(t, port, `${HEAD}content-length: 1000\r\n\r\n{`);
    await until(() => open() === 0);
    assert.match(client.received(), /^HTTP\/1\.1 401 /);
  });

  void test('and is slow to send a body that was refused gets its answer, and the next', async (t) => {
    const { port } = await serverFor(t, (_, response) => void response.writeHead(401).end('no'), {});
    const client = await rawConnection(port);
    t.after(() => client.socket.destroy());
    client.write(`${HEAD}content-length: 16\r\n\r\n`);
    for (let sent = 0; sent < 16; sent++) {
      await new Promise((resolve) => {
        setTimeout(resolve, 200);
      });
      client.write('x');
    }
    client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    assert.match(await client.receive(/401[^]*401/), /^HTTP\/1\.1 401 /);
  });

  void test('and whose handshake is refused is ended shortly after', async (t) => {
    const gateway = await gatewayFor(t, {
      config: (sim) => ({
        clients: [{ name: 'web', key: 'client-key-0123456789' }],
        providers: [simulatedProvider(sim, [GOOD_KEY])],
      }),
    });
    const openNow = async (): Promise<number> => {
      const state = await ask(gateway.adminUrl, { method: 'GET', path: '/api/state' });
      return Number(/"connections":\{"open":(\d+)/.exec(state.text)?.[1]);
    };
    const client = await stubbornClient(
      t,
      gateway.port,
      `GET /v1/realtime?model=voice HTTP/1.1\r\nhost: x\r\n${UPGRADE}\r\n`,
    );
    await until(() => client.isEnded());
    assert.match(client.received(), /^HTTP\/1\.1 401 /);
    await until(async () => (await openNow()) === 0);
  });

  void test('nor reads anything of its answer is closed, and one that waits for an answer is not', async (t) => {
    const answers: (() => void)[] = [];
    const { port, open } = await serverFor(
      t,
      (request, response) => {
        if (request.url === '/big') response.end(Buffer.alloc(64 * 1024 * 1024));
        else answers.push(() => response.end('at last'));
      },
      { stallMs: 300, checkMs: 20 },
    );
    const waiting = await rawConnection(port);
    t.after(() => waiting.socket.destroy());
    waiting.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
    const stalled = await stubbornClient(t, port, 'GET /big HTTP/1.1\r\nhost: x\r\n\r\n');
    stalled.socket.pause();
    await until(() => open() === 1);
    answers[0]?.();
    await waiting.receive(/at last/);
  });
});
