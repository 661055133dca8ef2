import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { gatewayFor, type ConfigParts, type TestGateway } from '../../support/gateway.ts';
import { ask, dataOf, streamedChat } from '../../support/http.ts';
import { rawChunk, rawHead, rawUpstream, type RawUpstream } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

/* Promises about `holdWhole`: an answer that breaks after its first output is made anew before its client saw any. */

const SSE = ['content-type: text/event-stream', 'transfer-encoding: chunked'];
const JSON_CHUNKED = ['content-type: application/json', 'transfer-encoding: chunked'];

const frame = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const HALF = frame({ role: 'assistant', content: 'half' });
const WHOLE =
  frame({ role: 'assistant', content: 'all ' }) +
  frame({ content: 'of it' }) +
  frame({}, 'stop') +
  'data: [DONE]\n\n';

interface Setting {
  readonly route?: ConfigParts;
  readonly client?: ConfigParts;
  readonly limits?: ConfigParts;
  readonly firstKeys?: number;
}

const provider = (id: string, { origin }: RawUpstream, keys: number): ConfigParts => ({
  id,
  type: 'openai',
  baseUrl: origin,
  apiTokens: Array.from({ length: keys }, (_, n) => `sk-${id}-${n}-0123456789abcdef`),
  failover: { enabled: true, healthCheckModel: 'm', healthCheckInterval: '1h' },
});

/** A gateway over a provider that breaks after its first output, and one that does not. */
async function breaking(
  t: TestContext,
  { route = {}, client, limits = {}, firstKeys = 1 }: Setting,
  breaks: RawUpstream['answer'] = async ({ write, end }) => {
    await write(rawHead('200 OK', SSE) + rawChunk(HALF));
    end();
  },
  answers: RawUpstream['answer'] = ({ write }) =>
    write(rawHead('200 OK', SSE) + rawChunk(WHOLE) + rawChunk()),
): Promise<{ readonly gateway: TestGateway; readonly first: RawUpstream; readonly second: RawUpstream }> {
  const first = await rawUpstream(t, breaks);
  const second = await rawUpstream(t, answers);
  const gateway = await gatewayFor(t, {
    config: {
      providers: [provider('first', first, firstKeys), provider('second', second, 1)],
      routes: [{ model: '*', to: ['first', 'second'], ...route }],
      limits,
      ...(client !== undefined && { clients: [{ name: 'web', key: 'client-key-0123456789', ...client }] }),
    },
  });
  return { gateway, first, second };
}

/** Far more than a test comes to. */
const MAX_PIECES = 2_000;
const STREAM = { body: streamedChat('hello') };

void suite('a stream that breaks after its first output', () => {
  void test('ends with an error by default, and is made anew unseen where its route holds it', async (t) => {
    const byDefault = await breaking(t, {});
    assert.match((await ask(byDefault.gateway.url, STREAM)).text, /half.*upstream_broken/s);
    assert.equal(byDefault.second.requests.length, 0);

    const held = await breaking(t, { route: { holdWhole: true } });
    const response = await ask(held.gateway.url, STREAM);
    assert.equal(response.text, WHOLE);
    assert.equal(response.headers['x-sparekey-attempts'], '2');
    const [line] = await held.gateway.requestsLogged(1);
    assert.equal(line?.failed?.[0]?.rule, 'fault.broken-unseen');
  });

  void test('so it is for a client that is held for, and not for others', async (t) => {
    const headers = { authorization: 'Bearer client-key-0123456789' };
    const held = await breaking(t, { client: { holdWhole: true } });
    assert.equal((await ask(held.gateway.url, { ...STREAM, headers })).text, WHOLE);
    const other = await breaking(t, { client: {} });
    assert.match((await ask(other.gateway.url, { ...STREAM, headers })).text, /half/);
  });

  void test('so it is where the request asks for it, by a header that stays here', async (t) => {
    const { gateway, first, second } = await breaking(t, {});
    const response = await ask(gateway.url, { ...STREAM, headers: { 'X-Sparekey-Hold': 'whole' } });
    assert.equal(response.text, WHOLE);
    for (const { head } of [...first.requests, ...second.requests]) assert.doesNotMatch(head, /sparekey/i);
    const other = await ask(gateway.url, { ...STREAM, headers: { 'x-sparekey-hold': 'first-output' } });
    assert.match(other.text, /half/);
  });

  void test('so it is where the answer is translated', async (t) => {
    const { gateway } = await breaking(t, { route: { holdWhole: true } });
    const response = await ask(gateway.url, {
      path: '/v1/messages',
      body: { model: 'm', max_tokens: 10, stream: true, messages: [{ role: 'user', content: 'hello' }] },
    });
    assert.doesNotMatch(response.text, /half/);
    assert.match(response.text, /"all "[^]*"of it"[^]*message_stop/);
  });

  void test('is made by the next provider before the next key, and by the next key where none is left', async (t) => {
    const twoProviders = await breaking(t, { route: { holdWhole: true }, firstKeys: 3 });
    assert.equal((await ask(twoProviders.gateway.url, STREAM)).text, WHOLE);
    assert.equal(twoProviders.first.requests.length, 1);

    let asked = 0;
    const oneProvider = await breaking(
      t,
      { route: { to: ['first'], holdWhole: true }, firstKeys: 3 },
      async ({ write, end }) => {
        if (++asked > 1) return write(rawHead('200 OK', SSE) + rawChunk(WHOLE) + rawChunk());
        await write(rawHead('200 OK', SSE) + rawChunk(HALF));
        return end();
      },
    );
    assert.equal((await ask(oneProvider.gateway.url, STREAM)).text, WHOLE);
    assert.equal(oneProvider.first.requests.length, 2);
  });

  void test('is passed on from the bounds on, in bytes and in time', async (t) => {
    for (const limits of [{ hold: 1, holdWhole: HALF.length - 1 }, { holdWholeTime: 1 }]) {
      const read = { half: false };
      const { gateway } = await breaking(
        t,
        { route: { holdWhole: true }, limits },
        async ({ write, end }) => {
          await write(rawHead('200 OK', SSE));
          for (let pieces = 0; pieces < MAX_PIECES && !read.half; pieces++) {
            await write(rawChunk(HALF));
            await pause(5);
          }
          end();
        },
      );
      const response = await ask(gateway.url, {
        ...STREAM,
        onProgress: (soFar) => {
          read.half ||= soFar.includes('half');
        },
      });
      assert.match(response.text, /half.*upstream_broken/s);
    }
  });
});

