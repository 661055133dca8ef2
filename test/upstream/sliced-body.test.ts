import assert from 'node:assert/strict';
import { test } from 'node:test';
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
