import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as z from 'zod';
import type { LoggedRequest } from '../../../simulator/request-log.ts';
import { gatewayFor, type ConfigParts, type TestGateway } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { watchRecords } from '../../support/records.ts';
import { until } from '../../support/until.ts';

/* Promises about health checks: what one asks, what one costs, when and by whom it is made. */

const KEY = 'sk-first-0123456789abcdef';
const OTHER = 'sk-other-0123456789abcdef';
const CHECK_MODEL = 'gpt-5-nano';
/** Between an attempt's end and the change that is made of it. Milliseconds. */
const SLACK_MS = 20;

/** A failover policy with health checks, quick enough for a test. */
const checks = (more: ConfigParts = {}): ConfigParts => ({
  failover: {
    enabled: true,
    failureThreshold: 1,
    healthCheckModel: CHECK_MODEL,
    healthCheckInterval: 100,
    healthCheckMaxInterval: 100,
    ...more,
  },
});

/** The health checks that a key has seen, oldest first. */
function checksOf({ sim }: TestGateway, key: string): readonly LoggedRequest[] {
  return sim.requests.filter(
    (request) => request.key === key && request.headers['user-agent'] === 'sparekey-health-check',
  );
}

const checkBody = z.strictObject({
  model: z.string(),
  messages: z.tuple([z.strictObject({ role: z.literal('user'), content: z.string() })]),
  max_completion_tokens: z.number().optional(),
  max_tokens: z.number().optional(),
});

function bodyOf(check: LoggedRequest | undefined): z.infer<typeof checkBody> {
  return checkBody.parse(JSON.parse(check?.body ?? ''));
}

void test('a probe is a chat completion, whatever operation failed before it', async (t) => {
  const gateway = await gatewayFor(t, {
    keys: [KEY],
    provider: checks(),
    behaviours: { [KEY]: [{ kind: 'server-error', operations: ['embeddings'] }] },
  });
  const body = { model: 'text-embedding-3-small', input: 'hello' };
  assert.equal((await ask(gateway.url, { path: '/v1/embeddings', body })).status, 500);
  await until(async () => (await gateway.keyOf(KEY)).state === 'in-service');
  const [check] = checksOf(gateway, KEY);
  assert.equal(check?.method, 'POST');
  assert.equal(check.path, '/v1/chat/completions');
  assert.equal(bodyOf(check).model, CHECK_MODEL);
});

void test("a probe's model is escaped in its JSON, and mapped like anybody's", async (t) => {
  const model = 'a "quoted"\\model ☃';
  const gateway = await gatewayFor(t, {
    keys: [KEY, OTHER],
    provider: { ...checks({ healthCheckModel: model }), modelMapping: { 'gpt-5': 'mapped' } },
    behaviours: { [KEY]: [{ kind: 'out-of-credit' }], [OTHER]: [{ kind: 'out-of-credit' }] },
  });
  await ask(gateway.url);
  await until(() => checksOf(gateway, KEY).length > 0);
  assert.equal(bodyOf(checksOf(gateway, KEY)[0]).model, model);

  await gateway.reload({
    keys: [KEY, OTHER],
    provider: { ...checks({ healthCheckModel: 'gpt-5' }), modelMapping: { 'gpt-5': 'mapped' } },
  });
  await until(() => bodyOf(checksOf(gateway, KEY).at(-1)).model === 'mapped');
});

void suite('16: a probe costs little', () => {
  for (const [type, field] of [
    ['openai', 'max_completion_tokens'],
    ['openai-compatible', 'max_tokens'],
  ] as const) {
    void test(`its answer is capped, as providers of type ${type} understand it`, async (t) => {
      const gateway = await gatewayFor(t, {
        keys: [KEY],
        provider: { type, ...checks() },
        behaviours: { [KEY]: [{ kind: 'out-of-credit' }] },
      });
      await ask(gateway.url);
      await until(() => checksOf(gateway, KEY).length > 0);
      const body = bodyOf(checksOf(gateway, KEY)[0]);
      assert.ok((body[field] ?? Infinity) <= 16, JSON.stringify(body));
      assert.ok(JSON.stringify(body.messages).length < 100, 'and what it says is short');
    });
  }

  void test('it is free for a key that was refused, where the list of models shows it', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY, OTHER],
      provider: checks(),
      // Strangers are refused, here as at the vendor's.
      script: {
        knownKeysOnly: true,
        keys: {
          [KEY]: { behaviours: [{ kind: 'invalid-key', times: 2 }] },
          [OTHER]: { behaviours: [] },
        },
      },
    });
    await until(async () => {
      await ask(gateway.url);
      return checksOf(gateway, KEY).length > 0;
    });
    assert.deepEqual(
      checksOf(gateway, KEY).map(({ method, path }) => `${method} ${path}`),
      checksOf(gateway, KEY).map(() => 'GET /v1/models'),
    );
    await until(async () => (await gateway.keyOf(KEY)).state === 'in-service');
  });

  void test('it is backed off, up to healthCheckMaxInterval', async (t) => {
    const [interval, longest] = [100, 400];
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      provider: checks({ healthCheckInterval: interval, healthCheckMaxInterval: longest }),
      behaviours: { [KEY]: [{ kind: 'invalid-key' }] },
    });
    const waits = await waitsBefore(gateway, 5);
    assertWaits(waits, [interval, 2 * interval, longest, longest, longest]);
  });

  void test('its cadence is steady where healthCheckMaxInterval is healthCheckInterval', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      provider: checks({ healthCheckInterval: 100, healthCheckMaxInterval: 100 }),
      behaviours: { [KEY]: [{ kind: 'invalid-key' }] },
    });
    assertWaits(await waitsBefore(gateway, 5), [100, 100, 100, 100, 100]);
  });

  void test('only keys that are out and due are probed', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY, OTHER],
      provider: checks(),
      behaviours: {
        [KEY]: [{ kind: 'invalid-key' }],
        // Its account asks to be left alone for an hour.
        [OTHER]: [
          {
            kind: 'status',
            status: 429,
            headers: { 'retry-after': '3600' },
            body: { error: { message: 'You exceeded your quota.', code: 'insufficient_quota' } },
          },
        ],
      },
    });
    await ask(gateway.url);
    await until(() => checksOf(gateway, KEY).length >= 4);
    assert.deepEqual(checksOf(gateway, OTHER), [], 'it is not due');
    gateway.sim.script(KEY, []);
    await until(async () => (await gateway.keyOf(KEY)).state === 'in-service');
    const seen = checksOf(gateway, KEY).length;
    gateway.sim.script(OTHER, [{ kind: 'invalid-key' }]);
    await fetch(`${gateway.adminUrl}/api/keys/${(await gateway.keyOf(OTHER)).id}/enable`, { method: 'POST' });
    await until(async () => (await ask(gateway.url)).headers['x-sparekey-attempts'] === '2');
    await until(() => checksOf(gateway, OTHER).length >= 4);
    assert.equal(checksOf(gateway, KEY).length, seen, 'a key in service needs none');
  });
});

