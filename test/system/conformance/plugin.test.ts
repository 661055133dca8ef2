import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { z } from 'zod';
import { parseConfig } from '../../../src/config/load/load.ts';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import { gatewayFor, type ConfigParts, type TestGateway } from '../../support/gateway.ts';
import { ask, chat } from '../../support/http.ts';
import { until } from '../../support/until.ts';

/*
 * What a configuration of the Higress `ai-proxy` plugin must do here: the conformance cases by their numbers.
 * Unless said otherwise: an OpenAI provider, `failoverOnStatus: ["429"]`, failureThreshold 1,
 * cooldownDuration 100. Case 12 is in `consumer-affinity.test.ts`; what the client sees of case 11 is in
 * `test/providers/shaping/usage-over-sockets.test.ts`.
 */

const KEYS = ['sk-token-1', 'sk-token-2', 'sk-token-3'] as const;
const [KEY] = KEYS;

interface Setting {
  readonly keys?: readonly string[];
  readonly failover?: ConfigParts;
  readonly provider?: ConfigParts;
  /** What each key does. */
  readonly behaviours?: Readonly<Record<string, readonly Behaviour[]>>;
}

/** A gateway that runs the plugin's configuration of a pool. */
function pluginFor(
  t: TestContext,
  { keys = [KEY], failover = {}, provider = {}, behaviours = {} }: Setting = {},
): Promise<TestGateway> {
  return gatewayFor(t, {
    behaviours,
    yaml: ({ url }) =>
      JSON.stringify({
        provider: {
          type: 'openai',
          openaiCustomUrl: url,
          apiTokens: keys,
          failover: {
            enabled: true,
            failoverOnStatus: ['429'],
            failureThreshold: 1,
            cooldownDuration: 100,
            ...failover,
          },
          ...provider,
        },
      }),
  });
}

/** Each of these statuses once, in order; good answers after them. */
const answers = (...statuses: readonly number[]): readonly Behaviour[] =>
  statuses.map((status) =>
    status === 200 ? { kind: 'answer', times: 1 } : { kind: 'status', status, times: 1, body: { error: {} } },
  );

/** The states of the keys in the order of the configuration. */
async function states(gateway: TestGateway): Promise<readonly string[]> {
  return (await gateway.keys()).map(({ state }) => state);
}

/** How one request fared with the one key, and what it meant for it. */
async function afterOne(gateway: TestGateway, status: number): Promise<string | undefined> {
  assert.equal((await ask(gateway.url)).status, status);
  return (await states(gateway))[0];
}

/** The `failover` of a provider as it is understood; undefined where it is refused. */
function read(failover: ConfigParts, keys: readonly string[] = KEYS): ConfigParts | undefined {
  const provider = { type: 'openai', apiTokens: keys, failover };
  const result = parseConfig(JSON.stringify({ provider }), { env: {} });
  return result.ok ? result.config.providers[0]?.failover : undefined;
}

/** What is said to be wrong with a configuration. */
function problemsOf(parts: ConfigParts): readonly string[] {
  const result = parseConfig(JSON.stringify(parts), { env: {} });
  return result.ok ? [] : result.problems.map(({ path, expected }) => `${path}: ${expected}`);
}

void test('1: cooldownDuration alone, healthCheckModel alone, both, and a single key are accepted', () => {
  assert.ok(read({ enabled: true, cooldownDuration: 100 }));
  assert.ok(read({ enabled: true, healthCheckModel: 'gpt-5-nano' }));
  assert.ok(read({ enabled: true, healthCheckModel: 'gpt-5-nano', cooldownDuration: 100 }));
  assert.ok(read({ enabled: true, cooldownDuration: 100 }, [KEY]));
});

void test('1: enabled with neither healthCheckModel nor cooldownDuration is refused', () => {
  assert.equal(read({ enabled: true }), undefined);
  assert.equal(read({ enabled: true, cooldownDuration: 0 }), undefined);
});

