import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { ChunkBuffer } from '../../src/base/chunk-buffer.ts';
import { COPY_STEP_BYTES, copyInSteps, mayReadMore, nextTurn } from '../../src/base/turns.ts';

/** Counts the rounds of the event loop while something is under way. */
async function withRounds<Result>(run: (round: () => number) => Promise<Result>): Promise<Result> {
  let round = 0;
  let isOver = false;
  const next = (): void => {
    round++;
    if (!isOver) setImmediate(next);
  };
  setImmediate(next);
  try {
    return await run(() => round);
  } finally {
    isOver = true;
  }
}

/** Bytes whose copying is written down: how many in which round. */
function watched(length: number, copied: Map<number, number>, round: () => number): Buffer {
  const bytes = Buffer.alloc(length, 'a');
  const note = (count: number): void => void copied.set(round(), (copied.get(round()) ?? 0) + count);
  const subarray = bytes.subarray.bind(bytes);
  const copy = bytes.copy.bind(bytes);
  return Object.assign(bytes, {
    subarray: (start?: number, end?: number) => {
      const part = subarray(start, end);
      note(part.length);
      return part;
    },
    copy: (target: Uint8Array, at?: number) => {
      note(length);
      return copy(target, at);
    },
  });
}

void suite('long work on the event loop', () => {
  void test('goes on for one of those that wait in each round, in their order', async () => {
    const seen: [name: number, round: number][] = [];
    await withRounds(async (round) => {
      const work = async (name: number): Promise<void> => {
        for (let step = 0; step < 3; step++) {
          await nextTurn();
          seen.push([name, round()]);
        }
      };
      await Promise.all([work(1), work(2), work(3)]);
    });
    assert.deepEqual(
      seen.map(([name]) => name),
      [1, 2, 3, 1, 2, 3, 1, 2, 3],
    );
    assert.equal(new Set(seen.map(([, round]) => round)).size, seen.length);
  });

  void test('reads so much in a round, and no more, until the next one', async () => {
    const megabyte = 1024 * 1024;
    for (let round = 0; round < 2; round++) {
      const may = Array.from({ length: 6 }, () => mayReadMore(megabyte));
      assert.deepEqual(may, [true, true, true, false, false, false]);
      await immediate();
    }
  });

  void test('copies no more in a round, however many copies are under way', async () => {
    const copied = new Map<number, number>();
    const length = COPY_STEP_BYTES * 4 + 1;
    const copies = await withRounds((round) =>
      Promise.all(
        [1, 2, 3].map(async () => {
          // The first steps are made at once: they are made in rounds of their own here.
          await nextTurn();
          return copyInSteps(watched(length, copied, round));
        }),
      ),
    );
    for (const copy of copies) {
      assert.equal(copy.byteLength, length);
      assert.equal(copy.buffer.byteLength, length, 'it can be transferred');
      assert.ok(copy.every((byte) => byte === 0x61));
    }
    assert.equal(
      [...copied.values()].reduce((sum, each) => sum + each, 0),
      3 * length,
    );
    assert.ok(Math.max(...copied.values()) <= COPY_STEP_BYTES);
  });

  void test('joins an answer that came in pieces likewise', async () => {
    const copied = new Map<number, number>();
    const piece = 64 * 1024;
    const joined = await withRounds((round) => {
      const chunks = new ChunkBuffer();
      for (let at = 0; at < 100; at++) chunks.push(watched(piece, copied, round));
      return chunks.allInSteps();
    });
    assert.equal(joined.length, 100 * piece);
    assert.ok(joined.every((byte) => byte === 0x61));
    assert.ok(Math.max(...copied.values()) <= COPY_STEP_BYTES + piece);
    assert.ok(copied.size >= 3);
  });
});
