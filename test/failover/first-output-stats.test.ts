import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import * as fc from '../support/property.ts';
import type { Call } from '../../src/dialects/operations/call.ts';
import { operations } from '../../src/dialects/operations/table.ts';
import type { FirstOutputStats } from '../../src/failover/first-output-stats.ts';
import { keptMs, tryLimits } from '../../src/failover/try-limits.ts';
import type { NextTry } from '../../src/failover/try-limits.ts';
import { completionCall } from '../../src/probe/check-call.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { attemptTools, providerAt } from './attempts.ts';

/* How long a try is waited for. */

const START = 1_700_000_000_000;
const SECOND = 1_000;
const LIMITS = { holdBytes: 1_024, stallMs: 1_000 };
const GOOD = { kind: 'answered', status: 200, headers: {}, errorText: '', where: 'none' } as const;
const CUT = { kind: 'faulted', fault: 'maybe-sent', detail: 'first-output-timeout' } as const;

const [chatCompletions, otherOperation] = operations;
if (chatCompletions === undefined || otherOperation === undefined) throw new Error('there are no operations');

/** One provider, what it has shown, and how long its next try is waited for. */
interface Waiting {
  readonly provider: Provider;
  readonly patience: FirstOutputStats;
  readonly call: Call;
  /** What `next` changes of a first try for a whole answer with nothing else left. */
  readonly waits: (next?: Partial<NextTry>, now?: number) => ReturnType<typeof tryLimits>;
  /** Answers that took so long. */
  readonly answered: (ms: number, call?: Call) => void;
  readonly timedOut: NextTry['failed'][number];
}

const KEYS = ['sk-a', 'sk-b', 'sk-c'];

async function waiting(t: TestContext, options: object = {}): Promise<Waiting> {
  const tools = await attemptTools(t);
  const { firstOutputStats, book } = tools.recorder;
  const more = { apiTokens: KEYS, failover: { enabled: true, healthCheckModel: 'm' }, ...options };
  const provider = providerAt(t, 'http://127.0.0.1:1', more, book);
  const call = { ...completionCall(provider, 'm', START, new AbortController().signal), stream: false };
  const target = { provider, model: 'm' };
  const plan = { provider, model: 'm', check: undefined };
  return {
    provider,
    patience: firstOutputStats,
    call,
    waits: (next, now = START) =>
      tryLimits({ call, target, targetsLeft: 0, failed: [], ...next }, { ...tools, now: () => now }, LIMITS),
    answered: (ms, of = call) => {
      for (let i = 0; i < 50; i++) firstOutputStats.record(plan, of, GOOD, ms, START);
    },
    timedOut: {
      plan: { ...plan, pooled: undefined, epoch: 0, limits: { ...LIMITS, ...NO_LIMITS } },
      timedOut: true,
    },
  };
}

const NO_LIMITS = { firstOutputMs: 0, aliveMs: 0, idleMs: 0, resends: false };

const thinking = (call: Call): Call => ({ ...call, hints: { ...call.hints, asksForReasoning: true } });
const streaming = (call: Call): Call => ({ ...call, stream: true });

void test('before anything is known the upper bound holds, unless another target is left', async (t) => {
  const { waits, call } = await waiting(t);
  assert.equal(waits().firstOutputMs, 120 * SECOND);
  assert.equal(waits({ targetsLeft: 1 }).firstOutputMs, 60 * SECOND);
  assert.equal(waits({ targetsLeft: 1, call: streaming(call) }).firstOutputMs, 30 * SECOND);
  assert.equal(waits({ targetsLeft: 1, call: thinking(streaming(call)) }).firstOutputMs, 120 * SECOND);
});

void test('what is known counts where another target or another key is left', async (t) => {
  const { waits, answered } = await waiting(t);
  answered(8 * SECOND);
  const { firstOutputMs } = waits({ targetsLeft: 1 });
  assert.ok(firstOutputMs >= 24 * SECOND && firstOutputMs <= 34 * SECOND, `${firstOutputMs} ms`);
  assert.equal(waits().firstOutputMs, firstOutputMs);
});

