import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { SLICE_BYTES, slicedBody } from '../../src/upstream/sliced-body.ts';

void test('a large body leaves in slices', async () => {
  const body = Buffer.alloc(SLICE_BYTES * 3 + 5, 'abc');
  const slices: Buffer[] = [];
  for await (const slice of slicedBody(body)) {
    assert.ok(Buffer.isBuffer(slice) && slice.length <= SLICE_BYTES);
    slices.push(slice);
  }
  assert.ok(slices.length > 3);
  assert.ok(Buffer.concat(slices).equals(body));
});

void test('the slices of all bodies take turns, one in each round of the event loop', async () => {
  const count = 3;
  const slicesPerBody = 4;
  let left = 0;
  const sending = Array.from({ length: count }, async () => {
    for await (const slice of slicedBody(Buffer.alloc(SLICE_BYTES * slicesPerBody))) {
      assert.ok(Buffer.isBuffer(slice));
      left++;
    }
  });
  let most = 0;
  // The first slice of each leaves at once.
  await immediate();
  for (let before = left; before < count * slicesPerBody; before = left) {
    await immediate();
    most = Math.max(most, left - before);
  }
  await Promise.all(sending);
  assert.equal(most, 1);
});
