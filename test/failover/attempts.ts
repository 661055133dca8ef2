import type { TestContext } from 'node:test';
import { Attempt } from '../../src/failover/attempt/attempt.ts';
import type { AttemptPlan, AttemptTools } from '../../src/failover/attempt/attempt-plan.ts';
import { Recorder } from '../../src/failover/recorder.ts';
import { KeyBook } from '../../src/keys/book/book.ts';
import { completionCall } from '../../src/probe/check-call.ts';
import { openProvider } from '../../src/providers/provider.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { configOf } from '../config/parsing.ts';

/** The one provider `p` before `origin`, with these options over a key and nothing else. */
export function providerAt(t: TestContext, origin: string, more: object, book: KeyBook): Provider {
  const text = JSON.stringify({
    providers: [{ id: 'p', type: 'openai', baseUrl: `${origin}/v1`, apiTokens: ['sk-test'], ...more }],
  });
  const [config] = configOf(text).providers;
  if (config === undefined) throw new RangeError('there is no provider');
  const provider = openProvider(config, (key) => book.record(key));
  const end = book.subscribe((id, record) => provider.pool.update(id, record));
  t.after(async () => {
    end();
    await provider.transport.destroy();
  });
  return provider;
}

/** A book of its own, over a store in memory. */
export async function attemptTools(t: TestContext): Promise<AttemptTools> {
  const book = await KeyBook.open({ store: openMemoryStore(Date.now), onNotice: () => {} });
  t.after(() => book.close());
  return { recorder: new Recorder(book, () => {}), node: 'node-1', now: Date.now, random: Math.random };
}

/** Tries a short chat completion at the provider. */
export async function tryOnce(provider: Provider, tools: AttemptTools): Promise<Attempt> {
  const [pooled] = provider.pool.all();
  const plan: AttemptPlan = {
    provider,
    pooled,
    epoch: pooled?.record.epoch ?? 0,
    model: 'm',
    check: undefined,
    limits: {
      firstOutputMs: 60_000,
      aliveMs: 60_000,
      idleMs: 60_000,
      stallMs: 60_000,
      holdBytes: 64 * 1024,
      resends: true,
    },
  };
  const call = completionCall(provider, 'm', Date.now(), new AbortController().signal);
  return Attempt.start(call, plan, tools);
}