void suite('2: failoverOnStatus decides what counts', () => {
  const cases: readonly (readonly [patterns: readonly string[], status: number, counts: boolean])[] = [
    [['429'], 429, true],
    [['429'], 200, false],
    [['429'], 500, false],
    [['429', '5.*'], 500, true],
    [['503'], 502, false],
    [['4.*'], 204, false],
    [['4.*', '5.*'], 401, true],
    // None is not nothing: as where the option is absent, the rules judge.
    [[], 401, true],
    [[], 500, true],
    [[], 404, false],
  ];
  for (const [failoverOnStatus, status, counts] of cases) {
    const what = `${JSON.stringify(failoverOnStatus)}: ${status} ${counts ? 'counts' : 'does not count'}`;
    void test(`2: ${what}`, async (t) => {
      const gateway = await pluginFor(t, {
        failover: { failoverOnStatus, cooldownDuration: 600_000 },
        behaviours: { [KEY]: [{ kind: 'status', status, body: { id: 'file' } }] },
      });
      // A file may be deleted with 204: the status alone decides, whatever the operation.
      await ask(gateway.url, { method: 'DELETE', path: '/v1/files/file-1' });
      assert.deepEqual(await states(gateway), [counts ? 'out-of-service' : 'in-service']);
    });
  }
});

void test('3: after its cooldown a key is in service again, its failures forgotten', async (t) => {
  const gateway = await pluginFor(t, { behaviours: { [KEY]: answers(429) } });
  assert.equal((await ask(gateway.url)).status, 429);
  // It was out of service before: only then it tells since when it is in service.
  await until(async () => {
    const [key] = await gateway.keys();
    return key?.state === 'in-service' && typeof key.since === 'string';
  });
  assert.equal((await gateway.keys())[0]?.failures, 0);
});

void test('3: with a cooldown of ten minutes it is not', async (t) => {
  const gateway = await pluginFor(t, {
    failover: { cooldownDuration: 600_000 },
    behaviours: { [KEY]: answers(429) },
  });
  assert.equal(await afterOne(gateway, 429), 'out-of-service');
  const [key] = await gateway.keys();
  assert.equal(key?.state, 'out-of-service');
  const backInMs = Date.parse(key.nextTryAt ?? '') - Date.now();
  assert.ok(backInMs > 590_000 && backInMs <= 600_000, `back in ${backInMs} ms`);
});

void test('4: three keys, threshold 2: one 429 leaves all in service', async (t) => {
  const gateway = await pluginFor(t, {
    keys: KEYS,
    failover: { failureThreshold: 2 },
    behaviours: Object.fromEntries(KEYS.map((key) => [key, answers(429)])),
    provider: { retryOnFailure: { enabled: false } },
  });
  assert.equal((await ask(gateway.url)).status, 429);
  assert.deepEqual(await states(gateway), ['in-service', 'in-service', 'in-service']);
});

void test('4: threshold 2: 429, 200, 429 leaves the key in service, for they are not consecutive', async (t) => {
  const gateway = await pluginFor(t, {
    failover: { failureThreshold: 2, cooldownDuration: 600_000 },
    behaviours: { [KEY]: answers(429, 200, 429, 429) },
  });
  assert.equal(await afterOne(gateway, 429), 'in-service');
  assert.equal(await afterOne(gateway, 200), 'in-service');
  assert.equal(await afterOne(gateway, 429), 'in-service');
  assert.equal(await afterOne(gateway, 429), 'out-of-service');
});

void test('5: the only key is tried as a last resort while it is out of service', async (t) => {
  const gateway = await pluginFor(t, {
    failover: { cooldownDuration: 600_000 },
    behaviours: { [KEY]: answers(429, 429) },
  });
  assert.equal(await afterOne(gateway, 429), 'out-of-service');
  assert.equal(await afterOne(gateway, 429), 'out-of-service');
  assert.equal(gateway.sim.counts(KEY).total, 2, 'the key was tried although it is out of service');
});

void test('5: after its cooldown the only key is used normally', async (t) => {
  const gateway = await pluginFor(t, { behaviours: { [KEY]: answers(429, 200) } });
  assert.equal((await ask(gateway.url)).status, 429);
  await until(async () => (await states(gateway))[0] === 'in-service');
  assert.equal(await afterOne(gateway, 200), 'in-service');
});

void test('6: of two keys the first gets 429, and the next request uses the other', async (t) => {
  const gateway = await pluginFor(t, {
    keys: KEYS.slice(0, 2),
    failover: { cooldownDuration: 600_000 },
    behaviours: { [KEYS[0]]: [{ kind: 'status', status: 429 }] },
  });
  await until(async () => {
    await ask(gateway.url);
    return gateway.sim.counts(KEYS[0]).total === 1;
  });
  const answeredBefore = gateway.sim.counts(KEYS[1]).total;
  for (let i = 0; i < 20; i++) assert.equal((await ask(gateway.url)).status, 200);
  assert.equal(gateway.sim.counts(KEYS[0]).total, 1);
  assert.equal(gateway.sim.counts(KEYS[1]).total, answeredBefore + 20);
});

