import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as z from 'zod';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import {
  gatewayFor,
  simulatedProvider,
  type AdminKey,
  type ConfigParts,
  type TestGateway,
} from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { rawAnswer, rawUpstream, type RawExchange } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

/* Promises about waits and return, by their numbers. */

const KEY = 'sk-first-0123456789abcdef';
const OTHER = 'sk-other-0123456789abcdef';
const MODEL = 'gpt-5';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Keys that left service are checked every so often. */
const checkedEvery = (healthCheckInterval: string): ConfigParts => ({
  failover: {
    enabled: true,
    failureThreshold: 1,
    healthCheckModel: MODEL,
    healthCheckInterval,
    healthCheckMaxInterval: healthCheckInterval,
  },
});

/** Nothing is ever checked; a key that left service stays out. */
const NEVER_CHECKED = { failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' } };

const hold = z.looseObject({ since: z.string(), until: z.string() });

/** How long a key is kept from the model, as it was when that began. Milliseconds; undefined where it is not. */
function waitOf({ models }: AdminKey): number | undefined {
  const held = hold.safeParse(models?.[MODEL]).data;
  return held && Date.parse(held.until) - Date.parse(held.since);
}

/** A 429 as a provider's bytes. */
function throttledFor(seconds: number): string {
  return rawAnswer(
    '429 Too Many Requests',
    ['content-type: application/json', `retry-after: ${seconds}`],
    '{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}',
  );
}

/** Until when a key is kept from the model. Milliseconds since the epoch. */
function untilOf({ models }: AdminKey): number {
  return Date.parse(hold.parse(models?.[MODEL]).until);
}

function isInService(gateway: TestGateway, key = KEY): () => Promise<boolean> {
  return async () => (await gateway.keyOf(key)).state === 'in-service';
}

void suite('7: a quota keeps a key out until its reset, not for ever', () => {
  void test('a daily quota until the moment that the provider names', async (t) => {
    const message =
      'Rate limit reached for gpt-5 in organization org-x on requests per day (RPD): Limit 200, Used 200. Please try again in 7h12m.';
    const daily: Behaviour = {
      kind: 'status',
      status: 429,
      body: { error: { message, type: 'requests', code: 'rate_limit_exceeded' } },
    };
    const gateway = await gatewayFor(t, { keys: [KEY], behaviours: { [KEY]: [daily] } });
    await ask(gateway.url);
    assert.equal(waitOf(await gateway.keyOf(KEY)), 7.2 * HOUR);
  });

  void test('a key out of credit comes back by itself when there is credit again', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      provider: checkedEvery('100ms'),
      behaviours: { [KEY]: [{ kind: 'out-of-credit' }] },
    });
    await ask(gateway.url);
    const { state, reason } = await gateway.keyOf(KEY);
    assert.equal(state, 'out-of-service');
    assert.match(reason ?? '', /^out of credit/);
    gateway.sim.script(KEY, []);
    await until(isInService(gateway));
    assert.equal((await ask(gateway.url)).status, 200);
  });
});

void test('8: with all keys out the probe still runs and brings them back', async (t) => {
  const keys = [KEY, OTHER, 'sk-third-0123456789abcdef'];
  const gateway = await gatewayFor(t, {
    keys,
    provider: checkedEvery('100ms'),
    behaviours: {
      [KEY]: [{ kind: 'invalid-key' }],
      [OTHER]: [{ kind: 'out-of-credit' }],
      'sk-third-0123456789abcdef': [{ kind: 'server-error' }],
    },
  });
  await ask(gateway.url);
  assert.ok((await gateway.keys()).every(({ state }) => state === 'out-of-service'));
  for (const key of keys) gateway.sim.script(key, []);
  for (const key of keys) await until(isInService(gateway, key));
  assert.equal((await ask(gateway.url)).status, 200);
});

void suite('9: a hint of 156 hours is capped, and ended early by a pass', () => {
  const longWait: Behaviour = { kind: 'rate-limited', retryAfter: (156 * HOUR) / SECOND };

  void test('of a throttled key', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      provider: checkedEvery('1h'),
      behaviours: { [KEY]: [longWait] },
    });
    await ask(gateway.url);
    const key = await gateway.keyOf(KEY);
    assert.equal(waitOf(key), HOUR);

    gateway.sim.script(KEY, []);
    const probe = await fetch(`${gateway.adminUrl}/api/keys/${key.id}/probe`, { method: 'POST' });
    assert.equal(probe.status, 200);
    assert.equal(waitOf(await gateway.keyOf(KEY)), undefined);
    assert.equal((await ask(gateway.url)).status, 200);
  });

  void test('of a key without credit', async (t) => {
    const body = { error: { message: 'You exceeded your quota.', code: 'insufficient_quota' } };
    const headers = { 'retry-after': String((156 * HOUR) / SECOND) };
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      provider: checkedEvery('1h'),
      behaviours: { [KEY]: [{ kind: 'status', status: 429, headers, body }] },
    });
    await ask(gateway.url);
    const { id, since, nextTryAt } = await gateway.keyOf(KEY);
    assert.equal(Date.parse(nextTryAt ?? '') - Date.parse(since ?? ''), 24 * HOUR);

    gateway.sim.script(KEY, []);
    await fetch(`${gateway.adminUrl}/api/keys/${id}/probe`, { method: 'POST' });
    assert.equal((await gateway.keyOf(KEY)).state, 'in-service');
  });
});

