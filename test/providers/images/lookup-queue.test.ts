import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LookupQueue } from '../../../src/providers/images/lookup-queue.ts';

void test('names are looked up a few at a time, in their order', () => {
  const queue = new LookupQueue(2, 60_000);
  const started: string[] = [];
  const ends: (() => void)[] = [];
  for (const name of ['a', 'b', 'c', 'd'])
    queue.add(
      (done) => {
        started.push(name);
        ends.push(done);
      },
      () => assert.fail('none has waited for long'),
    );
  assert.deepEqual(started, ['a', 'b']);
  ends[1]?.();
  assert.deepEqual(started, ['a', 'b', 'c']);
  ends[0]?.();
  ends[2]?.();
  assert.deepEqual(started, ['a', 'b', 'c', 'd']);
});

void test('what has waited as long as a connection may take is given up', () => {
  const queue = new LookupQueue(1, 0);
  const givenUp: string[] = [];
  for (const name of ['a', 'b'])
    queue.add(
      () => assert.fail('no time is left for any'),
      () => void givenUp.push(name),
    );
  assert.deepEqual(givenUp, ['a', 'b']);
});
