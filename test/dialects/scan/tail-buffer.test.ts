import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TailBuffer } from '../../../src/dialects/scan/tail-buffer.ts';

void test('the last bytes are kept, in whatever pieces they come', () => {
  const all = Buffer.from(Array.from({ length: 60 }, (_, at) => at));
  for (let size = 1; size <= all.length; size++) {
    const tail = new TailBuffer(8);
    for (let at = 0; at < all.length; at += size) {
      const end = Math.min(all.length, at + size);
      tail.append(all, at, end);
      assert.deepEqual(
        tail.bytes,
        all.subarray(Math.max(0, end - 8), end),
        `pieces of ${size}, up to ${end}`,
      );
    }
  }
});