void test("10: an expired wait is over without anybody's help", async (t) => {
  const gateway = await gatewayFor(t, {
    keys: [KEY],
    provider: NEVER_CHECKED,
    behaviours: { [KEY]: [{ kind: 'rate-limited', retryAfterMs: 200, times: 1 }] },
  });
  const throttledAt = performance.now();
  assert.equal((await ask(gateway.url)).status, 429);
  let statuses = 0;
  await until(async () => {
    const { status } = await ask(gateway.url);
    assert.ok(status === 503 || status === 200, `status ${status}`);
    statuses++;
    return status === 200;
  });
  assert.ok(performance.now() - throttledAt >= 199, `back after ${statuses} requests, too early`);
  assert.equal(gateway.sim.counts(KEY).total, 2, 'nobody asked the provider meanwhile');
});

void suite('11: of two waits the longer one holds', () => {
  for (const waits of [
    [10, 60],
    [60, 10],
  ] as const) {
    void test(`of ${waits[0]} s and then ${waits[1]} s`, async (t) => {
      const exchanges: RawExchange[] = [];
      const upstream = await rawUpstream(t, (exchange) => void exchanges.push(exchange));
      const provider = simulatedProvider({ url: `${upstream.origin}/v1` }, [KEY]);
      const gateway = await gatewayFor(t, { config: { providers: [provider] } });
      const heldFor = async (): Promise<number | undefined> => waitOf(await gateway.keyOf(KEY));

      const asked = [ask(gateway.url), ask(gateway.url)];
      await until(() => exchanges.length === 2);
      exchanges[0]?.end(throttledFor(waits[0]));
      await until(async () => (await heldFor()) !== undefined);
      const first = untilOf(await gateway.keyOf(KEY));
      exchanges[1]?.end(throttledFor(waits[1]));
      await Promise.all(asked);
      const last = untilOf(await gateway.keyOf(KEY));
      if (waits[1] > waits[0]) assert.ok(last - first > 40 * SECOND, 'the longer one replaces the first');
      else assert.equal(last, first, 'the shorter one does not');
    });
  }

  void test('throttles by the minute never add up', async (t) => {
    const throttled: Behaviour = { kind: 'rate-limited', retryAfterMs: 20, times: 8 };
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      provider: NEVER_CHECKED,
      behaviours: { [KEY]: [throttled] },
    });
    const waits: number[] = [];
    await until(async () => {
      const { status } = await ask(gateway.url);
      const key = await gateway.keyOf(KEY);
      assert.equal(key.state, 'in-service');
      const waitMs = waitOf(key);
      if (waitMs !== undefined) waits.push(waitMs);
      return status === 200;
    });
    assert.equal(gateway.sim.counts(KEY).total, 9);
    assert.ok(
      waits.every((waitMs) => waitMs === 20),
      waits.join(', '),
    );
  });
});

void suite('12: Retry-After is honoured', () => {
  void test('from the response it came with, and passed to the client when nothing is left', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY, OTHER],
      behaviours: {
        [KEY]: [{ kind: 'rate-limited', retryAfter: 30 }],
        [OTHER]: [{ kind: 'rate-limited', retryAfter: 50 }],
      },
    });
    const first = await ask(gateway.url);
    assert.equal(first.status, 429);
    assert.match(first.headers['retry-after'] ?? '', /^(?:30|50)$/);
    assert.match(first.text, new RegExp(`try again in ${first.headers['retry-after']}s`));
    assert.equal(waitOf(await gateway.keyOf(KEY)), 30 * SECOND);
    assert.equal(waitOf(await gateway.keyOf(OTHER)), 50 * SECOND);

    const next = await ask(gateway.url);
    assert.deepEqual([next.status, next.code], [503, 'no_key_available']);
    const wait = Number(next.headers['retry-after']);
    assert.ok(wait > 0 && wait <= 30, `the earliest return is at most 30 s away, not ${wait} s`);
    assert.equal(gateway.sim.requests.length, 2);
  });

  void test('for the model it was said of, and no other', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      behaviours: { [KEY]: [{ kind: 'rate-limited', retryAfter: 30, models: [MODEL] }] },
    });
    const asking = { messages: [{ role: 'user', content: 'hello' }] };
    assert.equal((await ask(gateway.url, { body: { model: MODEL, ...asking } })).status, 429);
    assert.equal((await ask(gateway.url, { body: { model: 'gpt-4o-mini', ...asking } })).status, 200);
  });
});

void test("23: with only one key, and it fails, the client gets the provider's own error, and the key is tried again when due", async (t) => {
  const gateway = await gatewayFor(t, {
    keys: [KEY],
    provider: checkedEvery('200ms'),
    behaviours: { [KEY]: [{ kind: 'server-error' }] },
  });
  for (let i = 0; i < 3; i++) {
    const { status, text } = await ask(gateway.url);
    assert.equal(status, 500);
    assert.match(text, /The server had an error while processing your request/);
  }
  gateway.sim.script(KEY, []);
  await until(isInService(gateway));
  assert.equal((await ask(gateway.url)).status, 200);
});