void suite('a held stream', () => {
  void test('whose client leaves ends upstream, and blames nobody', async (t) => {
    const { gateway, first } = await breaking(t, { route: { holdWhole: true } }, async ({ write }) => {
      await write(rawHead('200 OK', SSE) + rawChunk(HALF));
    });
    const gone = new AbortController();
    const asking = ask(gateway.url, { ...STREAM, signal: gone.signal });
    await until(() => first.requests.length === 1);
    gone.abort();
    await asking;
    await until(() => first.open() === 0 && gateway.inFlight() === 0);
    for (const { failures } of await gateway.keys()) assert.equal(failures, 0);
  });

  void test('goes out with its reason to stop, and what comes after that follows', async (t) => {
    let isRead = false;
    const { gateway } = await breaking(t, { route: { holdWhole: true } }, async ({ write }) => {
      await write(rawHead('200 OK', SSE) + rawChunk(frame({ content: 'all' }) + frame({}, 'stop')));
      await until(() => isRead);
      const usage = 'data: {"object":"chat.completion.chunk","choices":[],"usage":{"total_tokens":3}}\n\n';
      await write(rawChunk(`${usage}data: [DONE]\n\n`) + rawChunk());
    });
    const response = await ask(gateway.url, {
      body: streamedChat('hello', { stream_options: { include_usage: true } }),
      onProgress: (soFar) => {
        isRead ||= soFar.includes('stop');
      },
    });
    assert.deepEqual(dataOf(response.text).slice(-2), [
      '{"object":"chat.completion.chunk","choices":[],"usage":{"total_tokens":3}}',
      '[DONE]',
    ]);
  });
});

void test('a whole answer longer than the hold that breaks is made anew where it is held whole', async (t) => {
  const answer = JSON.stringify({
    object: 'chat.completion',
    choices: [
      { index: 0, message: { role: 'assistant', content: 'x'.repeat(5_000) }, finish_reason: 'stop' },
    ],
  });
  const limits = { hold: 1_000 };
  const cut: RawUpstream['answer'] = async ({ write, end }) => {
    await write(rawHead('200 OK', JSON_CHUNKED) + rawChunk(answer.slice(0, 4_000)));
    end();
  };
  const good: RawUpstream['answer'] = ({ write }) =>
    write(rawHead('200 OK', JSON_CHUNKED) + rawChunk(answer) + rawChunk());
  const byDefault = await breaking(t, { limits }, cut, good);
  assert.equal((await ask(byDefault.gateway.url)).whole, false);
  const held = await breaking(t, { limits, route: { holdWhole: true } }, cut, good);
  assert.equal((await ask(held.gateway.url)).text, answer);
});
