import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { CircuitHint } from '../../src/keys/record/event.ts';
import { CircuitChecks } from '../../src/probe/circuit-checks.ts';
import { attempt, outOfCredit } from '../keys/tools.ts';
import { begin, FAILS, onlyKey, PASSES, recordOf } from './scene.ts';
import type { Scene } from './scene.ts';
import { until } from '../support/until.ts';

const MINUTE = 60_000;

/** Another node has found that a model is down, and it is due. */
function down(): CircuitHint {
  const at = Date.now() - MINUTE;
  const open = { state: 'open', at, since: at, until: at + 1, strikes: 1, rule: 'r', chats: true } as const;
  return { type: 'circuit', at, status: { model: 'big', ...open } };
}

/** What is checked here, with the verdicts on it. */
async function watchCircuits(t: TestContext, { tools, prober, provider }: Scene): Promise<readonly string[]> {
  const checked: string[] = [];
  const checks = new CircuitChecks({
    tools,
    budgetOf: (id) => prober.budgetOf(id),
    onCheck: (_, model, verdict) => checked.push(`${model}: ${verdict}`),
    onDefect: (error) => assert.fail(String(error)),
  });
  t.after(() => checks.stop());
  await prober.watch([provider]);
  await checks.watch([provider]);
  return checked;
}

void describe('CircuitChecks', () => {
  void it('tries a model that is down where this node tests the keys, in clients’ protocols or not', async (t) => {
    const options = { type: 'claude', protocol: 'original' };
    const scene = await begin(t, { happened: down(), options, answer: ({ write }) => write(PASSES) });
    const checked = await watchCircuits(t, scene);
    await until(() => checked.length === 1);
    assert.ok(scene.upstream.requests[0]?.body.includes('"big"'));
    assert.match(scene.upstream.requests[0]?.line ?? '', /\/v1\/messages/);
  });

  void it('tries none where another node tests the keys', async (t) => {
    const scene = await begin(t, { happened: down() });
    await scene.store.acquireLease('probe/p', 'another node', MINUTE);
    await watchCircuits(t, scene);
    assert.equal(scene.prober.budgetOf('p'), undefined);
    await until(() => scene.store.leases >= 3);
    assert.equal(scene.upstream.requests.length, 0);
  });

  void it('spends half of what the checks of keys may cost in a day, and leaves the rest to them', async (t) => {
    const scene = await begin(t, {
      happened: down(),
      failover: { healthCheckBudget: 4 },
      answer: ({ write }) => write(FAILS),
    });
    const checked = await watchCircuits(t, scene);
    for (const checks of [1, 2]) {
      await until(() => checked.length === checks);
      scene.clock.aheadMs += MINUTE;
    }
    const budget = scene.prober.budgetOf('p') ?? assert.fail('this node tests the keys');
    const now = scene.tools.now();
    assert.deepEqual([budget.has(now, 0.5), budget.has(now)], [false, true]);
    scene.book.apply(onlyKey(scene), attempt(outOfCredit, now, { epoch: 0 }), scene.provider.keyPolicy);
    scene.clock.aheadMs += MINUTE;
    await until(() => scene.reports.length > 0);
    assert.equal(recordOf(scene).state, 'out-of-service');
    assert.equal(checked.length, 2, 'requests find out from here on');
  });
});
