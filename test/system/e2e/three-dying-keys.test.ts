import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import { isAnswerTo } from '../../../simulator/answer-text.ts';
import { chatText } from '../../support/answers.ts';
import { gatewayFor, idOf, type TestGateway } from '../../support/gateway.ts';
import { ask, chat } from '../../support/http.ts';
import { watchRecords, type RecordChange } from '../../support/records.ts';
import { until } from '../../support/until.ts';

const REQUESTS = 1_000;
const CONNECTIONS = 50;
const FAILURE_THRESHOLD = 2;

const HEALTHY = ['sk-healthy-1-0123456789', 'sk-healthy-2-0123456789'];
const REVOKED = 'sk-revoked-0123456789abc';
const HANGING = 'sk-hanging-0123456789abc';
const BROKEN = 'sk-broken-0123456789abcd';
const KEYS = [...HEALTHY, REVOKED, HANGING, BROKEN];

/** How each key dies, and after how many requests. The simulator remembers the newest thousand of them. */
const DEATHS: readonly { readonly key: string; readonly after: number; readonly behaviour: Behaviour }[] = [
  { key: REVOKED, after: 350, behaviour: { kind: 'invalid-key' } },
  { key: HANGING, after: 500, behaviour: { kind: 'hang', after: 'preamble' } },
  { key: BROKEN, after: 650, behaviour: { kind: 'error-event' } },
];

void test('1,000 requests over 50 connections are all answered right while three of five keys die', async (t) => {
  const gateway = await gatewayFor(t, {
    keys: KEYS,
    script: { keys: Object.fromEntries(KEYS.map((key) => [key, { behaviours: [] }])), knownKeysOnly: true },
    provider: {
      attempts: KEYS.length,
      firstOutputTimeout: '3s',
      failover: {
        enabled: true,
        failureThreshold: FAILURE_THRESHOLD,
        healthCheckModel: 'gpt-5-nano',
        healthCheckInterval: '1h',
      },
    },
  });
  const witness = new Witness(gateway);
  const startedAt = await sendAll(gateway);
  await until(() => gateway.inFlight() === 0);

  const failures = DEATHS.map(({ key, behaviour }) => {
    const failed = gateway.sim.counts(key).met[behaviour.kind] ?? 0;
    const { recorded, inFlight, at } = witness.verdictOn(key);
    t.diagnostic(
      `${behaviour.kind}: ${failed} failed attempts; ${recorded} of them decided, and ${inFlight} attempts were under way then`,
    );

    // A success that had begun before may come in between and begin the row anew.
    const inOneRow = behaviour.kind === 'invalid-key' ? 1 : FAILURE_THRESHOLD;
    assert.equal(recorded - witness.forgivenTo(key), inOneRow);
    assert.ok(failed <= recorded + inFlight, 'no more attempts fail than decided or were under way');

    const seen = gateway.sim.requests.filter((request) => request.key === key);
    const failedOnes = seen.filter((request) => request.behaviour === behaviour.kind);
    assert.equal(failedOnes.length, failed, 'the simulator remembers them all');
    for (const { body } of failedOnes) {
      const number = Number(/request (\d+)/.exec(body)?.[1]);
      assert.ok((startedAt[number] ?? Infinity) <= at, `request ${number} began after the verdict on ${key}`);
    }
    return failed;
  });

  const failedAttempts = failures.reduce((sum, each) => sum + each, 0);
  const attempts = KEYS.reduce((sum, key) => sum + gateway.sim.counts(key).total, 0);
  t.diagnostic(`${attempts} attempts for ${REQUESTS} requests`);
  assert.equal(attempts, REQUESTS + failedAttempts, 'a request has one attempt more for each that failed it');
  const lines = await gateway.requestsLogged(REQUESTS);
  assert.equal(
    lines.reduce((sum, line) => sum + line.attempts, 0),
    attempts,
  );
  assert.deepEqual((await gateway.keys()).map(({ state }) => state).toSorted(), [
    'in-service',
    'in-service',
    'out-of-service',
    'out-of-service',
    'out-of-service',
  ]);
});

/**
 * Sends all requests, half of them for streams, and lets keys die on the way. Each answer is checked as it comes.
 * @returns when each request began
 */
async function sendAll(gateway: TestGateway): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const keyWithId = new Map(KEYS.map((key) => [idOf(gateway.sparekey, key), key]));
  const startedAt: number[] = [];
  const beConnection = async (): Promise<void> => {
    while (startedAt.length < REQUESTS) {
      const number = startedAt.push(Date.now()) - 1;
      for (const { key, after, behaviour } of DEATHS)
        if (number === after) gateway.sim.script(key, [behaviour]);
      const message = `request ${number}: say this back to me, whole and unmixed`;
      const body = chat(message, { stream: number % 2 === 0 });
      const response = await ask(gateway.url, { agent, body });
      const text = chatText(response);
      const answeredBy = keyWithId.get(String(response.headers['x-sparekey-key']));
      assert.ok(
        text !== undefined && answeredBy !== undefined,
        `request ${number}: ${response.status} ${response.text}`,
      );
      assert.ok(isAnswerTo(text, message, 'gpt-5', [answeredBy]), `request ${number} was answered: ${text}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, beConnection));
  } finally {
    agent.destroy();
  }
  return startedAt;
}

/** What was known when a key left service. */
interface VerdictMoment {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Failures recorded up to it, the deciding one included. */
  readonly recorded: number;
  /** Other attempts with the key at that moment, which may still fail. */
  readonly inFlight: number;
}

/** Counts what is recorded of each key until its verdict. */
class Witness {
  readonly #verdicts = new Map<string, VerdictMoment>();
  readonly #recorded = new Map<string, number>();
  readonly #forgiven = new Map<string, number>();
  readonly #idOf: (key: string) => string;

  constructor(gateway: TestGateway) {
    this.#idOf = (key) => idOf(gateway.sparekey, key);
    watchRecords(gateway, (change) => this.#see(change));
  }

  verdictOn(key: string): VerdictMoment {
    const verdict = this.#verdicts.get(this.#idOf(key));
    assert.ok(verdict !== undefined, `there was no verdict on ${key}`);
    return verdict;
  }

  /** Failures of the key that a success made up for. */
  forgivenTo(key: string): number {
    return this.#forgiven.get(this.#idOf(key)) ?? 0;
  }

  #see({ id, before, after, inFlight, at }: RecordChange): void {
    if (before.state !== 'in-service') return;
    const recorded = this.#recorded.get(id) ?? 0;
    if (after.state === 'out-of-service') {
      this.#verdicts.set(id, { at, recorded: recorded + 1, inFlight });
    } else if (after.state === 'in-service' && after.failures > before.failures) {
      this.#recorded.set(id, recorded + 1);
    } else if (after.state === 'in-service' && after.failures < before.failures) {
      this.#forgiven.set(id, (this.#forgiven.get(id) ?? 0) + before.failures);
    }
  }
}
