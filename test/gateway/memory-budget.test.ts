import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryBudget, SMALL_REQUEST_BYTES } from '../../src/gateway/memory-budget.ts';
import type { RequestMemory } from '../../src/gateway/memory-budget.ts';

const MB = 1_000_000;
/** Of this an eighth is kept for small requests. */
const LIMIT = 8 * MB;

function budget(): MemoryBudget {
  return new MemoryBudget(() => LIMIT);
}

/** A request that holds so much. */
function holder(of: MemoryBudget, bytes: number): RequestMemory {
  const memory = of.open();
  assert.equal(memory.admit(bytes), true);
  return memory;
}

void describe('the bytes of all requests together', () => {
  void it('are counted once each, and given back once, whatever came of them', async () => {
    const all = budget();
    const memory = holder(all, MB);
    memory.hold(500);
    memory.release(200);
    assert.equal(all.use.held, MB + 300);
    memory[Symbol.dispose]();
    memory[Symbol.dispose]();
    memory.hold(77);
    memory.release(77);
    assert.deepEqual(all.use, { limit: LIMIT, held: 0, waiting: 0, refused: 0 });
    assert.equal(await memory.admit(1), false, 'nothing is read for a request that is over');
  });

  void it('leave room for small requests', () => {
    const all = budget();
    holder(all, 6.9 * MB);
    const waiting = all.open().admit(MB);
    assert.ok(waiting instanceof Promise);
    for (let n = 0; n < 16; n++) holder(all, SMALL_REQUEST_BYTES);
    assert.equal(all.use.refused, 0);
  });

  void it('refuse a small request at once where there is no room at all', () => {
    const all = budget();
    holder(all, MB).hold(LIMIT);
    assert.equal(all.open().admit(10), false);
    assert.equal(all.use.refused, 1);
  });

  void it('have the smallest that waits let in first', async () => {
    const all = budget();
    const first = holder(all, 6 * MB);
    const order: string[] = [];
    const wait = async (name: string, bytes: number): Promise<void> => {
      if (await all.open().admit(bytes)) order.push(name);
    };
    const waits = [wait('large', 5 * MB), wait('middle', 2 * MB), wait('less', 1.5 * MB)];
    assert.equal(all.use.waiting, 3);
    first.release(2 * MB);
    await waits[2];
    assert.deepEqual(order, ['less']);
    first[Symbol.dispose]();
    await waits[1];
    assert.deepEqual(order, ['less', 'middle']);
    assert.equal(all.use.waiting, 1);
  });

  void it('do not admit one that asks for as much before one that waits', () => {
    const all = budget();
    holder(all, 5 * MB);
    assert.ok(all.open().admit(4 * MB) instanceof Promise);
    assert.ok(all.open().admit(4 * MB) instanceof Promise);
    assert.equal(all.open().admit(MB), true);
  });

  void it('let in one large request at a time, however large', async () => {
    const all = budget();
    const first = holder(all, 3 * LIMIT);
    const second = all.open().admit(2 * LIMIT);
    assert.ok(second instanceof Promise);
    first[Symbol.dispose]();
    assert.equal(await second, true);
  });

  void it('refuse the one that asks for most where all are half read and wait', async () => {
    const all = budget();
    const [small, large] = [holder(all, 3 * MB), holder(all, 3.5 * MB)];
    const grown = small.admit(3 * MB);
    const refused = large.admit(3.5 * MB);
    assert.equal(await refused, false);
    large[Symbol.dispose]();
    assert.equal(await grown, true);
    assert.equal(all.use.refused, 1);
  });

  void it('forget one that leaves while it waits, and do not count it as refused', async () => {
    const all = budget();
    const first = holder(all, 6 * MB);
    const leaving = all.open();
    const waiting = leaving.admit(4 * MB);
    leaving[Symbol.dispose]();
    assert.equal(await waiting, false);
    first[Symbol.dispose]();
    assert.deepEqual(all.use, { limit: LIMIT, held: 0, waiting: 0, refused: 0 });
  });
});
