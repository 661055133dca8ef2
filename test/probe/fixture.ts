import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { AttemptTools } from '../../src/failover/attempt/attempt-plan.ts';
import { Recorder } from '../../src/failover/recorder.ts';
import { KeyBook } from '../../src/keys/book/book.ts';
import type { KeyEvent } from '../../src/keys/record/event.ts';
import type { Key } from '../../src/keys/key.ts';
import type { KeyRecord } from '../../src/keys/record/record.ts';
import { Prober } from '../../src/probe/prober.ts';
import type { CheckPlan } from '../../src/probe/provider-loop.ts';
import type { CheckReport } from '../../src/probe/run-check.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { Store } from '../../src/store/contract.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { providerAt } from '../failover/attempts.ts';
import { FaultyStore } from '../keys/faulty-store.ts';
import { attempt, counts } from '../keys/tools.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';
import type { RawExchange, RawUpstream } from '../support/raw-upstream.ts';

export const JSON_TYPE = ['content-type: application/json'];
export const PASSES = rawAnswer(
  '200 OK',
  JSON_TYPE,
  '{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"pong"},"finish_reason":"stop"}]}',
);
export const FAILS = rawAnswer('503 Service Unavailable', JSON_TYPE, '{"error":{"message":"overloaded"}}');

/** A model to check with, and checks that are due at once. */
const failover = {
  enabled: true,
  failureThreshold: 1,
  healthCheckModel: 'check',
  healthCheckInterval: 1,
  healthCheckMaxInterval: '1h',
};

/** A provider whose every key is out of service and due, and what tests it. */
export interface Fixture {
  readonly store: FaultyStore;
  readonly book: KeyBook;
  readonly tools: AttemptTools;
  readonly provider: Provider;
  readonly prober: Prober;
  readonly upstream: RawUpstream;
  readonly reports: readonly (readonly [string, CheckReport])[];
  readonly storeFailures: readonly unknown[];
  /** How often it was told that a day's budget is spent. */
  readonly spent: readonly number[];
  /** What is added to the time, for whatever is checked. Milliseconds. */
  readonly clock: { aheadMs: number };
}

export interface SceneOptions {
  readonly answer?: (exchange: RawExchange) => void | Promise<void>;
  readonly keys?: readonly string[];
  readonly options?: object;
  readonly failover?: object;
  readonly store?: Store;
  /** What has happened to each key. */
  readonly happened?: KeyEvent;
}

const passing = ({ write }: RawExchange): Promise<void> => write(PASSES);

/** Begins with every key out of service by one ambiguous failure, unless `happened` says what has happened to each. */
export async function begin(t: TestContext, more: SceneOptions = {}): Promise<Fixture> {
  const upstream = await rawUpstream(t, more.answer ?? passing);
  const store = new FaultyStore(more.store ?? openMemoryStore(Date.now));
  const clock = { aheadMs: 0 };
  const book = await KeyBook.open({ store, onNotice: () => {}, retryMs: 1 });
  const tools: AttemptTools = {
    recorder: new Recorder(book, () => {}),
    node: 'node-1',
    now: () => Date.now() + clock.aheadMs,
    random: () => 0,
  };
  const provider = providerAt(
    t,
    upstream.origin,
    { apiTokens: more.keys ?? ['sk-out'], failover: { ...failover, ...more.failover }, ...more.options },
    book,
  );
  for (const { key } of provider.pool.all()) {
    book.apply(key, more.happened ?? attempt(counts, Date.now() - 60_000), provider.keyPolicy);
  }
  await book.flushed();
  const reports: [string, CheckReport][] = [];
  const storeFailures: unknown[] = [];
  const spent: number[] = [];
  const prober = new Prober({
    store,
    tools,
    holder: 'this node',
    onCheck: (_, keyId, report) => reports.push([keyId, report]),
    onBudgetSpent: (_, until) => spent.push(until),
    onDefect: (error) => assert.fail(String(error)),
    onStoreFailure: (error) => storeFailures.push(error),
  });
  t.after(async () => {
    store.trouble = 'none';
    await prober.stop();
    await book.close();
  });
  return { store, book, tools, provider, prober, upstream, reports, storeFailures, spent, clock };
}

export function onlyKey({ provider }: Fixture): Key {
  const [pooled] = provider.pool.all();
  assert.ok(pooled);
  return pooled.key;
}

export function recordOf(fixture: Fixture): KeyRecord {
  return fixture.book.record(onlyKey(fixture));
}

/** What is planned for the only key. */
export function planOf({ prober, provider }: Fixture): CheckPlan | undefined {
  const [pooled] = provider.pool.all();
  assert.ok(pooled);
  return prober.plan(provider, pooled)?.at(0);
}
