import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { openMemoryStore } from '../../src/store/memory.ts';
import { attempt, counts, outOfCredit, revoked } from '../keys/tools.ts';
import { rawAnswer } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { begin, FAILS, JSON_TYPE, onlyKey, PASSES, planOf, recordOf } from './scene.ts';

const checkBody = z.strictObject({
  model: z.string(),
  messages: z.array(z.unknown()).length(1),
  max_completion_tokens: z.number().max(64),
});

void describe('Prober', () => {
  void it('tests a key that is due, and puts it back when it passes', async (t) => {
    const scene = await begin(t);
    assert.equal(recordOf(scene).state, 'out-of-service');
    await scene.prober.watch([scene.provider]);
    await until(() => recordOf(scene).state === 'in-service');
    await until(() => scene.reports.length === 1);
    const [[keyId, report] = ['', undefined]] = scene.reports;
    assert.deepEqual([keyId, report?.passed, report?.verdict], [onlyKey(scene).id, true, 'ok']);
  });

  void it('asks for a short chat completion as a client would, with the key and the model of the provider', async (t) => {
    const scene = await begin(t, {
      options: { modelMapping: { 'say "hi"': 'mapped\n"x"' } },
      failover: { healthCheckModel: 'say "hi"' },
    });
    await scene.prober.watch([scene.provider]);
    await until(() => scene.upstream.requests.length === 1);
    const [request] = scene.upstream.requests;
    assert.equal(request?.line, 'POST /v1/chat/completions HTTP/1.1');
    assert.equal(request.header('authorization'), 'Bearer sk-out');
    const body = checkBody.parse(JSON.parse(request.body.toString()));
    assert.equal(body.model, 'mapped\n"x"');
  });

  void it('puts a key back after as many passes in a row as configured', async (t) => {
    const answers = [PASSES, FAILS, PASSES, PASSES];
    const scene = await begin(t, {
      answer: ({ write }) => write(answers.shift() ?? FAILS),
      failover: { successThreshold: 2, healthCheckMaxInterval: 1 },
    });
    await scene.prober.watch([scene.provider]);
    await until(() => recordOf(scene).state === 'in-service');
    assert.equal(scene.upstream.requests.length, 4);
  });

  void it('puts the next test of a key that failed off', async (t) => {
    const scene = await begin(t, {
      answer: ({ write }) => write(FAILS),
      failover: { healthCheckInterval: '10m' },
    });
    const key = onlyKey(scene);
    await scene.prober.watch([scene.provider]);
    // The key has been out for a minute of the ten: nothing is due.
    await until(() => scene.store.leases === 1);
    assert.equal(scene.upstream.requests.length, 0);
    await scene.prober.check(scene.provider, key.id);
    const record = scene.book.record(key);
    assert.ok(record.state === 'out-of-service');
    assert.equal(record.failedChecks, 1);
    assert.ok(record.nextCheckAt > Date.now() + 15 * 60_000);
  });

  void it('has one test of a key under way at a time, and at most ten of a provider', async (t) => {
    const scene = await begin(t, {
      // Nobody answers.
      answer: () => {},
      keys: Array.from({ length: 25 }, (_, n) => `sk-${n}`),
    });
    await scene.prober.watch([scene.provider]);
    await until(() => scene.upstream.requests.length === 10);
    const leases = scene.store.leases;
    await until(() => scene.store.leases >= leases + 3);
    const asked = scene.upstream.requests.map((request) => request.header('authorization'));
    assert.equal(new Set(asked).size, 10);
    assert.equal(asked.length, 10);
  });

  void it('does not test keys that are in service, or disabled', async (t) => {
    const scene = await begin(t, { keys: ['sk-in', 'sk-disabled', 'sk-out'] });
    const [first, second] = scene.provider.pool.all();
    assert.ok(first && second);
    scene.book.apply(first.key, { type: 'enabled', at: Date.now() }, scene.provider.keyPolicy);
    scene.book.apply(second.key, { type: 'disabled', at: Date.now() }, scene.provider.keyPolicy);
    await scene.prober.watch([scene.provider]);
    await until(() => scene.provider.pool.inService(Date.now()).length === 2);
    assert.deepEqual(
      scene.upstream.requests.map((request) => request.header('authorization')),
      ['Bearer sk-out'],
    );
    assert.equal(scene.book.record(second.key).state, 'disabled');
  });

  void it('does not test a key that is disabled while the lease is acquired', async (t) => {
    const real = openMemoryStore(Date.now);
    const scene = await begin(t, { store: real });
    const acquire = real.acquireLease.bind(real);
    real.acquireLease = (...lease) => {
      scene.book.apply(onlyKey(scene), { type: 'disabled', at: Date.now() }, scene.provider.keyPolicy);
      return acquire(...lease);
    };
    await scene.prober.watch([scene.provider]);
    await until(() => scene.store.leases >= 2);
    await scene.prober.stop();
    assert.equal(scene.upstream.requests.length, 0);
    assert.equal(recordOf(scene).state, 'disabled');
  });

  void it('has nothing to do where there is no model to test with, and leaves the store in peace', async (t) => {
    const scene = await begin(t, {
      options: {
        failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h', healthCheckInterval: 1 },
      },
    });
    t.mock.timers.enable({ apis: ['setTimeout'] });
    await scene.prober.watch([scene.provider]);
    for (let n = 0; n < 100; n++) {
      t.mock.timers.tick(1_000);
      await Promise.resolve();
    }
    assert.equal(scene.store.leases, 0);
    assert.equal(await scene.prober.check(scene.provider, onlyKey(scene).id), 'no-health-check');
  });

  void it('leaves the tests to the node that holds the lease, and takes over when that one stops', async (t) => {
    const real = openMemoryStore(Date.now);
    const scene = await begin(t, { store: real });
    const lease = await real.acquireLease('probe/p', 'another node', 60_000);
    assert.ok(lease);
    await scene.prober.watch([scene.provider]);
    await until(() => scene.store.leases >= 3);
    assert.equal(scene.upstream.requests.length, 0);
    await real.releaseLease(lease);
    await until(() => recordOf(scene).state === 'in-service');
  });

  for (const trouble of ['another node holds the lease', 'the store is away'] as const) {
    void it(`tries to acquire the lease three times an interval while ${trouble}, however much is due`, async (t) => {
      const real = openMemoryStore(Date.now);
      await real.acquireLease('probe/p', 'another node', 60_000);
      const scene = await begin(t, { store: real, failover: { healthCheckInterval: 5_000 } });
      if (trouble === 'the store is away') scene.store.trouble = 'away';
      t.mock.timers.enable({ apis: ['setTimeout'] });
      await scene.prober.watch([scene.provider]);
      // 30 s in steps that the store's answers can follow.
      for (let n = 0; n < 600; n++) {
        t.mock.timers.tick(50);
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      }
      assert.ok(scene.store.leases >= 17 && scene.store.leases <= 19, `${scene.store.leases} times`);
      assert.equal(scene.upstream.requests.length, 0);
      assert.equal(scene.storeFailures.length, trouble === 'the store is away' ? 1 : 0, 'told once');
      t.mock.timers.reset();
    });
  }

  void it('releases the lease and blames no key when it stops in the middle of a test', async (t) => {
    const real = openMemoryStore(Date.now);
    const scene = await begin(t, { store: real, answer: () => {} });
    const before = recordOf(scene);
    await scene.prober.watch([scene.provider]);
    await until(() => scene.upstream.requests.length === 1);
    await scene.prober.stop();
    assert.equal(recordOf(scene), before);
    assert.deepEqual(scene.reports, []);
    assert.ok(await real.acquireLease('probe/p', 'another node', 1_000));
    await until(() => scene.upstream.open() === 0);
  });

  void it('gives a test up after its time', async (t) => {
    const scene = await begin(t, { answer: () => {}, failover: { healthCheckTimeout: 20 } });
    await scene.prober.watch([scene.provider]);
    await until(() => scene.reports.length === 1);
    const [[, report] = ['', undefined]] = scene.reports;
    assert.deepEqual([report?.passed, report?.detail], [false, 'first-output-timeout']);
  });

  void it('goes on when the store is back', async (t) => {
    const scene = await begin(t);
    scene.store.trouble = 'away';
    await scene.prober.watch([scene.provider]);
    await until(() => scene.storeFailures.length > 0);
    scene.store.trouble = 'none';
    await until(() => recordOf(scene).state === 'in-service');
  });

  void it('finds by asking that a key is dead, whatever took it out', async (t) => {
    const scene = await begin(t, {
      answer: ({ write }) =>
        write(
          rawAnswer(
            '401 Unauthorized',
            JSON_TYPE,
            '{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}',
          ),
        ),
      failover: { healthCheckInterval: '1h' },
    });
    const report = await scene.prober.check(scene.provider, onlyKey(scene).id);
    assert.ok(typeof report === 'object');
    assert.deepEqual([report.passed, report.verdict], [false, 'key_dead']);
    const record = recordOf(scene);
    assert.equal(record.state === 'out-of-service' && record.cause, 'key_dead');
  });

  void it('tests a key on request, in service or not, and says so where there is none', async (t) => {
    const scene = await begin(t);
    const key = onlyKey(scene);
    scene.book.apply(key, attempt(revoked, Date.now()), scene.provider.keyPolicy);
    const report = await scene.prober.check(scene.provider, key.id);
    assert.ok(typeof report === 'object' && report.passed);
    assert.equal(recordOf(scene).state, 'in-service');
    const again = await scene.prober.check(scene.provider, key.id);
    assert.ok(typeof again === 'object' && again.passed);
    assert.equal(await scene.prober.check(scene.provider, 'nobody'), 'unknown-key');
  });
});