void suite('7: defaults', () => {
  void test('7: three failures, one pass, 5 s and 5 s', () => {
    assert.partialDeepStrictEqual(read({ enabled: true, healthCheckModel: 'm' }), {
      enabled: true,
      failureThreshold: 3,
      successThreshold: 1,
      healthCheckInterval: 5000,
      healthCheckTimeout: 5000,
      healthCheckModel: 'm',
      cooldownDuration: 0,
    });
  });

  void test('7: explicit values are kept', () => {
    const explicit = {
      enabled: true,
      failureThreshold: 7,
      successThreshold: 2,
      healthCheckInterval: 1234,
      healthCheckTimeout: 4321,
      healthCheckModel: 'm',
      cooldownDuration: 99,
      failoverOnStatus: ['418'],
    };
    assert.partialDeepStrictEqual(read(explicit), explicit);
  });

  void test('7: zero, and what is no number, means the default; a threshold below zero is reached at once', () => {
    const defaults = read({ enabled: true, healthCheckModel: 'm' });
    const names = ['failureThreshold', 'successThreshold', 'healthCheckInterval', 'healthCheckTimeout'];
    for (const name of names) {
      for (const value of [0, '0', null, '', 'x', [], -1]) {
        const failover = read({ enabled: true, healthCheckModel: 'm', [name]: value });
        const expected = name === 'failureThreshold' && value === -1 ? { ...defaults, [name]: 1 } : defaults;
        assert.deepEqual(failover, expected, `${name}: ${JSON.stringify(value)}`);
      }
    }
  });
});

void suite('8: retryOnFailure', () => {
  const failing: readonly Behaviour[] = [{ kind: 'server-error', status: 503 }];
  const allFailing = Object.fromEntries(KEYS.map((key) => [key, failing]));
  const off = { failover: { enabled: false } };

  void test('8: without failover and retry a 503 passes through', async (t) => {
    const gateway = await pluginFor(t, { keys: KEYS, provider: off, behaviours: allFailing });
    assert.equal((await ask(gateway.url)).status, 503);
    assert.equal(gateway.sim.requests.length, 1);
  });

  void test('8: with retry and one key a 503 passes through', async (t) => {
    const provider = { ...off, retryOnFailure: { enabled: true, maxRetries: 5 } };
    const gateway = await pluginFor(t, { provider, behaviours: allFailing });
    assert.equal((await ask(gateway.url)).status, 503);
    assert.equal(gateway.sim.requests.length, 1);
  });

  void test('8: maxRetries bounds the tries, 1 by default', async (t) => {
    const provider = { ...off, retryOnFailure: { enabled: true } };
    const gateway = await pluginFor(t, { keys: KEYS, provider, behaviours: allFailing });
    assert.equal((await ask(gateway.url)).status, 503);
    assert.equal(gateway.sim.requests.length, 2);
  });

  void test('8: a retry never uses a key twice', async (t) => {
    const provider = { ...off, retryOnFailure: { enabled: true, maxRetries: 9 } };
    const gateway = await pluginFor(t, { keys: KEYS, provider, behaviours: allFailing });
    for (let i = 0; i < 10; i++) await ask(gateway.url);
    assert.deepEqual(
      KEYS.map((key) => gateway.sim.counts(key).total),
      [10, 10, 10],
    );
  });

  void test('8: when all tries fail the client sees the first answer', async (t) => {
    const statuses = [500, 502, 503];
    const gateway = await pluginFor(t, {
      keys: KEYS,
      provider: { ...off, retryOnFailure: { enabled: true, maxRetries: 2 } },
      behaviours: Object.fromEntries(
        KEYS.map((key, i) => [key, [{ kind: 'status', status: statuses[i] ?? 500 } as const]]),
      ),
    });
    for (let i = 0; i < 10; i++) {
      const { status } = await ask(gateway.url);
      const first = gateway.sim.requests[i * KEYS.length];
      assert.equal(status, first?.status);
    }
  });

  void test('8: without an explicit retry configuration it is the one that says most', async (t) => {
    const gateway = await pluginFor(t, {
      keys: KEYS.slice(0, 2),
      failover: { failureThreshold: 100 },
      behaviours: {
        [KEYS[0]]: [{ kind: 'status', status: 418 }],
        [KEYS[1]]: failing,
      },
    });
    for (let i = 0; i < 10; i++) assert.equal((await ask(gateway.url)).status, 503);
  });

  void test('8: retryOnStatus decides which answers are tried again', async (t) => {
    const provider = { ...off, retryOnFailure: { enabled: true, maxRetries: 2, retryOnStatus: ['500'] } };
    const gateway = await pluginFor(t, { keys: KEYS, provider, behaviours: allFailing });
    assert.equal((await ask(gateway.url)).status, 503);
    assert.equal(gateway.sim.requests.length, 1);
    for (const key of KEYS) gateway.sim.script(key, [{ kind: 'server-error', status: 500 }]);
    assert.equal((await ask(gateway.url)).status, 500);
    assert.equal(gateway.sim.requests.length, 1 + KEYS.length);
  });
});

