import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ConfigurationWatch } from '../../src/cluster/configuration-watch.ts';
import type { ConfigurationNotice } from '../../src/cluster/configuration-watch.ts';
import { decodeReports } from '../../src/cluster/node-reports.ts';
import { KeyBook } from '../../src/keys/book/book.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { providerAt } from '../failover/attempts.ts';
import { until } from '../support/until.ts';

const KEYS = ['sk-one-0123456789', 'sk-two-0123456789'];

async function openScene(context: TestContext, longMs: number) {
  const store = openMemoryStore(Date.now);
  const book = await KeyBook.open({ store, onNotice: () => {} });
  context.after(() => book.close());
  const provider = (
    apiTokens: readonly string[],
    failover: object = { enabled: true, cooldownDuration: '1m' },
  ): readonly Provider[] => [providerAt(context, 'http://127.0.0.1:1', { apiTokens, failover }, book)];
  const node = (name: string) => {
    const notices: ConfigurationNotice[] = [];
    const onNotice = (notice: ConfigurationNotice) => void notices.push(notice);
    const watch = new ConfigurationWatch({
      cache: store,
      node: name,
      now: Date.now,
      onNotice,
      roundMs: 10,
      longMs,
    });
    context.after(() => watch.close());
    return { watch, notices };
  };
  return { store, provider, node };
}

void test('nodes with different keys or policies notice each other, once, until they agree again', async (context) => {
  const { store, provider, node } = await openScene(context, 60_000);
  const [one, two] = [node('one'), node('two')];
  one.watch.watch(provider(KEYS));
  two.watch.watch(provider(KEYS.slice(0, 1)));
  await until(() => one.notices.length > 0 && two.notices.length > 0);
  assert.deepEqual(one.notices, [
    { kind: 'configurations-differ', others: [{ node: 'two', providers: ['p'] }], isLong: false },
  ]);
  assert.deepEqual(two.watch.others, [{ node: 'one', providers: ['p'] }]);
  const kept = (await store.get('configurations')) ?? '';
  assert.ok(
    KEYS.every((key) => !kept.includes(key)),
    'no secret is reported',
  );

  two.watch.watch(provider(KEYS.toReversed()));
  await until(() => one.notices.length > 1 && two.notices.length > 1);
  assert.deepEqual(one.notices.at(-1), { kind: 'configurations-agree' });
  assert.deepEqual([one.watch.others, one.watch.differsSince], [[], undefined]);

  two.watch.watch(provider(KEYS, { enabled: true, cooldownDuration: '1m', failureThreshold: 7 }));
  await until(() => one.notices.length > 2);
  assert.equal(one.notices.at(-1)?.kind, 'configurations-differ');
});

void test('a lasting difference is a warning, and over when the other node stops', async (context) => {
  const { provider, node } = await openScene(context, 50);
  const [one, two] = [node('one'), node('two')];
  one.watch.watch(provider(KEYS));
  two.watch.watch(provider(KEYS.slice(1)));
  await until(() => one.notices.some((notice) => notice.kind === 'configurations-differ' && notice.isLong));
  await two.watch.close();
  await until(() => one.notices.at(-1)?.kind === 'configurations-agree');
  assert.deepEqual(
    one.notices.map(({ kind }) => kind),
    ['configurations-differ', 'configurations-differ', 'configurations-agree'],
  );
});

void test('what no node has written in the store is nothing', () => {
  for (const text of [
    undefined,
    '',
    'null',
    '{}',
    '[1]',
    '[["a",{"at":"x","prints":{}}]]',
    '[["a",{"at":1,"prints":{"p":2}}]]',
  ])
    assert.equal(decodeReports(text).size, 0, String(text));
  assert.equal(decodeReports('[["a",{"at":1,"prints":{"p":"x"}}]]').size, 1);
});
