import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkBuffer } from '../../src/base/chunk-buffer.ts';

/** All pieces of `bytes`, each of the next of these lengths. */
function cut(bytes: Buffer, lengths: readonly number[]): ChunkBuffer {
  const pieces = new ChunkBuffer();
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const end = at + (lengths[n % lengths.length] ?? 1);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

const BYTES = Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => (at * 7 + (at >> 8)) % 256));

for (const lengths of [[1], [1, 40_000], [16_383, 1, 2], [64 * 1024], [3, 5_000, 20_000], [2_000_000]]) {
  void test(`pieces of ${lengths.join(' and ')} bytes become what they were cut from, out of few buffers`, () => {
    const pieces = cut(BYTES, lengths);
    assert.equal(pieces.length, BYTES.length);
    assert.ok(pieces.count <= 64 + 2 * Math.ceil(BYTES.length / (16 * 1024)), `${pieces.count} buffers`);
    assert.ok(pieces.all().equals(BYTES));
  });
}

void test('one piece is given back as it is, and none is nothing', () => {
  const one = Buffer.from('one');
  const pieces = new ChunkBuffer();
  assert.equal(pieces.all().length, 0);
  pieces.push(one);
  assert.equal(pieces.all(), one);
  assert.equal(pieces.take(), one);
  assert.deepEqual([pieces.length, pieces.count, pieces.take().length], [0, 0, 0]);
});
