import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failoverPolicy } from '../../src/providers/failover-policy.ts';
import type { FailoverPolicy } from '../../src/providers/failover-policy.ts';
import { providerOf } from '../config/parsing.ts';

/** The policy of a provider with these options, written as in a configuration file. */
function policyOf(options: Readonly<Record<string, unknown>>): FailoverPolicy {
  return failoverPolicy(
    providerOf(JSON.stringify({ provider: { type: 'openai', apiTokens: ['sk-1', 'sk-2'], ...options } })),
  );
}

const failover = { enabled: true, cooldownDuration: 100 };

interface Row {
  readonly what: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly remembers: boolean;
  readonly attempts: number;
  readonly retryTimeoutMs?: number;
  readonly firstAnswerWins?: boolean;
}

const rows: readonly Row[] = [
  { what: 'neither failover nor retry: one try', options: {}, remembers: false, attempts: 1 },
  {
    what: 'neither, whatever attempts says',
    options: { attempts: 9 },
    remembers: false,
    attempts: 1,
  },
  {
    what: 'failover brings the loop along, with four tries',
    options: { failover },
    remembers: true,
    attempts: 4,
  },
  { what: 'failover with attempts', options: { failover, attempts: 7 }, remembers: true, attempts: 7 },
  {
    what: 'retry alone: one more try, 30 s, the first answer',
    options: { retryOnFailure: { enabled: true } },
    remembers: false,
    attempts: 2,
    retryTimeoutMs: 30_000,
    firstAnswerWins: true,
  },
  {
    what: 'retry with its own bounds',
    options: { retryOnFailure: { enabled: true, maxRetries: 5, retryTimeout: 700 } },
    remembers: false,
    attempts: 6,
    retryTimeoutMs: 700,
    firstAnswerWins: true,
  },
  {
    what: 'failover and retry: the bounds of the retry',
    options: { failover, attempts: 9, retryOnFailure: { enabled: true, maxRetries: 2 } },
    remembers: true,
    attempts: 3,
    retryTimeoutMs: 30_000,
    firstAnswerWins: true,
  },
  {
    what: 'failover with the retry switched off: the loop is on all the same',
    options: { failover, retryOnFailure: { enabled: false, maxRetries: 2, retryTimeout: 700 } },
    remembers: true,
    attempts: 4,
  },
  {
    what: 'retry switched off without failover: one try',
    options: { retryOnFailure: { enabled: false, maxRetries: 5 } },
    remembers: false,
    attempts: 1,
  },
];

void describe('failoverPolicy', () => {
  for (const {
    what,
    options,
    remembers,
    attempts,
    retryTimeoutMs = Infinity,
    firstAnswerWins = false,
  } of rows) {
    void it(what, () => {
      const policy = policyOf(options);
      assert.deepEqual(
        [policy.recordsOutcomes, policy.attempts, policy.retryTimeoutMs, policy.firstAnswerWins],
        [remembers, attempts, retryTimeoutMs, firstAnswerWins],
      );
      assert.equal(policy.countsStatus, undefined);
      assert.equal(policy.retriesStatus, undefined);
    });
  }

  const statuses: readonly (readonly [readonly unknown[], readonly number[], readonly number[]])[] = [
    [['429'], [429], [200, 500, 4290, 42]],
    [[429], [429], [200]],
    [
      ['429', '5.*'],
      [429, 500, 503],
      [200, 400],
    ],
    [['503'], [503], [502]],
    [['4.*'], [400, 499], [204, 304, 504]],
    [['40[13]|5..'], [401, 403, 500], [402, 1401]],
    [[String.raw`4\d\d`], [404], [204]],
  ];
  for (const [patterns, matched, others] of statuses) {
    void it(`matches whole statuses: ${JSON.stringify(patterns)}`, () => {
      const { countsStatus } = policyOf({ failover: { ...failover, failoverOnStatus: patterns } });
      const { retriesStatus } = policyOf({ retryOnFailure: { enabled: true, retryOnStatus: patterns } });
      for (const matches of [countsStatus, retriesStatus]) {
        for (const status of matched) assert.equal(matches?.(status), true, String(status));
        for (const status of others) assert.equal(matches?.(status), false, String(status));
      }
    });
  }

  void it('leaves it to the rules where the list is empty, as where there is none', () => {
    const { countsStatus } = policyOf({ failover: { ...failover, failoverOnStatus: [] } });
    const { retriesStatus } = policyOf({ retryOnFailure: { enabled: true, retryOnStatus: [] } });
    assert.deepEqual([countsStatus, retriesStatus], [undefined, undefined]);
  });

  void it('heeds no statuses of a retry that is switched off', () => {
    const { retriesStatus } = policyOf({
      failover,
      retryOnFailure: { enabled: false, retryOnStatus: ['429'] },
    });
    assert.equal(retriesStatus, undefined);
  });
});
