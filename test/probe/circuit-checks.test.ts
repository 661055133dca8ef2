import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { CircuitHint } from '../../src/keys/record/event.ts';
import { CircuitChecks } from '../../src/probe/circuit-checks.ts';
import { attempt, outOfCredit } from '../keys/tools.ts';
import { begin, FAILS, onlyKey, PASSES, recordOf } from './fixture.ts';
import type { Fixture } from './fixture.ts';
import { until } from '../support/until.ts';

const MINUTE = 60_000;

/** Another node has found that a model is down, and it is due. */
function down(): CircuitHint {
  const at = Date.now() - MINUTE;
  const open = { state: 'open', at, since: at, until: at + 1, strikes: 1, rule: 'r', chats: true } as const;
  return { type: 'circuit', at, status: { model: 'big', ...open } };
}

/** What is checked here, with the verdicts on it. */
async function watchCircuits(
  t: TestContext,
  { tools, prober, provider }: Fixture,
): Promise<readonly string[]> {
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
    const fixture = await begin(t, { happened: down(), options, answer: ({ write }) => write(PASSES) });
    const checked = await watchCircuits(t, fixture);
    await until(() => checked.length === 1);
    assert.ok(fixture.upstream.requests[0]?.body.includes('"big"'));
    assert.match(fixture.upstream.requests[0]?.line ?? '', /\/v1\/messages/);
  });

  void it('tries none where another node tests the keys', async (t) => {
    const fixture = await begin(t, { happened: down() });
    await fixture.store.acquireLease('probe/p', 'another node', MINUTE);
    await watchCircuits(t, fixture);
    assert.equal(fixture.prober.budgetOf('p'), undefined);
    await until(() => fixture.store.leases >= 3);
    assert.equal(fixture.upstream.requests.length, 0);
  });

  void it('spends half of what the checks of keys may cost in a day, and leaves the rest to them', async (t) => {
    const fixture = await begin(t, {
      happened: down(),
      failover: { healthCheckBudget: 4 },
      answer: ({ write }) => write(FAILS),
    });
    const checked = await watchCircuits(t, fixture);
    for (const checks of [1, 2]) {
      await until(() => checked.length === checks);
      fixture.clock.aheadMs += MINUTE;
    }
    const budget = fixture.prober.budgetOf('p') ?? assert.fail('this node tests the keys');
    const now = fixture.tools.now();
    assert.deepEqual([budget.has(now, 0.5), budget.has(now)], [false, true]);
    fixture.book.apply(onlyKey(fixture), attempt(outOfCredit, now, { epoch: 0 }), fixture.provider.keyPolicy);
    fixture.clock.aheadMs += MINUTE;
    await until(() => fixture.reports.length > 0);
    assert.equal(recordOf(fixture).state, 'out-of-service');
    assert.equal(checked.length, 2, 'requests find out from here on');
  });
});