void test('with nothing left to try it is waited for as long as may be', async (t) => {
  const { waits, answered, timedOut } = await waiting(t);
  answered(8 * SECOND);
  const others = Array.from({ length: 2 }, () => ({ ...timedOut, timedOut: false }));
  assert.equal(waits({ failed: others }).firstOutputMs, 120 * SECOND, 'with the last key');
  const single = await waiting(t, { apiTokens: ['sk-a'] });
  single.answered(8 * SECOND);
  assert.equal(single.waits().firstOutputMs, 120 * SECOND, 'with the only key');
});

void test('a request is cut off by the keys of one provider once', async (t) => {
  const { waits, answered, timedOut } = await waiting(t);
  answered(8 * SECOND);
  const failed = [timedOut];
  assert.equal(waits({ failed }).firstOutputMs, 120 * SECOND, 'then all there is');
  assert.equal(waits({ failed, targetsLeft: 1 }).firstOutputMs, 0, 'or another target');
});

void test('a try in vain says nothing of another model of the provider', async (t) => {
  const { waits, provider, timedOut } = await waiting(t);
  const again = { targetsLeft: 1, failed: [timedOut] };
  assert.equal(waits(again).firstOutputMs, 0);
  assert.equal(waits({ ...again, target: { provider, model: 'n' } }).firstOutputMs, 60 * SECOND);
});

void test('what cannot be sent twice is waited for as long as may be', async (t) => {
  const { waits, answered, call } = await waiting(t);
  answered(8 * SECOND);
  const creates: Call = { ...call, creates: true };
  assert.equal(waits({ targetsLeft: 1, call: creates }).firstOutputMs, 120 * SECOND);
  assert.equal(waits({ call: creates }).resends, false);
  assert.equal(waits().resends, true);
});

void test('a slow model is not cut off because a fast one is known, nor a slow kind of call', async (t) => {
  const { waits, answered, call, provider } = await waiting(t);
  answered(100);
  const left = { targetsLeft: 1 };
  assert.equal(waits(left).firstOutputMs, 10 * SECOND, 'the lower bound');
  const others: readonly (readonly [what: string, next: Partial<NextTry>])[] = [
    ['another model', { target: { provider, model: 'n' } }],
    ['one that thinks', { call: thinking(call) }],
    ['another operation', { call: { ...call, target: { ...call.target, operation: otherOperation } } }],
  ];
  for (const [what, next] of others)
    assert.ok(waits({ ...left, ...next }).firstOutputMs >= 60 * SECOND, what);
  assert.equal(waits({ ...left, call: streaming(call) }).firstOutputMs, 30 * SECOND);
});

void test('of a deadline a share is kept for each target that is left, however many tries there are', async (t) => {
  const { waits } = await waiting(t, { deadline: '60s', firstOutputTimeout: '2m' });
  assert.equal(waits().firstOutputMs, 60 * SECOND);
  assert.equal(waits({ targetsLeft: 1 }).firstOutputMs, 40 * SECOND);
  assert.equal(waits({ targetsLeft: 2 }).firstOutputMs, 30 * SECOND);
  assert.equal(waits({ targetsLeft: 1 }, START + 30 * SECOND).firstOutputMs, 10 * SECOND);
  assert.ok(waits({ targetsLeft: 1 }, START + 41 * SECOND).firstOutputMs <= 0);
});

void test('each target of a route has time left when those before it have used up theirs', () => {
  const deadlines = fc.integer({ min: 1, max: 10_000_000 });
  fc.assert(
    fc.property(deadlines, fc.integer({ min: 1, max: 50 }), (deadlineMs, targets) => {
      let usedMs = 0;
      for (let left = targets - 1; left >= 0; left--) {
        const mayUseMs = deadlineMs - keptMs(deadlineMs, left);
        assert.ok(mayUseMs > usedMs, `the target with ${left} behind it`);
        usedMs = mayUseMs;
      }
      assert.equal(usedMs, deadlineMs);
    }),
  );
});