void test('one probe is in flight for a key', async (t) => {
  const gateway = await gatewayFor(t, {
    keys: [KEY, OTHER],
    provider: checks({ healthCheckTimeout: '1h' }),
    behaviours: {
      [KEY]: [{ kind: 'invalid-key', times: 1 }, { kind: 'hang' }],
      [OTHER]: [{ kind: 'invalid-key' }],
    },
  });
  await ask(gateway.url);
  // While the one hangs, the other tells that time goes on.
  await until(() => checksOf(gateway, KEY).length > 0);
  const before = checksOf(gateway, OTHER).length;
  await until(() => checksOf(gateway, OTHER).length >= before + 5);
  assert.equal(checksOf(gateway, KEY).length, 1);
});

void test('at most 10 probes are in flight for a provider, and all keys get their turn', async (t) => {
  const keys = Array.from({ length: 25 }, (_, i) => `sk-number-${i}-0123456789abc`);
  const gateway = await gatewayFor(t, {
    keys,
    provider: { ...checks({ healthCheckTimeout: 300 }), attempts: 25 },
    behaviours: Object.fromEntries(
      keys.map((key) => [key, [{ kind: 'invalid-key', times: 1 } as const, { kind: 'hang' } as const]]),
    ),
  });
  await ask(gateway.url);
  let most = 0;
  await until(() => {
    most = Math.max(most, gateway.inFlight());
    return keys.every((key) => checksOf(gateway, key).length > 0);
  });
  assert.ok(most <= 10, `${most} at once`);
  const made = keys.flatMap((key) => checksOf(gateway, key));
  assert.ok(made.some(({ at }) => made.filter((other) => isOpenAt(other, at)).length >= 10));
});

void suite('successThreshold', () => {
  void test('so many passes in a row bring a key back', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      provider: checks({ successThreshold: 3 }),
      behaviours: { [KEY]: [{ kind: 'invalid-key', times: 1 }] },
    });
    await ask(gateway.url);
    await until(async () => (await gateway.keyOf(KEY)).state === 'in-service');
    assert.equal(checksOf(gateway, KEY).length, 3);
  });

  void test('passes with a failure between do not', async (t) => {
    const gateway = await gatewayFor(t, {
      keys: [KEY],
      provider: checks({ successThreshold: 3 }),
      behaviours: {
        [KEY]: [
          { kind: 'invalid-key', times: 1 },
          { kind: 'answer', times: 2 },
          { kind: 'server-error', times: 1 },
          { kind: 'answer', times: 2 },
          { kind: 'hang', times: 1 },
        ],
      },
    });
    await ask(gateway.url);
    await until(() => checksOf(gateway, KEY).length === 6);
    assert.equal((await gateway.keyOf(KEY)).state, 'out-of-service');
  });
});

function isOpenAt({ at, endedAt = Infinity }: LoggedRequest, moment: number): boolean {
  return at <= moment && moment <= endedAt;
}

/** How long the gateway waits before each of the next so many checks of its one key. Milliseconds. */
async function waitsBefore(gateway: TestGateway, count: number): Promise<readonly number[]> {
  const waits: number[] = [];
  let known: number | undefined;
  watchRecords(gateway, ({ after, at }) => {
    // A record also changes where an answer told something beside itself.
    if (after.state !== 'out-of-service' || after.nextCheckAt === known) return;
    known = after.nextCheckAt;
    waits.push(after.nextCheckAt - at);
  });
  await ask(gateway.url);
  await until(() => waits.length >= count);
  return waits.slice(0, count);
}

/** Jitter brings a check forward by at most a fifth, and nothing puts it off. */
function assertWaits(waits: readonly number[], nominal: readonly number[]): void {
  for (const [i, expected] of nominal.entries()) {
    const wait = waits[i] ?? NaN;
    assert.ok(wait >= 0.8 * expected - SLACK_MS && wait <= expected, `waits ${waits.join(', ')}`);
  }
}
