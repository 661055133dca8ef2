import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import * as z from 'zod';
import { gatewayFor, idOf, type ConfigParts, type TestGateway } from '../../support/gateway.ts';
import { ask, chat, type HttpAnswer } from '../../support/http.ts';
import { rawAnswer, rawUpstream, type RawUpstream } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

/* Promises about `limits.waitForKey`: a request waits for a key that is due back in time, instead of a 429 or 503. */

const JSON_TYPE = ['content-type: application/json'];
const GOOD = rawAnswer(
  '200 OK',
  JSON_TYPE,
  JSON.stringify({
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'good' }, finish_reason: 'stop' }],
  }),
);
const throttled = (ms: number): string =>
  rawAnswer(
    '429 Too Many Requests',
    [...JSON_TYPE, `retry-after-ms: ${ms}`],
    '{"error":{"message":"Rate limit reached for requests","code":"rate_limit_exceeded","type":"requests"}}',
  );

const KEYS = ['sk-a-0123456789abcdef', 'sk-b-0123456789abcdef'];

/** How many requests tell each other apart by what they say, and so by the order in which they come. */
const said = ({ body }: RawUpstream['requests'][number]): string =>
  /"content":"([^"]*)"/.exec(body.toString())?.[1] ?? '';

interface Setting {
  readonly answer: RawUpstream['answer'];
  readonly keys?: readonly string[];
  readonly limits?: ConfigParts;
  readonly provider?: ConfigParts;
}

async function waiting(
  t: TestContext,
  { answer, keys = KEYS.slice(0, 1), limits = { waitForKey: '1m' }, provider = {} }: Setting,
): Promise<{ readonly gateway: TestGateway; readonly upstream: RawUpstream }> {
  const upstream = await rawUpstream(t, answer);
  const gateway = await gatewayFor(t, {
    config: {
      providers: [
        {
          id: 'p',
          type: 'openai',
          baseUrl: upstream.origin,
          apiTokens: keys,
          failover: { enabled: true, healthCheckModel: 'm', healthCheckInterval: '1h', failureThreshold: 1 },
          ...provider,
        },
      ],
      limits,
    },
  });
  return { gateway, upstream };
}

/** Throttles each key's first request for so long, and answers all others. */
function throttlesFirst(ms: number): RawUpstream['answer'] {
  const seen = new Set<string>();
  return ({ request, write }) => {
    const key = request.header('authorization') ?? '';
    const isFirst = !seen.has(key);
    seen.add(key);
    return write(isFirst ? throttled(ms) : GOOD);
  };
}

const asks = (gateway: TestGateway, text: string, signal?: AbortSignal): Promise<HttpAnswer> =>
  ask(gateway.url, { body: chat(text), ...(signal !== undefined && { signal }) });

/** Whether the first key has met its limit: then the request that met it waits. */
const isHeld = async (gateway: TestGateway): Promise<boolean> =>
  Object.keys((await gateway.keyOf(KEYS[0] ?? '', 'p')).models ?? {}).length > 0;

/** What the bodies of requests under way take. */
async function heldBytes({ adminUrl }: TestGateway): Promise<number> {
  const state = z.object({ memory: z.object({ held: z.number() }) });
  return state.parse(await (await fetch(`${adminUrl}/api/state`)).json()).memory.held;
}

void suite('a request for which no key is left', () => {
  void test('gets that answer at once by default', async (t) => {
    const { gateway } = await waiting(t, { answer: throttlesFirst(60_000), limits: {} });
    assert.equal((await asks(gateway, 'first')).status, 429);
    assert.equal((await asks(gateway, 'second')).status, 503);
  });

  void test('waits for the end of the hold that its own try left, and of one that was there', async (t) => {
    const { gateway, upstream } = await waiting(t, { answer: throttlesFirst(500) });
    const first = asks(gateway, 'first');
    await until(() => upstream.requests.length === 1);
    const [one, two] = await Promise.all([first, asks(gateway, 'second')]);
    assert.deepEqual([one.status, two.status], [200, 200]);
    assert.equal(one.headers['x-sparekey-attempts'], '2');
    assert.equal(two.headers['x-sparekey-attempts'], '1');
    assert.equal(upstream.requests.length, 3);
  });

  void test('does not wait where no key is back in time, nor within its deadline', async (t) => {
    for (const more of [{ limits: { waitForKey: '5s' } }, { provider: { deadline: '5s' } }]) {
      const { gateway } = await waiting(t, { answer: throttlesFirst(30_000), ...more });
      const response = await asks(gateway, 'first');
      assert.equal(response.status, 429);
      assert.equal(response.headers['retry-after-ms'], '30000');
      assert.equal((await asks(gateway, 'second')).status, 503);
    }
  });

  void test('does not wait where its keys failed for another reason', async (t) => {
    const { gateway } = await waiting(t, {
      answer: ({ write }) =>
        write(
          rawAnswer('401 Unauthorized', JSON_TYPE, '{"error":{"code":"invalid_api_key","message":"no"}}'),
        ),
    });
    assert.equal((await asks(gateway, 'first')).status, 502);
  });

  void test('waits for the one that reached its limit where another one failed, and does not ask that again', async (t) => {
    const asked: string[] = [];
    const throttles = throttlesFirst(400);
    const { gateway } = await waiting(t, {
      keys: KEYS,
      answer: (exchange) => {
        const isFirst = exchange.request.header('authorization')?.endsWith(KEYS[0] ?? '') === true;
        asked.push(isFirst ? 'limited' : 'failing');
        if (isFirst) return throttles(exchange);
        return exchange.write(
          rawAnswer('500 Internal Server Error', JSON_TYPE, '{"error":{"message":"no"}}'),
        );
      },
      provider: { failover: { enabled: true, healthCheckModel: 'm', healthCheckInterval: '1h' } },
    });
    assert.equal((await asks(gateway, 'first')).status, 200);
    assert.deepEqual(asked.toSorted(), ['failing', 'limited', 'limited']);
  });

  void test('waits for whichever provider of its route has one first', async (t) => {
    const slow = await rawUpstream(t, ({ write }) => write(throttled(50_000)));
    const quick = await rawUpstream(t, throttlesFirst(300));
    const gateway = await gatewayFor(t, {
      config: {
        providers: [slow, quick].map(({ origin }, n) => ({
          id: `p${n}`,
          type: 'openai',
          baseUrl: origin,
          apiTokens: [`sk-p${n}-0123456789abcdef`],
          failover: { enabled: true, healthCheckModel: 'm', healthCheckInterval: '1h' },
        })),
        routes: [{ model: '*', to: ['p0', 'p1'] }],
        limits: { waitForKey: '1m' },
      },
    });
    assert.equal((await asks(gateway, 'first')).headers['x-sparekey-provider'], 'p1');
    assert.equal(slow.requests.length, 1);
  });

  void test('goes on as soon as a key is back before its time', async (t) => {
    const { gateway, upstream } = await waiting(t, { answer: throttlesFirst(50_000) });
    const asked = asks(gateway, 'first');
    await until(() => isHeld(gateway));
    const id = idOf(gateway.sparekey, KEYS[0] ?? '', 'p');
    for (const action of ['disable', 'enable'])
      await ask(gateway.adminUrl, { path: `/api/keys/${id}/${action}`, body: {} });
    assert.equal((await asked).status, 200);
    assert.equal(upstream.requests.length, 2);
  });
});