void test('signs of life extend the wait up to their own bound, within the share of the deadline', async (t) => {
  const { waits } = await waiting(t);
  assert.equal(waits({ targetsLeft: 1 }).aliveMs, 300 * SECOND);
  const short = await waiting(t, { deadline: '60s' });
  assert.equal(short.waits({ targetsLeft: 1 }).aliveMs, 40 * SECOND);
});

void test('further tries keep to the bound that the configuration sets for them', async (t) => {
  const { waits, timedOut } = await waiting(t, { retryOnFailure: { enabled: true, retryTimeout: '7s' } });
  const refused = { ...timedOut, timedOut: false };
  assert.equal(waits().firstOutputMs, 120 * SECOND);
  assert.equal(waits({ failed: [refused] }).firstOutputMs, 7 * SECOND);
  assert.equal(waits({ failed: [refused] }).aliveMs, 7 * SECOND);
});

void test('whatever was learned, the bounds hold', async (t) => {
  const bounded = await waiting(t, { firstOutputTimeout: '50s', firstOutputFloor: '5s', deadline: '100s' });
  const { call, provider, timedOut } = bounded;
  const plan = { provider, model: 'm', check: undefined };
  const sights = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 10_000_000 })), {
    maxLength: 100,
  });
  const nexts = fc.record({
    targetsLeft: fc.integer({ min: 0, max: 5 }),
    isStream: fc.boolean(),
    thinks: fc.boolean(),
    tries: fc.integer({ min: 0, max: 3 }),
    laterMs: fc.integer({ min: 0, max: 120_000 }),
  });
  fc.assert(
    fc.property(
      sights,
      nexts,
      (seen, { targetsLeft, isStream, thinks: asksForReasoning, tries, laterMs }) => {
        const asked: Call = { ...call, stream: isStream, hints: { ...call.hints, asksForReasoning } };
        for (const [isCut, ms] of seen) bounded.patience.record(plan, asked, isCut ? CUT : GOOD, ms, START);
        const failed = Array.from({ length: tries }, () => ({ ...timedOut, timedOut: false }));
        const { firstOutputMs } = bounded.waits({ targetsLeft, call: asked, failed }, START + laterMs);
        const leftMs = 100 * SECOND - laterMs - keptMs(100 * SECOND, targetsLeft);
        assert.ok(firstOutputMs <= 50 * SECOND && firstOutputMs <= leftMs);
        assert.ok(firstOutputMs >= Math.min(5 * SECOND, leftMs));
      },
    ),
  );
});

void test('a floor that is no lower than the upper bound turns learning off', async (t) => {
  const { waits, answered } = await waiting(t, { firstOutputFloor: '2m' });
  answered(100);
  assert.equal(waits({ targetsLeft: 1 }).firstOutputMs, 120 * SECOND);
});

void test('failures, health checks and what was never sent teach nothing', async (t) => {
  const { patience, provider, call } = await waiting(t);
  const plan = { provider, model: 'm', check: undefined };
  patience.record(plan, call, { ...GOOD, status: 500, where: 'body' }, 1, START);
  patience.record(plan, call, { ...GOOD, where: 'stream' }, 1, START);
  patience.record(plan, call, { ...CUT, detail: 'reset' }, 1, START);
  patience.record(plan, call, { ...CUT, fault: 'not-sent', detail: 'connect-timeout' }, 1, START);
  patience.record({ ...plan, check: 'key' }, call, GOOD, 1, START);
  patience.record(plan, call, GOOD, undefined, START);
  assert.equal(patience.timesOf(plan, call), undefined);
  patience.record(plan, call, GOOD, 1, START);
  assert.notEqual(patience.timesOf(plan, call), undefined);
});

void test('the models whose times are kept are bounded in number', async (t) => {
  const { patience, provider, call } = await waiting(t);
  const planOf = (model: string) => ({ provider, model, check: undefined });
  for (let i = 0; i < 1_000; i++) patience.record(planOf(`m${i}`), call, GOOD, 1, START);
  const kept = Array.from({ length: 1_000 }, (_, i) => patience.timesOf(planOf(`m${i}`), call));
  assert.equal(kept.filter((times) => times !== undefined).length, 256);
  assert.notEqual(kept.at(-1), undefined);
});
