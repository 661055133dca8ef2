import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { recordProviderOutcome } from '../../../src/failover/circuit/record-provider-outcome.ts';
import { keyForTrial } from '../../../src/failover/circuit/circuits.ts';
import type { Outage } from '../../../src/failover/circuit/circuits.ts';
import type { AttemptTools } from '../../../src/failover/attempt/attempt-plan.ts';
import type { Verdict } from '../../../src/verdict/verdict.ts';
import { completionCall } from '../../../src/probe/check-call.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { attemptTools, providerAt } from '../attempts.ts';

/* What attempts show of their provider, and which key shows it. */

const DOWN: Verdict = { class: 'overloaded', scope: 'provider', retry: 'other-key', rule: 'server-error' };
const DEAD: Verdict = { class: 'key_dead', scope: 'key', retry: 'other-key', rule: 'fault.key-unusable' };

interface Hearing {
  readonly provider: Provider;
  readonly hears: (verdict: Verdict, hasResponse: boolean) => void;
  readonly outage: () => Outage | undefined;
}

/** A provider of two keys, which is down for the model `m`. */
async function hearing(t: TestContext): Promise<Hearing> {
  const tools: AttemptTools = await attemptTools(t);
  const more = { apiTokens: ['sk-a', 'sk-b'], failover: { enabled: true, cooldownDuration: '1h' } };
  const provider = providerAt(t, 'http://127.0.0.1:1', more, tools.recorder.book);
  const keys = [...provider.pool.all()];
  let response = 0;
  const hears = (verdict: Verdict, hasResponse: boolean): void => {
    const at = Date.now();
    const call = completionCall(provider, 'm', at, new AbortController().signal);
    const asked = { provider, pooled: keys[response % 2], model: 'm', check: undefined };
    recordProviderOutcome(
      { ...call, id: `r${response++}` },
      asked,
      { verdict, startedAt: at, hasResponse },
      tools,
    );
  };
  for (let n = 0; n < 5; n++) hears(DOWN, true);
  const outage = (): Outage | undefined =>
    tools.recorder.circuitsOf(provider).outageOf(provider, 'm', Date.now());
  assert.ok(outage());
  return { provider, hears, outage };
}

void test('what never reached a provider does not show that it is back; its refusal does', async (t) => {
  const { hears, outage } = await hearing(t);
  hears(DEAD, false);
  assert.ok(outage());
  hears(DEAD, true);
  assert.equal(outage(), undefined);
});

void test('the key that answered last tries a provider that is down, and any key every other time', async (t) => {
  const { provider, outage } = await hearing(t);
  const { status } = outage() ?? assert.fail();
  const [first, second] = provider.pool.all();
  assert.ok(first !== undefined && second !== undefined);
  second.succeeded(Date.now());
  const trying = (strikes: number): unknown => keyForTrial(provider, { ...status, strikes })?.(() => true);
  assert.deepEqual([1, 2, 3, 4].map(trying), [second, undefined, second, undefined]);
});
