import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { openMemoryStore } from '../../src/store/memory.ts';
import { attempt, counts, outOfCredit, revoked } from '../keys/tools.ts';
import { rawAnswer } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { begin, FAILS, JSON_TYPE, onlyKey, PASSES, planOf, recordOf } from './fixture.ts';

const checkBody = z.strictObject({
  model: z.string(),
  messages: z.array(z.unknown()).length(1),
  max_completion_tokens: z.number().max(64),
});

void describe('Prober', () => {
  void it('tests a key that is due, and puts it back when it passes', async (t) => {
    const fixture = await begin(t);
    assert.equal(recordOf(fixture).state, 'out-of-service');
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
    await until(() => fixture.reports.length === 1);
    const [[keyId, report] = ['', undefined]] = fixture.reports;
    assert.deepEqual([keyId, report?.passed, report?.verdict], [onlyKey(fixture).id, true, 'ok']);
  });

  void it('asks for a short chat completion as a client would, with the key and the model of the provider', async (t) => {
    const fixture = await begin(t, {
      options: { modelMapping: { 'say "hi"': 'mapped "x"' } },
      failover: { healthCheckModel: 'say "hi"' },
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => fixture.upstream.requests.length === 1);
    const [request] = fixture.upstream.requests;
    assert.equal(request?.line, 'POST /v1/chat/completions HTTP/1.1');
    assert.equal(request.header('authorization'), 'Bearer sk-out');
    const body = checkBody.parse(JSON.parse(request.body.toString()));
    assert.equal(body.model, 'mapped "x"');
  });

  void it('puts a key back after as many passes in a row as configured', async (t) => {
    const answers = [PASSES, FAILS, PASSES, PASSES];
    const fixture = await begin(t, {
      answer: ({ write }) => write(answers.shift() ?? FAILS),
      failover: { successThreshold: 2, healthCheckMaxInterval: 1 },
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
    assert.equal(fixture.upstream.requests.length, 4);
  });

  void it('puts the next test of a key that failed off', async (t) => {
    const fixture = await begin(t, {
      answer: ({ write }) => write(FAILS),
      failover: { healthCheckInterval: '10m' },
    });
    const key = onlyKey(fixture);
    await fixture.prober.watch([fixture.provider]);
    // The key has been out for a minute of the ten: nothing is due.
    await until(() => fixture.store.leases === 1);
    assert.equal(fixture.upstream.requests.length, 0);
    await fixture.prober.check(fixture.provider, key.id);
    const record = fixture.book.record(key);
    assert.ok(record.state === 'out-of-service');
    assert.equal(record.failedChecks, 1);
    assert.ok(record.nextCheckAt > Date.now() + 15 * 60_000);
  });

  void it('has one test of a key under way at a time, and at most ten of a provider', async (t) => {
    const fixture = await begin(t, {
      // Nobody answers.
      answer: () => {},
      keys: Array.from({ length: 25 }, (_, n) => `sk-${n}`),
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => fixture.upstream.requests.length === 10);
    const leases = fixture.store.leases;
    await until(() => fixture.store.leases >= leases + 3);
    const asked = fixture.upstream.requests.map((request) => request.header('authorization'));
    assert.equal(new Set(asked).size, 10);
    assert.equal(asked.length, 10);
  });

  void it('does not test keys that are in service, or disabled', async (t) => {
    const fixture = await begin(t, { keys: ['sk-in', 'sk-disabled', 'sk-out'] });
    const [first, second] = fixture.provider.pool.all();
    assert.ok(first && second);
    fixture.book.apply(first.key, { type: 'enabled', at: Date.now() }, fixture.provider.keyPolicy);
    fixture.book.apply(second.key, { type: 'disabled', at: Date.now() }, fixture.provider.keyPolicy);
    await fixture.prober.watch([fixture.provider]);
    await until(() => fixture.provider.pool.inService(Date.now()).length === 2);
    assert.deepEqual(
      fixture.upstream.requests.map((request) => request.header('authorization')),
      ['Bearer sk-out'],
    );
    assert.equal(fixture.book.record(second.key).state, 'disabled');
  });

  void it('does not test a key that is disabled while the lease is acquired', async (t) => {
    const real = openMemoryStore(Date.now);
    const fixture = await begin(t, { store: real });
    const acquire = real.acquireLease.bind(real);
    real.acquireLease = (...lease) => {
      fixture.book.apply(onlyKey(fixture), { type: 'disabled', at: Date.now() }, fixture.provider.keyPolicy);
      return acquire(...lease);
    };
    await fixture.prober.watch([fixture.provider]);
    await until(() => fixture.store.leases >= 2);
    await fixture.prober.stop();
    assert.equal(fixture.upstream.requests.length, 0);
    assert.equal(recordOf(fixture).state, 'disabled');
  });

  void it('has nothing to do where there is no model to test with, and leaves the store in peace', async (t) => {
    const fixture = await begin(t, {
      options: {
        failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h', healthCheckInterval: 1 },
      },
    });
    t.mock.timers.enable({ apis: ['setTimeout'] });
    await fixture.prober.watch([fixture.provider]);
    for (let n = 0; n < 100; n++) {
      t.mock.timers.tick(1_000);
      await Promise.resolve();
    }
    assert.equal(fixture.store.leases, 0);
    assert.equal(await fixture.prober.check(fixture.provider, onlyKey(fixture).id), 'no-health-check');
  });

  void it('leaves the tests to the node that holds the lease, and takes over when that one stops', async (t) => {
    const real = openMemoryStore(Date.now);
    const fixture = await begin(t, { store: real });
    const lease = await real.acquireLease('probe/p', 'another node', 60_000);
    assert.ok(lease);
    await fixture.prober.watch([fixture.provider]);
    await until(() => fixture.store.leases >= 3);
    assert.equal(fixture.upstream.requests.length, 0);
    await real.releaseLease(lease);
    await until(() => recordOf(fixture).state === 'in-service');
  });

  for (const trouble of ['another node holds the lease', 'the store is away'] as const) {
    void it(`tries to acquire the lease three times an interval while ${trouble}, however much is due`, async (t) => {
      const real = openMemoryStore(Date.now);
      await real.acquireLease('probe/p', 'another node', 60_000);
      const fixture = await begin(t, { store: real, failover: { healthCheckInterval: 5_000 } });
      if (trouble === 'the store is away') fixture.store.trouble = 'away';
      t.mock.timers.enable({ apis: ['setTimeout'] });
      await fixture.prober.watch([fixture.provider]);
      // 30 s in steps that the store's answers can follow.
      for (let n = 0; n < 600; n++) {
        t.mock.timers.tick(50);
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      }
      assert.ok(fixture.store.leases >= 17 && fixture.store.leases <= 19, `${fixture.store.leases} times`);
      assert.equal(fixture.upstream.requests.length, 0);
      assert.equal(fixture.storeFailures.length, trouble === 'the store is away' ? 1 : 0, 'told once');
      t.mock.timers.reset();
    });
  }

  void it('releases the lease and blames no key when it stops in the middle of a test', async (t) => {
    const real = openMemoryStore(Date.now);
    const fixture = await begin(t, { store: real, answer: () => {} });
    const before = recordOf(fixture);
    await fixture.prober.watch([fixture.provider]);
    await until(() => fixture.upstream.requests.length === 1);
    await fixture.prober.stop();
    assert.equal(recordOf(fixture), before);
    assert.deepEqual(fixture.reports, []);
    assert.ok(await real.acquireLease('probe/p', 'another node', 1_000));
    await until(() => fixture.upstream.open() === 0);
  });

  void it('gives a test up after its time', async (t) => {
    const fixture = await begin(t, { answer: () => {}, failover: { healthCheckTimeout: 20 } });
    await fixture.prober.watch([fixture.provider]);
    await until(() => fixture.reports.length === 1);
    const [[, report] = ['', undefined]] = fixture.reports;
    assert.deepEqual([report?.passed, report?.detail], [false, 'first-output-timeout']);
  });

  void it('goes on when the store is back', async (t) => {
    const fixture = await begin(t);
    fixture.store.trouble = 'away';
    await fixture.prober.watch([fixture.provider]);
    await until(() => fixture.storeFailures.length > 0);
    assert.notEqual(fixture.prober.storeAwaySince, undefined);
    fixture.store.trouble = 'none';
    await until(() => recordOf(fixture).state === 'in-service');
    assert.equal(fixture.prober.storeAwaySince, undefined);
    assert.equal(fixture.storeFailures.length, 1);
  });

  void it('finds by asking that a key is dead, whatever took it out', async (t) => {
    const fixture = await begin(t, {
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
    const report = await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
    assert.ok(typeof report === 'object');
    assert.deepEqual([report.passed, report.verdict], [false, 'key_dead']);
    const record = recordOf(fixture);
    assert.equal(record.state === 'out-of-service' && record.cause, 'key_dead');
  });

  void it('tests a key on request, in service or not, and says so where there is none', async (t) => {
    const fixture = await begin(t);
    const key = onlyKey(fixture);
    fixture.book.apply(key, attempt(revoked, Date.now()), fixture.provider.keyPolicy);
    const report = await fixture.prober.check(fixture.provider, key.id);
    assert.ok(typeof report === 'object' && report.passed);
    assert.equal(recordOf(fixture).state, 'in-service');
    const again = await fixture.prober.check(fixture.provider, key.id);
    assert.ok(typeof again === 'object' && again.passed);
    assert.equal(await fixture.prober.check(fixture.provider, 'nobody'), 'unknown-key');
  });
});

void describe('Prober: the plan for a key', () => {
  void it('is a question that costs nothing, an answer, or one that has to be paid, by what took it out', async (t) => {
    for (const [effect, kind, model] of [
      [revoked, 'list', undefined],
      [counts, 'answer', 'check'],
      [outOfCredit, 'purchase', 'check'],
    ] as const) {
      const fixture = await begin(t, { failover: { healthCheckInterval: '1h' } });
      fixture.book.apply(onlyKey(fixture), { type: 'enabled', at: Date.now() }, fixture.provider.keyPolicy);
      fixture.book.apply(
        onlyKey(fixture),
        attempt(effect, Date.now(), { epoch: 2 }),
        fixture.provider.keyPolicy,
      );
      assert.equal(planOf(fixture), undefined, 'nobody watches over it yet');
      await fixture.prober.watch([fixture.provider]);
      await until(() => fixture.prober.probing.length === 1);
      const { at, ...plan } = planOf(fixture) ?? assert.fail('there is no plan');
      assert.ok(at > Date.now());
      assert.deepEqual(plan, { kind, model, here: true, spentUntil: undefined, why: 'return' });
    }
  });

  void it('waits for the day in which there is budget again', async (t) => {
    const fixture = await begin(t, {
      keys: ['sk-out', 'sk-out-too'],
      failover: { healthCheckBudget: 1 },
      answer: ({ write }) => write(FAILS),
    });
    const startedAt = Date.now();
    await fixture.prober.watch([fixture.provider]);
    await until(() => planOf(fixture)?.spentUntil !== undefined);
    assert.equal(fixture.spent.length, 1, 'told once');
    const { spentUntil = 0 } = planOf(fixture) ?? {};
    assert.ok(spentUntil >= startedAt + 24 * 60 * 60 * 1000);
  });

  void it('is reported as spent as well where this node checks only keys that the holder of the lease does not have', async (t) => {
    const fixture = await begin(t, {
      failover: { healthCheckBudget: 1 },
      answer: ({ write }) => write(FAILS),
    });
    const { store, prober, provider } = fixture;
    await store.acquireLease('probe/p', 'another node', 60_000);
    await store.set('probe-keys/0/p', 'its-keys', 60_000);
    await store.set('probe-list/its-keys/0', JSON.stringify({ chunks: 1, ids: [] }), 60_000);
    await prober.watch([provider]);
    await until(() => prober.spentBudgets(Date.now()).length > 0);
    assert.deepEqual([prober.probing, prober.probingRest], [[], ['p']]);
  });

  void it('is not this node’s where another one holds the lease', async (t) => {
    const fixture = await begin(t, { failover: { healthCheckInterval: '1h' } });
    await fixture.store.acquireLease('probe/p', 'another node', 60_000);
    await fixture.prober.watch([fixture.provider]);
    assert.deepEqual([planOf(fixture)?.kind, planOf(fixture)?.here], ['answer', false]);
  });
});
