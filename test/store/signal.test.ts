import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ChangeSignal } from '../../src/store/signal.ts';

void describe('the change signal', () => {
  void test('however often it is raised in one turn, calls once, after it', async () => {
    const signal = new ChangeSignal();
    let calls = 0;
    signal.subscribe(() => calls++);
    for (let n = 0; n < 100; n++) signal.raise();
    assert.equal(calls, 0);
    await setImmediate();
    assert.equal(calls, 1);
    signal.raise();
    await setImmediate();
    assert.equal(calls, 2);
  });

  void test('does not call a listener that ended while the signal was on its way', async () => {
    const signal = new ChangeSignal();
    let calls = 0;
    const end = signal.subscribe(() => calls++);
    signal.raise();
    end();
    await setImmediate();
    assert.equal(calls, 0);
  });

  void test('raised by a listener, calls again, in a later turn', async () => {
    const signal = new ChangeSignal();
    let calls = 0;
    signal.subscribe(() => {
      if (++calls === 1) signal.raise();
    });
    signal.raise();
    await setImmediate();
    await setImmediate();
    assert.equal(calls, 2);
  });
});