void test('9: activeProviderId selects', async (t) => {
  const gateway = await gatewayFor(t, {
    config: ({ url }) => ({
      providers: ['one', 'two'].map((id, i) => ({
        id,
        type: 'openai',
        openaiCustomUrl: url,
        apiTokens: [KEYS[i]],
      })),
      activeProviderId: 'two',
    }),
  });
  const { headers } = await ask(gateway.url, { body: chat('hello') });
  assert.equal(headers['x-sparekey-provider'], 'two');
  assert.equal(gateway.sim.counts(KEYS[1]).total, 1);
});

void test('9: what cannot run is a configuration error', () => {
  const one = { id: 'one', type: 'openai', apiTokens: [KEY] };
  const cases: readonly (readonly [parts: ConfigParts, problem: RegExp])[] = [
    [{ providers: [one], activeProviderId: 'nobody' }, /^activeProviderId: .*\bone\b/],
    [{ providers: [one, { ...one, id: 'two' }] }, /^activeProviderId: /],
    [{ provider: { apiTokens: [KEY] } }, /^provider\.type: .*missing type/],
    [{ provider: { type: 'no-such-type', apiTokens: [KEY] } }, /^provider\.type: .*known provider type/],
    [
      { provider: { type: 'azure', apiTokens: [KEY] } },
      /^provider\.azureServiceUrl: .*missing azureServiceUrl/,
    ],
    [{ provider: { ...one, protocol: 'telepathy' } }, /^provider\.protocol: /],
  ];
  for (const [parts, problem] of cases) {
    const problems = problemsOf(parts);
    assert.ok(
      problems.some((each) => problem.test(each)),
      `${JSON.stringify(parts)}: ${problems.join('; ')}`,
    );
  }
});

void test("10: a provider's Retry-After with a 429 reaches the client", async (t) => {
  const gateway = await pluginFor(t, {
    behaviours: { [KEY]: [{ kind: 'rate-limited', retryAfter: 60 }] },
  });
  const { status, headers } = await ask(gateway.url);
  assert.equal(status, 429);
  assert.equal(headers['retry-after'], '60');
});

/** What arrives of a body at the provider. */
async function arrived(t: TestContext, body: object, provider: ConfigParts = {}): Promise<unknown> {
  const gateway = await pluginFor(t, { provider });
  assert.equal((await ask(gateway.url, { body })).status, 200);
  const came: unknown = JSON.parse(gateway.sim.requests.at(-1)?.body ?? '');
  return came;
}

void suite('11: stream usage', () => {
  const stream = { ...chat('hello'), stream: true };
  const asked = { ...stream, stream_options: { include_usage: true } };

  void test('11: a stream on an upstream that speaks OpenAI is asked for its usage where nothing was said', async (t) => {
    assert.deepEqual(await arrived(t, stream), asked);
  });

  void test('11: other options of the stream are kept beside', async (t) => {
    const { stream_options: options } = z
      .object({ stream_options: z.record(z.string(), z.unknown()) })
      .parse(await arrived(t, { ...stream, stream_options: { include_obfuscation: false } }));
    assert.deepEqual(options, { include_usage: true, include_obfuscation: false });
  });

  void test('11: an explicit false stays, and so does an explicit true', async (t) => {
    const no = { ...stream, stream_options: { include_usage: false } };
    assert.deepEqual(await arrived(t, no), no);
    assert.deepEqual(await arrived(t, asked), asked);
  });

  void test('11: what is no stream is not asked, nor is any with disableStreamUsageStats', async (t) => {
    assert.deepEqual(await arrived(t, chat('hello')), chat('hello'));
    assert.deepEqual(await arrived(t, { ...chat('hello'), stream: false }), {
      ...chat('hello'),
      stream: false,
    });
    assert.deepEqual(await arrived(t, stream, { disableStreamUsageStats: true }), stream);
  });
});