void describe('Prober: the plan for a key', () => {
  void it('is a question that costs nothing, an answer, or one that has to be paid, by what took it out', async (t) => {
    for (const [effect, kind, model] of [
      [revoked, 'list', undefined],
      [counts, 'answer', 'check'],
      [outOfCredit, 'purchase', 'check'],
    ] as const) {
      const scene = await begin(t, { failover: { healthCheckInterval: '1h' } });
      scene.book.apply(onlyKey(scene), { type: 'enabled', at: Date.now() }, scene.provider.keyPolicy);
      scene.book.apply(onlyKey(scene), attempt(effect, Date.now(), { epoch: 2 }), scene.provider.keyPolicy);
      assert.equal(planOf(scene), undefined, 'nobody watches over it yet');
      await scene.prober.watch([scene.provider]);
      await until(() => scene.prober.probing.length === 1);
      const { at, ...plan } = planOf(scene) ?? assert.fail('there is no plan');
      assert.ok(at > Date.now());
      assert.deepEqual(plan, { kind, model, here: true, spentUntil: undefined, why: 'return' });
    }
  });

  void it('waits for the day in which there is budget again', async (t) => {
    const scene = await begin(t, {
      keys: ['sk-out', 'sk-out-too'],
      failover: { healthCheckBudget: 1 },
      answer: ({ write }) => write(FAILS),
    });
    const startedAt = Date.now();
    await scene.prober.watch([scene.provider]);
    await until(() => planOf(scene)?.spentUntil !== undefined);
    assert.equal(scene.spent.length, 1, 'told once');
    const { spentUntil = 0 } = planOf(scene) ?? {};
    assert.ok(spentUntil >= startedAt + 24 * 60 * 60 * 1000);
  });

  void it('is reported as spent as well where this node checks only keys that the holder of the lease does not have', async (t) => {
    const scene = await begin(t, { failover: { healthCheckBudget: 1 }, answer: ({ write }) => write(FAILS) });
    const { store, prober, provider } = scene;
    await store.acquireLease('probe/p', 'another node', 60_000);
    await store.set('probe-keys/0/p', 'its-keys', 60_000);
    await store.set('probe-list/its-keys/0', JSON.stringify({ chunks: 1, ids: [] }), 60_000);
    await prober.watch([provider]);
    await until(() => prober.spentBudgets(Date.now()).length > 0);
    assert.deepEqual([prober.probing, prober.probingRest], [[], ['p']]);
  });

  void it('is not this node’s where another one holds the lease', async (t) => {
    const scene = await begin(t, { failover: { healthCheckInterval: '1h' } });
    await scene.store.acquireLease('probe/p', 'another node', 60_000);
    await scene.prober.watch([scene.provider]);
    assert.deepEqual([planOf(scene)?.kind, planOf(scene)?.here], ['answer', false]);
  });
});