void suite('requests that wait', () => {
  void test('are let go in the order in which they came, a few at a time, and newcomers after them', async (t) => {
    const arrived: { readonly text: string; readonly at: number }[] = [];
    const throttles = throttlesFirst(1_500);
    const { gateway } = await waiting(t, {
      answer: (exchange) => {
        arrived.push({ text: said(exchange.request), at: performance.now() });
        return throttles(exchange);
      },
    });
    const asked = [asks(gateway, 'r0')];
    await until(() => isHeld(gateway));
    for (let n = 1; n < 7; n++) {
      const before = await heldBytes(gateway);
      asked.push(asks(gateway, `r${n}`));
      // The next one is sent when this one has been read.
      await until(async () => (await heldBytes(gateway)) > before);
    }
    await until(() => arrived.length === 2);
    asked.push(asks(gateway, 'late'));
    for (const { status } of await Promise.all(asked)) assert.equal(status, 200);
    const [, ...later] = arrived;
    assert.deepEqual(
      later.map(({ text }) => text),
      ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'late'],
    );
    // One, then two, then four: each batch a quarter of a second after the one before.
    const [first, second, , fourth] = later.map(({ at }) => at);
    assert.ok((second ?? 0) - (first ?? 0) >= 200 && (fourth ?? 0) - (second ?? 0) >= 200);
  });

  void test('are bounded in number, and one whose client leaves makes room at once', async (t) => {
    const { gateway, upstream } = await waiting(t, {
      answer: throttlesFirst(2_000),
      limits: { waitForKey: '1m', waiting: 1 },
    });
    const gone = new AbortController();
    const first = asks(gateway, 'first', gone.signal);
    await until(() => isHeld(gateway));
    assert.equal((await asks(gateway, 'too many')).status, 503);
    gone.abort();
    await first;
    await gateway.requestsLogged(2);
    assert.equal((await asks(gateway, 'third')).status, 200);
    assert.deepEqual(upstream.requests.map(said), ['first', 'third']);
    const left = gateway.requests().find(({ status }) => status === 0);
    assert.equal(left?.code, undefined);
    assert.equal(left?.attempts, 1);
  });

  void test('get at once, when the gateway stops, the answer they would have got', async (t) => {
    const { gateway } = await waiting(t, { answer: throttlesFirst(50_000) });
    const asked = asks(gateway, 'first');
    await until(() => isHeld(gateway));
    const drained = gateway.sparekey.drain();
    assert.equal((await asked).status, 429);
    await drained;
  });

  void test('end when what they wait for moves beyond their time', async (t) => {
    const { gateway, upstream } = await waiting(t, {
      answer: ({ write }) => write(throttled(upstream.requests.length === 1 ? 300 : 50_000)),
      limits: { waitForKey: '30s' },
    });
    const first = asks(gateway, 'first');
    await until(() => isHeld(gateway));
    const response = await Promise.all([first, asks(gateway, 'second')]);
    assert.deepEqual(
      response.map(({ status }) => status),
      [429, 503],
    );
    assert.equal(upstream.requests.length, 2);
  });

  void test('are not kept waiting by a key that fails each of them anew', async (t) => {
    const { gateway, upstream } = await waiting(t, {
      answer: ({ write }) => write(throttled(20)),
      limits: { waitForKey: '1h' },
      provider: { deadline: '1h' },
    });
    assert.equal((await asks(gateway, 'first')).status, 429);
    assert.equal(upstream.requests.length, 17);
  });
});
